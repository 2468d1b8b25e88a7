import Foundation

/// A blocking HTTP/1.1 client that sends bytes exactly as they are given. Every wait is bounded.
final class HTTPConnection: @unchecked Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Int32
    private var received: [UInt8] = []

    /// Connects to 127.0.0.1; no single wait lasts longer than `limit` seconds.
    init(port: Int, limit: Int = 60) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var time = timeval(tv_sec: limit, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        guard Self.withAddress(port: port, { connect(descriptor, $0, $1) }) == 0 else {
            // `deinit` closes the socket: the object is whole already.
            throw Failure(description: "cannot connect to port \(port): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    static func withAddress(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
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

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "cannot send: \(String(cString: strerror(errno)))") }
            sent += count
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Says that nothing more will be sent.
    func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Sends one request and reads its answer; the connection stays open.
    func exchange(_ request: HTTPRequest) throws -> HTTPAnswer {
        try send(request.bytes)
        return try answer(toHead: request.method == "HEAD")
    }

    /// Reads one answer; an interim one (100) is an answer of its own.
    func answer(toHead: Bool = false) throws -> HTTPAnswer {
        let head = try readHead()
        let lines = head.components(separatedBy: "\r\n")
        let status = lines[0].split(separator: " ")
        guard status.count >= 2, let code = Int(status[1]) else {
            throw Failure(description: "no status line: \(lines[0])")
        }
        var headers: [(name: String, value: String)] = []
        for line in lines.dropFirst() where !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
            headers.append((parts[0].lowercased(), String(value)))
        }
        let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        let isChunked = headers.contains { $0.name == "transfer-encoding" && $0.value.lowercased() == "chunked" }
        var body: [UInt8] = []
        if !toHead, code >= 200, isChunked {
            body = try readChunks()
        } else if !toHead, code >= 200 {
            body = try take(length)
        }
        return HTTPAnswer(status: code, headers: headers, body: body)
    }

    /// Everything until the server closes; nil when nothing comes within the limit.
    func readToEnd() throws -> [UInt8] {
        while try fill() {}
        defer { received = [] }
        return received
    }

    private func readHead() throws -> String {
        var searched = 0
        while true {
            if let end = Self.endOfHead(received, from: max(0, searched - 3)) {
                let head = String(decoding: received[..<end], as: UTF8.self)
                received.removeFirst(end + 4)
                return head
            }
            searched = received.count
            guard try fill() else {
                let text = String(decoding: received.prefix(200), as: UTF8.self)
                throw Failure(description: "closed before an answer; got '\(text)'")
            }
        }
    }

    private static func endOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + 3 < bytes.count {
            if bytes[index] == 13, bytes[index + 1] == 10, bytes[index + 2] == 13, bytes[index + 3] == 10 {
                return index
            }
            index += 1
        }
        return nil
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while received.count < count {
            guard try fill() else { throw Failure(description: "closed within a body") }
        }
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }

    private func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            var line: [UInt8] = []
            while !line.ends(with: [13, 10]) { line += try take(1) }
            let size = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) ?? 0
            body += try take(size)
            _ = try take(2)
            if size == 0 { return body }
        }
    }

    /// Reads once; false at the end. A reset counts as the end.
    private func fill() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &piece, piece.count, 0)
        if count < 0 {
            if errno == ECONNRESET { return false }
            throw Failure(description: "nothing arrived: \(String(cString: strerror(errno)))")
        }
        received += piece.prefix(count)
        return count > 0
    }
}

extension [UInt8] {
    fileprivate func ends(with other: [UInt8]) -> Bool { count >= other.count && Array(suffix(other.count)) == other }
}
