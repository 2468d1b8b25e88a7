import Curl
import EventLoop
import Glibc
import TestSupport
import Testing

/// What a caller is told when the connection is cut at any point of a call.
@Suite("Cuts")
struct CutTests {
    /// How much of a response the server writes before it cuts the connection.
    private static let responses = [
        "status line": "HTTP/1.1 20", "status": "HTTP/1.1 200 OK\r\n", "field": "HTTP/1.1 200 OK\r\nContent-Le",
        "head": "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n",
        "body": "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfou",
        "interim": "HTTP/1.1 100 Continue\r\n\r\n", "interim head": "HTTP/1.1 103 Early Hints\r\nLink: x\r\n",
        "chunk size": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4",
        "chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfo",
        "chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n",
        "last chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n",
        "trailer": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\nX: y\r\n",
    ]

    @Test(
        "A response that is cut: the request may have arrived, and it arrived once",
        arguments: Array(responses.keys), [false, true])
    func cutResponse(part: String, isReset: Bool) async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            if connection.number == 1 {
                connection.write(Self.responses[part] ?? "")
                if isReset { connection.resetOnClose() }
            } else {
                connection.write(answer("sent twice"))
            }
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        let failure = try #require(result.failure)
        #expect(failure.kind == .cut)
        // A reset may discard what the server wrote.
        #expect(isReset ? [52, 56].contains(failure.code) : failure.code == 56)
        #expect(result.mayHaveBeenSent)
        #expect(server.requests.count == 1)
        #expect(server.connections == 1)
    }

    @Test(
        "A request that is cut: it may have arrived, and a part of it arrived once",
        arguments: [0, 1, 40, 150, 200, 10_000, 500_000], [false, true])
    func cutRequest(bytesRead: Int, isReset: Bool) async throws {
        let server = try ScriptedServer { connection in
            if isReset { connection.resetOnClose() }
            connection.waitForInput()
            var left = bytesRead
            while left > 0, let bytes = connection.read(atMost: left) { left -= bytes.count }
        }
        let body = String(repeating: "x", count: 3_000_000)
        let result = try await CurlWorker.with { await $0.perform(.post(server.url(), body)) }
        let failure = try #require(result.failure)
        #expect(failure.kind == .cut)
        #expect([52, 55, 56].contains(failure.code))
        #expect(result.mayHaveBeenSent)
        #expect(server.requests.isEmpty)
        #expect(server.connections == 1)
    }

    @Test("A warm connection that is cut within the next request is not replaced", arguments: [0, 1, 40, 150, 200])
    func cutWarm(bytesRead: Int) async throws {
        let server = try ScriptedServer { connection in
            guard connection.number == 1, connection.readRequest() != nil else { return }
            connection.write(answer("first"))
            if bytesRead > 0 { _ = connection.read(atMost: bytesRead) } else { connection.waitForInput() }
        }
        let results = try await CurlWorker.with { worker in
            [await worker.perform(.post(server.url())), await worker.perform(.post(server.url()))]
        }
        #expect(results[0].text == "200 first")
        #expect(results[1].failure?.kind == .cut)
        #expect(results[1].mayHaveBeenSent)
        #expect(server.connections == 1)
    }

    @Test("A response that arrives before the whole request was sent is the result, and ends the connection")
    func earlyResponse() async throws {
        let server = try ScriptedServer { connection in
            if connection.number > 1 { _ = connection.readRequest() }
            connection.write(answer("enough", status: "413 Content Too Large"))
            connection.waitForInput()
            usleep(100_000)
        }
        let body = String(repeating: "x", count: 9_000_000)
        let results = try await CurlWorker.with { worker in
            [await worker.perform(.post(server.url(), body)), await worker.perform(.post(server.url()))]
        }
        #expect(results.map(\.text) == ["413 enough", "413 enough"])
        #expect(results.map(\.timings.reused) == [false, false])
    }

    @Test("Bytes after a response end the connection, and are not taken for the next response")
    func bytesAfterResponseEnd() async throws {
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                connection.write(answer("from \(connection.number)") + answer("unasked"))
            }
        }
        let results = try await CurlWorker.with { worker in
            [await worker.perform(.post(server.url())), await worker.perform(.post(server.url()))]
        }
        #expect(results.map(\.text) == ["200 from 1", "200 from 2"])
    }
}
