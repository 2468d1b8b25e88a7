import Curl
import EventLoop
import Glibc
import Locks
import TestSupport
import Testing

@Suite("Many calls")
struct LoadTests {
    @Test("200 transfers wait at once, and each gets its own answer")
    func concurrent200TransfersWait() async throws {
        let arrived = Locked(0)
        let server = try ScriptedServer { connection in
            while let request = connection.readRequest() {
                arrived.withLock { $0 += 1 }
                // Nobody is answered before all have asked.
                while arrived.withLock({ $0 }) < 200 { usleep(1000) }
                connection.write(answer(String(decoding: request.body, as: UTF8.self)))
            }
        }
        let texts = try await CurlWorker.with { worker in
            await worker.performAll((0..<200).map { .post(server.url(), "call=\($0)") }).map(\.text)
        }
        #expect(texts == (0..<200).map { "200 call=\($0)" })
        #expect(server.requests.count == 200)
    }

    @Test("Thousands of calls one after the other, with connections that end, leak no descriptor")
    func thousandsOfCalls() async {
        await #expect(processExitsWith: .success) {
            let before = openDescriptors()
            do {
                let server = try ScriptedServer { connection in
                    for number in 1... {
                        guard connection.readRequest() != nil else { return }
                        connection.write(answer("ok", headers: number % 5 == 0 ? "Connection: close\r\n" : ""))
                        if number % 5 == 0 { return }
                    }
                }
                try await CurlWorker.with { worker in
                    for number in 0..<3000 {
                        let result = await worker.perform(.post(server.url(), "n=\(number)"))
                        #expect(result.text == "200 ok")
                    }
                    #expect(await worker.inFlight == 0)
                }
                #expect(server.connections == 600)
            }
            #expect(await settled(openDescriptors, atMost: before + 8) <= before + 8)
        }
    }

    @Test("Failures by the hundred leak no descriptor either, and good calls go on beside them")
    func failuresByHundredLeak() async {
        await #expect(processExitsWith: .success) {
            let before = openDescriptors()
            do {
                let server = try ScriptedServer { connection in
                    if connection.number % 2 == 0 { return }
                    while connection.readRequest() != nil { connection.write(answer("ok")) }
                }
                let results = try await CurlWorker.with { worker in
                    var results: [CurlResult] = []
                    for _ in 0..<20 {
                        results += await worker.performAll((0..<20).map { _ in .post(server.url()) })
                    }
                    return results
                }
                #expect(results.count == 400)
                #expect(results.contains { $0.text == "200 ok" })
                let others = results.compactMap(\.failure?.kind)
                #expect(!others.isEmpty)
                #expect(others.allSatisfy { $0 == .cut })
            }
            #expect(await settled(openDescriptors, atMost: before + 8) <= before + 8)
        }
    }

    @Test("Only as many idle connections are kept as the settings say")
    func idleConnections() async throws {
        var settings = CurlClient.Settings.patient
        settings.maximumIdleConnections = 4
        let open = Locked(0)
        let server = try ScriptedServer { connection in
            open.withLock { $0 += 1 }
            while connection.readRequest() != nil {
                usleep(20_000)
                connection.write(answer("ok"))
            }
            open.withLock { $0 -= 1 }
        }
        try await CurlWorker.with(settings) { worker in
            let results = await worker.performAll((0..<40).map { _ in .post(server.url()) })
            #expect(results.allSatisfy { $0.text == "200 ok" })
            try await until(worker.loop) { open.withLock { $0 } <= 4 }
        }
    }

    @Test("Connections that their peers close while idle cost a look each, and their descriptors serve new ones")
    func closedByPeers() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write(answer("from \(connection.number)"))
        }
        try await CurlWorker.with { worker in
            for round in 0..<20 {
                let results = await worker.performAll((0..<10).map { _ in .post(server.url()) })
                // A call may meet a connection just as its peer closes it.
                let failures = results.compactMap(\.failure?.kind)
                #expect(failures.allSatisfy { $0 == .cut }, "round \(round)")
                await worker.nap(.milliseconds(2))
            }
            await worker.nap(.milliseconds(50))
            let turns = worker.loop.turns
            await worker.nap(.milliseconds(100))
            #expect(worker.loop.turns - turns < 50)
        }
        #expect(server.requests.count > 100)
    }

    @Test("Descriptors of attempts to connect serve name look-ups and connections after")
    func mixedDescriptors() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write(answer("from \(connection.number)", headers: "Connection: close\r\n"))
        }
        let refusing = try ScriptedServer.listen(backlog: 1)
        let refused = "http://127.0.0.1:\(ScriptedServer.port(of: refusing))/"
        close(refusing)
        var settings = CurlClient.Settings.patient
        settings.addressCache = .zero
        try await CurlWorker.with(settings) { worker in
            for round in 1...20 {
                // Two at once, so that numbers change places.
                let results = await worker.performAll([
                    .post(refused), .post("http://localhost:\(server.port)/\(round)"), .post(refused),
                    .post(server.url("/\(round)")),
                ])
                #expect(results.map { $0.failure?.kind == .connect } == [true, false, true, false])
                #expect(results.filter { $0.text.hasPrefix("200 from") }.count == 2, "round \(round)")
            }
        }
        #expect(server.requests.count == 40)
    }

    @Test("A shutdown ends the calls under way, and refuses new ones")
    func shutdownEndsCallsUnder() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.waitForEnd()
        }
        try await CurlWorker.with { worker in
            async let hanging = worker.performAll((0..<10).map { _ in .post(server.url(), seconds: 600) })
            while server.requests.count < 10 { await worker.nap(.milliseconds(5)) }
            #expect(await worker.inFlight == 10)
            await worker.end()
            let results = await hanging
            #expect(results.map(\.failure?.kind) == Array(repeating: .shutDown, count: 10))
            #expect(results.allSatisfy { $0.mayHaveBeenSent })
            let late = await worker.perform(.post(server.url()))
            #expect(late.failure?.kind == .shutDown)
            #expect(!late.mayHaveBeenSent)
            #expect(await worker.inFlight == 0)
        }
    }

    @Test("A cancelled task still gets its result")
    func cancelledTaskStillGets() async throws {
        let server = try ScriptedServer.answering(answer("ok"))
        let text = try await CurlWorker.with { worker in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await worker.perform(.post(server.url())).text
            }
            return await task.value
        }
        #expect(text == "200 ok")
    }

    @Test("A client that is dropped without a shutdown frees itself")
    func clientThatIsDropped() async {
        await #expect(processExitsWith: .success) {
            let loop = try EventLoop(name: "dropped")
            _ = try CurlClient(loop: loop)
            let before = openDescriptors()
            for _ in 0..<300 { _ = try CurlClient(loop: loop) }
            // libdispatch may open a few of its own meanwhile.
            #expect(openDescriptors() <= before + 8)
            #expect(loop.shutdown())
        }
    }
}

/// Looks again until a count has come down, for a second at most: the server's threads close their ends when they get
/// to it.
private func settled(_ count: () -> Int, atMost goal: Int) async -> Int {
    for _ in 0..<200 where count() > goal { try? await Task.sleep(for: .milliseconds(5)) }
    return count()
}
