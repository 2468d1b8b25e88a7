import Glibc

/// A blocking TCP client that sends bytes exactly as they are given. Every wait is bounded.
package final class RawClient: @unchecked Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// One answer as it came.
    package struct Answer: Equatable {
        package var status: Int
        package var fields: [String: String]
        package var body: String

        package init(status: Int, fields: [String: String], body: String) {
            self.status = status
            self.fields = fields
            self.body = body
        }
    }

    private var descriptor: Int32
    private var received: [UInt8] = []
    /// Whether the server ended the connection with a reset.
    package private(set) var wasReset = false

    package init(port: Int, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            descriptor = -1
            throw Failure(description: "cannot connect: \(reason)")
        }
    }

    package init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Failure(description: "cannot connect: \(String(cString: strerror(errno)))") }
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

    /// Reads one answer; to a `HEAD` without body.
    package func answer(toHead: Bool = false) throws -> Answer {
        let head = try readHead()
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: true)[...]
        let statusLine = lines.removeFirst().split(separator: " ")
        var fields: [String: String] = [:]
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        let status = Int(statusLine[1]) ?? 0
        if fields["transfer-encoding"] == "chunked", !toHead {
            return Answer(status: status, fields: fields, body: String(decoding: try readChunks(), as: UTF8.self))
        }
        let length = toHead || status == 100 ? 0 : Int(fields["content-length"] ?? "0") ?? 0
        while received.count < length {
            guard try fill() else { throw Failure(description: "closed within a body") }
        }
        let body = String(decoding: received.prefix(length), as: UTF8.self)
        received.removeFirst(length)
        return Answer(status: status, fields: fields, body: body)
    }

    private func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while let length = Int(try readLine(), radix: 16) {
            while received.count < length + 2 {
                guard try fill() else { throw Failure(description: "closed within a chunk") }
            }
            body += received.prefix(length)
            guard received[length] == 13, received[length + 1] == 10 else { break }
            received.removeFirst(length + 2)
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

    /// Reads so many bytes at most, again and again with a pause between; gives how many there were in all.
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
