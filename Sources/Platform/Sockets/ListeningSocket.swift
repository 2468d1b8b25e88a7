internal import CSockets
internal import Glibc

/// A listening stream socket in non-blocking mode.
///
/// It holds one spare descriptor. If the process runs out of descriptors, the spare one is used to accept a connection
/// and close it, so that its client does not wait.
package final class ListeningSocket: @unchecked Sendable {
    /// The result of an attempt to accept.
    package enum Acceptance: Sendable {
        case accepted(StreamSocket)
        /// No connection waits.
        case none
        /// The connection was closed before it was accepted. Another may wait.
        case aborted
        /// The process or the system has no descriptor or memory left. Accepting must pause.
        case shortage
    }

    /// The descriptor, for an event loop.
    package let descriptor: Int32
    /// The TCP port of the socket; nil for a Unix domain socket.
    package let port: Int?
    private var spare: Int32

    private init(descriptor: Int32, port: Int?) {
        self.descriptor = descriptor
        self.port = port
        spare = Self.openSpare()
    }

    /// Listens on a TCP address. It resolves names, which may block.
    /// - Parameters:
    ///   - host: a name, or an IP address without brackets.
    ///   - port: 0 lets the kernel choose.
    ///   - backlog: how many connections the kernel may queue until they are accepted.
    package convenience init(host: String, port: Int, backlog: Int32) throws(SocketError) {
        let descriptor = try Self.bound(host: host, port: port)
        try Self.listen(descriptor, backlog)
        self.init(descriptor: descriptor, port: Self.port(of: descriptor))
    }

    /// Listens on a Unix domain socket, and replaces an old socket file.
    package convenience init(path: String, backlog: Int32) throws(SocketError) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
        let descriptor = try Self.socket(AF_UNIX)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let code = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else { throw Self.closing(descriptor, SocketError("bind")) }
        try Self.listen(descriptor, backlog)
        self.init(descriptor: descriptor, port: nil)
    }

    /// Accepts one connection, if one waits.
    package func accept() -> Acceptance {
        let accepted = sockets_accept(descriptor)
        guard accepted < 0 else { return .accepted(StreamSocket(descriptor: accepted, isTCP: port != nil)) }
        let error = SocketError("accept4")
        if error.code == EAGAIN { return .none }
        guard error.isShortage else { return .aborted }
        dropOne()
        return .shortage
    }

    /// Closes one waiting connection, with the help of the spare descriptor.
    private func dropOne() {
        guard spare >= 0 else { return spare = Self.openSpare() }
        Glibc.close(spare)
        let accepted = sockets_accept(descriptor)
        if accepted >= 0 { Glibc.close(accepted) }
        spare = Self.openSpare()
    }

    /// Closes the socket. Waiting connections are reset.
    package func close() {
        Glibc.close(descriptor)
        if spare >= 0 { Glibc.close(spare) }
        spare = -1
    }
}

extension ListeningSocket {
    private static func openSpare() -> Int32 { open("/dev/null", O_RDONLY | O_CLOEXEC) }

    private static func socket(_ family: Int32) throws(SocketError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(family, type, 0)
        guard descriptor >= 0 else { throw SocketError("socket") }
        return descriptor
    }

    private static func closing(_ descriptor: Int32, _ error: SocketError) -> SocketError {
        Glibc.close(descriptor)
        return error
    }

    private static func listen(_ descriptor: Int32, _ backlog: Int32) throws(SocketError) {
        guard Glibc.listen(descriptor, backlog) == 0 else { throw closing(descriptor, SocketError("listen")) }
    }

    /// A socket that is bound to the first usable address of a host.
    private static func bound(host: String, port: Int) throws(SocketError) -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &first)
        guard code == 0 else {
            throw SocketError("getaddrinfo", code: code, reason: String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(first) }
        var error = SocketError("getaddrinfo", code: EADDRNOTAVAIL)
        var next = first
        while let address = next?.pointee {
            do throws(SocketError) {
                return try bound(address)
            } catch let failure {
                error = failure
            }
            next = address.ai_next
        }
        throw error
    }

    private static func bound(_ address: addrinfo) throws(SocketError) -> Int32 {
        let descriptor = try socket(address.ai_family)
        var one: Int32 = 1
        _ = setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 else {
            throw closing(descriptor, SocketError("bind"))
        }
        return descriptor
    }

    private static func port(of descriptor: Int32) -> Int? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int? in
                guard getsockname(descriptor, address, &length) == 0 else { return nil }
                // IPv4 and IPv6 have the port at the same offset.
                return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    Int(UInt16(bigEndian: $0.pointee.sin_port))
                }
            }
        }
    }
}
