import Curl
import EventLoop
import Glibc
import TestSupport
import Testing

@Suite("Failures")
struct FailureTests {
    @Test("A refused connection: nothing was sent, and the text names host and port alone")
    func refusedConnection() async throws {
        let listener = try ScriptedServer.listen(backlog: 1)
        let port = ScriptedServer.port(of: listener)
        close(listener)
        let url = "http://127.0.0.1:\(port)/secret-path?session=secret-session"
        let result = try await CurlWorker.with { await $0.perform(.post(url, "sign=secret-sign")) }
        let failure = try #require(result.failure)
        #expect(failure.kind == .connect)
        #expect(failure.code == 7)
        #expect(!result.mayHaveBeenSent)
        #expect(failure.description.contains("127.0.0.1:\(port)"))
        #expect(!"\(failure)".contains("secret"))
        #expect(!String(reflecting: failure).contains("secret"))
    }

    @Test("A name without an address")
    func nameWithoutAddress() async throws {
        // A label of over 63 characters: refused by the resolver itself, without a question to any server.
        let name = String(repeating: "a", count: 70) + ".example"
        let result = try await CurlWorker.with { await $0.perform(.post("http://\(name)/")) }
        #expect(result.failure?.kind == .resolve)
        #expect(!result.mayHaveBeenSent)
    }

    @Test("A name is looked up without blocking the loop")
    func nameIsLookedUpWithoutBlocking() async throws {
        let server = try ScriptedServer.answering(answer("ok"))
        let url = "http://localhost:\(server.port)/"
        let result = try await CurlWorker.with { await $0.perform(.post(url)) }
        #expect(result.text == "200 ok")
    }

    @Test("A connection that does not come about in time")
    func connectTimeout() async throws {
        // A listener whose queue is full drops further connections.
        let listener = try ScriptedServer.listen(backlog: 0)
        let port = ScriptedServer.port(of: listener)
        let fillers = (0..<8).map { _ in connectWithoutWaiting(port) }
        defer { (fillers + [listener]).forEach { close($0) } }
        var request = CurlRequest.post("http://127.0.0.1:\(port)/")
        request.connectTimeout = .milliseconds(150)
        let sent = request
        let result = try await CurlWorker.with { await $0.perform(sent) }
        #expect(result.failure?.kind == .timeout(.connect))
        #expect(!result.mayHaveBeenSent)
    }

    @Test("A peer that hangs after the request: time is over, and it was asked for the body")
    func peerThatHangsAfterRequest() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.waitForEnd()
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url()), milliseconds: 500) }
        #expect(result.failure?.kind == .timeout(.call))
        #expect(result.failure?.code == 28)
        #expect(result.mayHaveBeenSent)
        #expect(server.requests.count == 1)
    }

    @Test("A deadline that has passed: nothing is sent")
    func passedDeadline() async throws {
        let server = try ScriptedServer.answering(answer("ok"))
        let result = try await CurlWorker.with { await $0.perform(.post(server.url(), seconds: 0)) }
        #expect(result.failure?.kind == .timeout(.connect))
        #expect(!result.mayHaveBeenSent)
        #expect(server.connections == 0)
    }

    @Test("A fresh connection that is closed before any byte of an answer", arguments: [false, true])
    func closedFresh(reset: Bool) async throws {
        let server = try ScriptedServer { connection in
            if reset { connection.resetOnClose() }
            _ = connection.readRequest()
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.failure?.kind == .cut)
        #expect(result.mayHaveBeenSent)
        #expect(server.requests.count == 1)
        #expect(server.connections == 1)
    }

    @Test("A warm connection that is closed on the second request: it is not sent again", arguments: [false, true])
    func closedWarm(reset: Bool) async throws {
        let server = try ScriptedServer { connection in
            guard connection.number == 1 else {
                while connection.readRequest() != nil { connection.write(answer("sent twice")) }
                return
            }
            _ = connection.readRequest()
            connection.write(answer("first"))
            if reset { connection.resetOnClose() }
            _ = connection.readRequest()
        }
        let results = try await CurlWorker.with {
            [await $0.perform(.post(server.url(), "n=1")), await $0.perform(.post(server.url(), "n=2"))]
        }
        #expect(results[0].text == "200 first")
        let failure = try #require(results[1].failure)
        #expect(failure.kind == .cut)
        #expect(reset ? [52, 56].contains(failure.code) : failure.code == 52)
        #expect(results[1].mayHaveBeenSent)
        let bodies = server.requests.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies == ["n=1", "n=2"])
    }

    @Test(
        "Nor is a request with a long body, or with none",
        arguments: [
            0, 65_535, 65_536, 300_000,
        ])
    func closedWarmForLargeBody(count: Int) async throws {
        let server = try ScriptedServer { connection in
            guard connection.number == 1 else {
                while connection.readRequest() != nil { connection.write(answer("sent twice")) }
                return
            }
            _ = connection.readRequest()
            connection.write(answer("first"))
            _ = connection.readRequest()
        }
        let results = try await CurlWorker.with {
            let first = await $0.perform(.post(server.url(), "n=1"))
            return [first, await $0.perform(.post(server.url(), String(repeating: "n", count: count)))]
        }
        #expect(results[0].text == "200 first")
        #expect(results[1].failure?.kind == .cut)
        #expect(results[1].failure?.code == 52)
        #expect(results[1].mayHaveBeenSent)
        #expect(server.requests.map(\.body.count) == [3, count])
    }

    @Test("A warm connection that was closed while idle is replaced, and the request arrives once")
    func closedIdle() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write(answer("from \(connection.number)"))
        }
        let results = try await CurlWorker.with { worker in
            let first = await worker.perform(.post(server.url(), "n=1"))
            // The peer's end has arrived by now, or arrives: in both cases the request must come once.
            await worker.nap(.milliseconds(50))
            return [first, await worker.perform(.post(server.url(), "n=2"))]
        }
        #expect(results.map(\.text) == ["200 from 1", "200 from 2"])
        #expect(server.requests.count == 2)
    }

    @Test(
        "Half an answer is a cut",
        arguments: ["Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n64\r\nhalf"])
    func halfAnswer(rest: String) async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n" + rest)
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.failure?.kind == .cut)
        #expect(result.mayHaveBeenSent)
    }

    @Test(
        "A head that is cut off is a cut",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200",
        ])
    func halfHead(head: String) async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write(head)
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.failure?.kind == .cut)
        #expect(result.mayHaveBeenSent)
    }

    @Test("What is not HTTP is told apart")
    func notHTTP() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write("SSH-2.0-OpenSSH_9.2\r\n\r\n")
            connection.waitForEnd()
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.failure?.kind == .notHTTP)
        #expect(result.mayHaveBeenSent)
    }

    @Test("An answer that stops halfway runs into the deadline")
    func answerThatStopsHalfway() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            connection.waitForEnd()
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url()), milliseconds: 500) }
        #expect(result.failure?.kind == .timeout(.call))
        #expect(result.mayHaveBeenSent)
    }

    @Test("Plain http is refused unless allowed, and the handle keeps no memory of it")
    func httpRefused() async throws {
        let server = try ScriptedServer.answering(answer("ok"))
        var strict = CurlRequest.post(server.url())
        strict.allowsHTTP = false
        let sent = strict
        let results = try await CurlWorker.with {
            [
                await $0.perform(sent), await $0.perform(.post(server.url())), await $0.perform(sent),
            ]
        }
        #expect(results.map(\.failure?.kind) == [.invalidRequest, nil, .invalidRequest])
        #expect(results.map(\.mayHaveBeenSent) == [false, true, false])
        #expect(server.requests.count == 1)
    }

    @Test(
        "URLs and headers that are none are refused",
        arguments: [
            ("ftp://127.0.0.1/", "A: b"), ("nonsense", "A: b"), ("http://", "A: b"), ("http://u:p@127.0.0.1/", "A: b"),
            ("http://127.0.0.1/\0", "A: b"), ("file:///etc/passwd", "A: b"), ("http://127.0.0.1:1/", "A: b\r\nC: d"),
            ("http://127.0.0.1:1/", "no colon"), ("http://127.0.0.1:1/", ": empty"),
        ])
    func urlsAndHeadersThatAreNone(url: String, header: String) async throws {
        var request = CurlRequest.post(url)
        request.headers = [header]
        let sent = request
        let result = try await CurlWorker.with { await $0.perform(sent) }
        #expect(result.failure?.kind == .invalidRequest || url == "nonsense" || url == "http://")
        #expect(result.failure != nil)
        #expect(!result.mayHaveBeenSent)
        #expect(!result.text.contains("u:p"))
    }
}

extension CurlWorker {
    func nap(_ delay: Duration) async { await loop.sleep(for: delay) }
}

private func connectWithoutWaiting(_ port: UInt16) -> Int32 {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = ScriptedServer.loopback(port)
    withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            _ = connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    return socket
}
