import Curl
import EventLoop
import Glibc
import Locks
import TestSupport
import Testing

@Suite("Connections that libcurl would close on its own")
struct TakenOverTests {
    @Test("The number of a socket that libcurl would have closed never carries a request to another server")
    func closedByLibcurl() async throws {
        let mayClose = Locked(false)
        let first = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write(answer("first"))
            while !mayClose.withLock({ $0 }) { usleep(1000) }
        }
        let second = try ScriptedServer.answering(answer("second"))
        let fillers = Locked<[Int32]>([])
        defer { for filler in fillers.withLock({ $0 }) { close(filler) } }
        let results = try await CurlWorker.with { worker in
            let kept = await worker.perform(.post(first.url(), "secret=1"))
            // libcurl looks for dead connections when it makes another one, at most once a second.
            let others = await worker.afterBlocking(
                {
                    mayClose.withLock { $0 = true }
                    usleep(1_300_000)
                    // The next socket gets the number of the one that libcurl closes.
                    fillers.withLock { $0 = (0..<256).map { _ in dup(0) } }
                }, .post(second.url(), "public=1"), .post(first.url(), "secret=2"))
            return [kept] + others
        }
        #expect(results[0].text == "200 first")
        #expect(results[1].text == "200 second")
        // The first server had closed, of which the loop could not know.
        #expect(results[2].failure?.kind == .cut, "\(results[2].text)")
        #expect(second.requests.map { String(decoding: $0.body, as: UTF8.self) } == ["public=1"])
    }
}

extension CurlWorker {
    /// Blocks the loop, and then makes two calls before the loop looks at any socket.
    fileprivate func afterBlocking(
        _ block: () -> Void, _ first: CurlRequest, _ second: CurlRequest
    ) async -> [CurlResult] {
        let tasks = [first, second].map { request in
            Task(executorPreference: loop) { await self.perform(request) }
        }
        block()
        return [await tasks[0].value, await tasks[1].value]
    }
}
