package import Glibc

/// A blocking TCP client that sends bytes exactly as they are given. Every wait is bounded.
package final class RawClient: @unchecked Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    private var descriptor: Int32
    private var received: [UInt8] = []
    /// Whether the server ended the connection with a reset.
    package private(set) var wasReset = false

    /// Connects to 127.0.0.1.
    ///
    /// - Parameter seconds: the longest single wait on an idle machine. It is multiplied by `TEST_TIME_SCALE`.
    package convenience init(port: Int, receiveBuffer: Int32? = nil, seconds: Int = 60) throws {
        try self.init(family: AF_INET, receiveBuffer: receiveBuffer, seconds: seconds) { descriptor in
            Self.withAddress(port: port) { connect(descriptor, $0, $1) }
        }
    }

    /// Connects to a socket file.
    package convenience init(path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        try self.init(family: AF_UNIX, receiveBuffer: nil, seconds: 60) { descriptor in
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }
    }

    private init(family: Int32, receiveBuffer: Int32?, seconds: Int, _ connect: (Int32) -> Int32) throws {
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: seconds * testTimeScale, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if family == AF_INET {
            var one: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        }
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        guard connect(descriptor) == 0 else {
            // `deinit` closes the socket.
            throw Failure(description: "cannot connect: \(String(cString: strerror(errno)))")
        }
    }

    /// Calls `body` with the address of a port on 127.0.0.1.
    package static func withAddress(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Removes a socket file.
    package static func remove(_ path: String) { unlink(path) }

    deinit { close() }

    package func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Ends the connection with a reset.
    package func reset() {
        var setting = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &setting, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Says that nothing more will be sent.
    package func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    package func send(_ text: String) throws { try send(Array(text.utf8)) }

    package func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure(description: "cannot send: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends until the server has read nothing for 300 ms; returns how much went.
    package func sendWhilePossible(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&waiting, 1, 300) == 1 else { break }
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    /// Whether the server has closed its side; waits for it, up to the receive timeout.
    package func isAtEnd() throws -> Bool {
        guard received.isEmpty else { return false }
        return try !fill()
    }

    /// Waits for the first bytes of an answer, which stay to be read; false when the server has closed.
    package func hasBegun() throws -> Bool {
        if !received.isEmpty { return true }
        return try fill()
    }

    /// Everything until the server closes.
    package func readToEnd() throws -> String {
        while try fill() {}
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// Sends one request and reads its answer. The connection stays open.
    package func exchange(_ request: HTTPRequest) throws -> HTTPAnswer {
        try send(request.bytes)
        return try answer(toHead: request.method == "HEAD")
    }

    /// Reads one answer. An interim one (100) is an answer of its own, and an answer to a `HEAD` has no body.
    package func answer(toHead: Bool = false) throws -> HTTPAnswer {
        let lines = try readHead().split(separator: "\r\n")
        let statusLine = lines.first?.split(separator: " ") ?? []
        guard statusLine.count >= 2, let status = Int(statusLine[1]) else {
            throw Failure(description: "no status line: \(lines.first ?? "")")
        }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: parts[0].lowercased(), value: String((parts.count > 1 ? parts[1] : "").drop { $0 == " " }))
        }
        func value(_ name: String) -> String? { headers.first { $0.name == name }?.value }
        var body: [UInt8] = []
        if !toHead, status >= 200, value("transfer-encoding")?.lowercased() == "chunked" {
            body = try readChunks()
        } else if !toHead, status >= 200 {
            body = try take(value("content-length").flatMap { Int($0) } ?? 0, within: "a body")
        }
        return HTTPAnswer(status: status, headers: headers, body: body)
    }

    private func take(_ count: Int, within place: String) throws -> [UInt8] {
        while received.count < count {
            guard try fill() else { throw Failure(description: "closed within \(place)") }
        }
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }

    private func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while let length = Int(try readLine(), radix: 16) {
            body += try take(length, within: "a chunk")
            guard try take(2, within: "a chunk") == [13, 10] else { break }
            if length == 0 { return body }
        }
        throw Failure(description: "a broken chunk")
    }

    private func readLine() throws -> String {
        while true {
            if let end = received.firstIndex(of: 10) {
                defer { received.removeFirst(end + 1) }
                return String(decoding: received.prefix(max(0, end - 1)), as: UTF8.self)
            }
            guard try fill() else { throw Failure(description: "closed within a line") }
        }
    }

    private func readHead() throws -> String {
        var searched = 0
        while true {
            var index = max(0, searched - 3)
            while index + 3 < received.count {
                if received[index] == 13, received[index + 1] == 10, received[index + 2] == 13,
                    received[index + 3] == 10
                {
                    let head = String(decoding: received.prefix(index + 2), as: UTF8.self)
                    received.removeFirst(index + 4)
                    return head
                }
                index += 1
            }
            searched = received.count
            guard try fill() else {
                throw Failure(
                    description: "closed before an answer; got '\(String(decoding: received, as: UTF8.self))'")
            }
        }
    }

    /// Reads at most this many bytes at a time, with a pause after each read. Returns the total number of bytes.
    package func trickle(bytes: Int, times: Int, pauseMilliseconds: UInt32) throws -> Int {
        var piece = [UInt8](repeating: 0, count: bytes)
        var all = 0
        for _ in 0..<times {
            let count = recv(descriptor, &piece, piece.count, 0)
            guard count > 0 else { throw Failure(description: "the connection ended after \(all) bytes") }
            all += count
            usleep(pauseMilliseconds * 1000)
        }
        return all
    }

    /// Reads once; false at the end. A reset counts as the end.
    private func fill() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &piece, piece.count, 0)
        if count < 0 {
            if errno == ECONNRESET {
                wasReset = true
                return false
            }
            throw Failure(description: "nothing arrived: \(String(cString: strerror(errno)))")
        }
        received += piece.prefix(count)
        return count > 0
    }
}
