import Glibc
import Sockets
import TestSupport
import Testing

@Suite("Sockets", .timed)
struct SocketTests {
    /// A server's end of a connection, once it is there.
    private func accept(_ listening: ListeningSocket) async throws -> StreamSocket {
        for _ in 0..<2000 {
            if case .accepted(let socket) = listening.accept() { return socket }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw RawClient.Failure(description: "nothing was accepted")
    }

    @Test("Bytes go both ways; then the end, and what cannot be had now, are told apart")
    func bytesGoBothWays() async throws {
        let listening = try ListeningSocket(host: "127.0.0.1", port: 0, backlog: 8)
        defer { listening.close() }
        guard case .none = listening.accept() else {
            Issue.record("something was accepted")
            return
        }
        let client = try RawClient(port: try #require(listening.port))
        let socket = try await accept(listening)
        defer { socket.close() }
        var buffer = [UInt8](repeating: 0, count: 4)
        #expect(socket.read(into: &buffer) == .wouldBlock)
        let (one, none, two) = (Array("on".utf8), [UInt8](), Array("e".utf8))
        #expect(socket.write(one.span, none.span, two.span) == .bytes(3))
        try client.send("abcde")
        client.endOutput()
        var received: [UInt8] = []
        while received.count < 5 {
            if case .bytes(let count) = socket.read(into: &buffer) { received += buffer.prefix(count) }
        }
        #expect(received == Array("abcde".utf8))
        try await eventually { socket.read(into: &buffer) == .end }
        socket.shutDownOutput()
        #expect(try client.readToEnd() == "one")
        try await eventually { socket.unacknowledgedBytes == 0 }
    }

    @Test("A write takes what the kernel has room for, and one to a client that has reset is broken, without a signal")
    func writeTakesWhatKernel() async throws {
        let listening = try ListeningSocket(host: "127.0.0.1", port: 0, backlog: 8)
        defer { listening.close() }
        let client = try RawClient(port: try #require(listening.port), receiveBuffer: 4096)
        let socket = try await accept(listening)
        defer { socket.close() }
        socket.limitUnsentBytes(4096)
        let (large, none) = ([UInt8](repeating: 1, count: 64 << 20), [UInt8]())
        guard case .bytes(let count) = socket.write(large.span, none.span, none.span) else {
            Issue.record("nothing was written")
            return
        }
        #expect(count > 0 && count < large.count)
        #expect(socket.write(large.span, none.span, none.span) == .wouldBlock)
        #expect(socket.unacknowledgedBytes > 0)
        client.reset()
        try await eventually { socket.write(large.span, none.span, none.span) == .broken }
    }

    @Test("An address that cannot be had is told with the call that failed")
    func addressThatCannotBeHadIsTold() throws {
        let first = try ListeningSocket(host: "127.0.0.1", port: 0, backlog: 8)
        defer { first.close() }
        let port = try #require(first.port)
        let taken = #expect(throws: SocketError.self) {
            try ListeningSocket(host: "127.0.0.1", port: port, backlog: 8)
        }
        #expect(taken?.description == "bind: Address already in use" && taken?.isShortage == false)
        let unknown = #expect(throws: SocketError.self) {
            try ListeningSocket(host: "no.such.host.invalid", port: 0, backlog: 8)
        }
        #expect(unknown?.operation == "getaddrinfo")
        let file = "/tmp/toprelay-socket-test-\(UInt64.random(in: 0...UInt64.max))"
        close(open(file, O_CREAT | O_WRONLY, 0o600))
        defer { unlink(file) }
        // A file that is not a socket is not replaced.
        let path = #expect(throws: SocketError.self) { try ListeningSocket(path: file, backlog: 8) }
        #expect(path?.operation == "bind")
    }
}
