package import Glibc
import Locks

/// A TCP server on loopback that does what a test tells it, with one thread for each connection. Its sockets time out
/// after 20 s, times `TEST_TIME_SCALE`.
package final class ScriptedServer: Sendable {
    /// A request as it came in.
    package struct Request: Sendable, Equatable {
        package var connection: Int
        package var head: String
        package var body: [UInt8]
    }

    package let port: UInt16
    private let listener: Int32
    private let log = Log()

    /// Requests that arrived whole, in their order.
    package var requests: [Request] { log.requests }
    /// Connections that were accepted.
    package var connections: Int { log.connections }

    /// Calls `script` with each connection, on a thread of its own; the connection is closed when it returns.
    package init(script: @escaping @Sendable (Connection) -> Void) throws {
        listener = try ScriptedServer.listen(backlog: 512)
        port = ScriptedServer.port(of: listener)
        let (listener, log) = (listener, log)
        startThread {
            while true {
                let socket = accept(listener, nil, nil)
                if socket < 0, errno == EINTR || errno == ECONNABORTED { continue }
                guard socket >= 0 else {
                    // Only here, where nobody accepts any longer: the number may be another server's at once.
                    Glibc.close(listener)
                    return
                }
                let connection = Connection(socket: socket, number: log.accept(), log: log)
                startThread {
                    script(connection)
                    connection.close()
                }
            }
        }
    }

    /// A server that answers every request on every connection.
    package static func answering(_ answer: String) throws -> ScriptedServer {
        try ScriptedServer { connection in
            while connection.readRequest() != nil { connection.write(answer) }
        }
    }

    package func url(_ path: String = "/router/rest") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Ends the thread that accepts; it closes the listener.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// A listener on a port of the kernel's choice.
    package static func listen(backlog: Int32) throws -> Int32 {
        guard let listener = listen(backlog: backlog, port: 0) else {
            throw RawClient.Failure(description: "cannot listen: \(String(cString: strerror(errno)))")
        }
        return listener
    }

    /// A listener on loopback; nil if the port is taken.
    package static func listen(backlog: Int32, port: UInt16) -> Int32? {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0, Glibc.listen(listener, backlog) == 0 else {
            Glibc.close(listener)
            return nil
        }
        return listener
    }

    /// A connection to a port on loopback, as its client has it; nil if it is refused.
    package static func connect(to port: UInt16) -> Connection? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if code == 0 { return Connection(socket: descriptor, number: 0, log: Log()) }
        Glibc.close(descriptor)
        return nil
    }

    package static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    package static func port(of listener: Int32) -> UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(listener, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// What the server's threads write down.
    package final class Log: Sendable {
        private let state = Locked<(requests: [Request], connections: Int)>(([], 0))
        package var requests: [Request] { state.withLock { $0.requests } }
        package var connections: Int { state.withLock { $0.connections } }
        package func accept() -> Int {
            state.withLock {
                $0.connections += 1
                return $0.connections
            }
        }
        package func note(_ request: Request) { state.withLock { $0.requests.append(request) } }
    }

    /// One accepted connection.
    package final class Connection: Sendable {
        package let number: Int
        private let socket: Int32
        private let log: Log
        private let rest = Locked<[UInt8]>([])

        package init(socket: Int32, number: Int, log: Log) {
            self.socket = socket
            self.number = number
            self.log = log
            var limit = timeval(tv_sec: 20 * testTimeScale, tv_usec: 0)
            setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }

        /// The next whole request; nil when the client closes first.
        package func readRequest() -> Request? {
            var bytes = rest.withLock { $0 }
            while true {
                if let end = headEnd(bytes) {
                    let head = String(decoding: bytes[..<end], as: UTF8.self)
                    let length = contentLength(head)
                    if bytes.count >= end + length {
                        let request = Request(
                            connection: number, head: head, body: Array(bytes[end..<end + length]))
                        let left = Array(bytes[(end + length)...])
                        rest.withLock { $0 = left }
                        log.note(request)
                        return request
                    }
                }
                guard let more = readSome() else { return nil }
                bytes += more
            }
        }

        /// What comes next; nil at the end.
        package func readSome() -> [UInt8]? { read(atMost: 65_536) }

        /// Waits until something comes, and leaves it there.
        package func waitForInput() {
            var byte: UInt8 = 0
            _ = recv(socket, &byte, 1, Int32(MSG_PEEK))
        }

        /// The next input, at most this many bytes; nil at the end.
        package func read(atMost limit: Int) -> [UInt8]? {
            var chunk = [UInt8](repeating: 0, count: limit)
            let count = recv(socket, &chunk, chunk.count, 0)
            return count > 0 ? Array(chunk[..<count]) : nil
        }

        /// False when the client has gone.
        @discardableResult
        package func write(_ bytes: [UInt8]) -> Bool {
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }

        @discardableResult
        package func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        /// Waits until the client closes.
        package func waitForEnd() { while readSome() != nil {} }

        /// Ends both directions; the client reads the end after what was written.
        package func shutDown() { shutdown(socket, Int32(SHUT_RDWR)) }

        /// Closes with a reset instead of an orderly end.
        package func resetOnClose() {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }

        package func close() { Glibc.close(socket) }

        private func headEnd(_ bytes: [UInt8]) -> Int? {
            guard bytes.count >= 4 else { return nil }
            for index in 3..<bytes.count where bytes[index] == 10 && bytes[index - 1] == 13 && bytes[index - 2] == 10 {
                return index + 1
            }
            return nil
        }

        private func contentLength(_ head: String) -> Int {
            for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
                return Int(line.dropFirst(15).trimmingPrefix(" ")) ?? 0
            }
            return 0
        }
    }
}

/// An HTTP answer with a length.
package func answer(_ body: String, status: String = "200 OK", headers: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        + "\(headers)\r\n\(body)"
}
