import Curl
import EventLoop
import Glibc
import Locks
import TestSupport
import Testing

@Suite("Connections that are kept")
struct ReuseTests {
    @Test("An idle connection is closed when it is too old to be used")
    func idleAge() async throws {
        let open = Locked(0)
        let server = try ScriptedServer { connection in
            open.withLock { $0 += 1 }
            while connection.readRequest() != nil { connection.write(answer("ok")) }
            open.withLock { $0 -= 1 }
        }
        var settings = CurlClient.Settings.patient
        settings.idleConnectionAge = .milliseconds(100)
        try await CurlWorker.with(settings) { worker in
            let results = await worker.performAll((0..<5).map { _ in .post(server.url()) })
            #expect(results.allSatisfy { $0.text == "200 ok" })
            try await until(worker.loop) { open.withLock { $0 } == 0 }
            #expect(await worker.perform(.post(server.url())).timings.reused == false)
        }
    }

    @Test("A connection that has lived for long enough is not used again")
    func connectionThatHasLived() async throws {
        let server = try ScriptedServer.answering(answer("ok"))
        var settings = CurlClient.Settings.patient
        settings.connectionLifetime = .zero
        let results = try await CurlWorker.with(settings) { worker in
            [await worker.perform(.post(server.url())), await worker.perform(.post(server.url()))]
        }
        #expect(results.map(\.text) == ["200 ok", "200 ok"])
        #expect(results.map(\.timings.reused) == [false, false])
    }

    @Test("The limit of idle connections holds over all hosts, and the oldest is closed")
    func limitOfIdleConnections() async throws {
        let servers = try (0..<3).map { _ in try ScriptedServer.answering(answer("ok")) }
        var settings = CurlClient.Settings.patient
        settings.maximumIdleConnections = 2
        let reused = try await CurlWorker.with(settings) { worker in
            for server in servers { #expect(await worker.perform(.post(server.url())).text == "200 ok") }
            var reused: [Bool] = []
            for index in [1, 2, 0] { reused.append(await worker.perform(.post(servers[index].url())).timings.reused) }
            return reused
        }
        #expect(reused == [true, true, false])
    }

    @Test("More templates than the limit do not lose the connections")
    func moreTemplatesThanLimit() async throws {
        let server = try ScriptedServer.answering(answer("ok"))
        var settings = CurlClient.Settings.patient
        settings.maximumTemplates = 2
        try await CurlWorker.with(settings) { worker in
            for number in 0..<20 {
                #expect(await worker.perform(.post(server.url("/\(number)"))).text == "200 ok")
            }
        }
        #expect(server.connections == 1)
        #expect(
            server.requests.map(\.head).map { $0.prefix { $0 != "\r\n" } } == (0..<20).map { "POST /\($0) HTTP/1.1" })
    }

    @Test(
        "A server that closes its connection after each response: each call is answered or cut, and arrives at most once"
    )
    func closedAtOnce() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write(answer("ok"))
        }
        let results = try await CurlWorker.with { worker in
            var results: [CurlResult] = []
            for _ in 0..<200 {
                results.append(await worker.perform(.post(server.url())))
                // The end of the connection is on its way.
                await worker.nap(.milliseconds(1))
            }
            return results
        }
        // A call may still meet a connection just as it is closed.
        #expect(results.allSatisfy { $0.text == "200 ok" || $0.failure?.kind == .cut && $0.mayHaveBeenSent })
        #expect(results[0].failure == nil)
        #expect(server.requests.count == results.count { $0.failure == nil })
    }

    @Test(
        "Bytes that come while a connection is idle end it", arguments: ["HTTP/1.1 408 Request Timeout\r\n\r\n", "x"])
    func bytesThatComeWhile(bytes: String) async throws {
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                connection.write(answer("from \(connection.number)"))
                usleep(20_000)
                connection.write(bytes)
            }
        }
        try await CurlWorker.with { worker in
            #expect(await worker.perform(.post(server.url())).text == "200 from 1")
            await worker.nap(.milliseconds(200))
            #expect(await worker.perform(.post(server.url())).text == "200 from 2")
        }
    }

    @Test("Header lines that would frame the request or name another host are refused")
    func headerLinesThatWouldFrame() async throws {
        let server = try ScriptedServer.answering(answer("ok"))
        for line in [
            "Host: x", "content-length: 0", "Transfer-Encoding: chunked", "Connection: close", "Expect: 100-continue",
            "Upgrade: x", "A b: c", "A\u{7F}: c", "Ä: c",
        ] {
            var request = CurlRequest.post(server.url())
            request.headers = [line]
            let sent = request
            let result = try await CurlWorker.with { await $0.perform(sent) }
            #expect(result.failure?.kind == .invalidRequest, "\(line)")
            #expect(!result.mayHaveBeenSent)
        }
        #expect(server.connections == 0)
    }

    @Test("A caller's Accept takes the place of the usual one")
    func callerAcceptTakesPlace() async throws {
        let server = try ScriptedServer.answering(answer("ok"))
        var request = CurlRequest.post(server.url(), "k=v")
        request.headers = ["Accept: text/javascript"]
        let sent = request
        _ = try await CurlWorker.with { await $0.perform(sent) }
        #expect(
            server.requests.map(\.head) == [
                "POST /router/rest HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nAccept-Encoding: gzip\r\n"
                    + "Accept: text/javascript\r\nContent-Length: 3\r\n\r\n"
            ])
    }
}
