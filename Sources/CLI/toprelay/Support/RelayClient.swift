import Crypto
import Curl
import EventLoop

/// One POST to a running relay, on its own loop.
actor RelayClient {
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    private let client: CurlClient

    private init() throws {
        loop = try EventLoop(name: "call")
        client = try CurlClient(loop: loop)
    }

    /// Posts and returns the response.
    static func post(_ request: CurlRequest) async throws -> CurlResult {
        let relay = try RelayClient()
        let result = await relay.perform(request)
        await relay.end()
        relay.loop.shutdown()
        return result
    }

    private func perform(_ request: CurlRequest) async -> CurlResult { await client.perform(request) }

    private func end() { client.shutdown() }
}
