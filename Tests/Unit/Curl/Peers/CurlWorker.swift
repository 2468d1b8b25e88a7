import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Curl

/// A client on its loop, as a worker of the relay has it.
actor CurlWorker {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let client: CurlClient

    private init(_ settings: CurlClient.Settings) throws {
        loop = try EventLoop(name: "curl")
        client = try CurlClient(loop: loop, settings: settings)
    }

    /// Runs `body` with a worker, and ends the worker.
    static func with<Value: Sendable>(
        _ settings: CurlClient.Settings = .patient, _ body: @escaping @Sendable (CurlWorker) async throws -> Value
    ) async throws -> Value {
        let worker = try CurlWorker(settings)
        let value = try await limited(seconds: 180) { try await body(worker) }
        await worker.end()
        #expect(worker.loop.shutdown())
        return value
    }

    var inFlight: Int { client.inFlight }

    /// The connections that wait for another request.
    var idleConnections: Int { client.pool.count }

    func perform(_ request: CurlRequest) async -> CurlResult {
        let result = await client.perform(request)
        #expect(loop.isOnLoop)
        return result
    }

    /// With a deadline that begins when the call does, however long it took to get here.
    func perform(_ request: CurlRequest, milliseconds: UInt64) async -> CurlResult {
        var request = request
        request.deadline = EventLoop.now() + milliseconds * 1_000_000
        return await perform(request)
    }

    func end() { client.shutdown() }

    /// Many at once; the results in the order of the requests.
    func performAll(_ requests: [CurlRequest]) async -> [CurlResult] {
        await withTaskGroup(of: (Int, CurlResult).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, await self.perform(request)) }
            }
            var results = [(Int, CurlResult)]()
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

extension CurlClient.Settings {
    /// Keeps idle connections for longer than a busy machine lets a test wait.
    static var patient: Self {
        var settings = Self()
        settings.idleConnectionAge = .seconds(600)
        settings.connectionLifetime = .seconds(600)
        return settings
    }
}

extension CurlRequest {
    /// A plain http POST to a test's server.
    static func post(_ url: String, _ body: String = "a=1&b=2", seconds: Double = 120) -> CurlRequest {
        CurlRequest(
            url: url, body: Array(body.utf8),
            headers: ["Content-Type: application/x-www-form-urlencoded;charset=utf-8"],
            deadline: EventLoop.now() + UInt64(seconds * 1e9), connectTimeout: .seconds(60), allowsHTTP: true)
    }
}

extension CurlResult {
    /// "200 text" of an answer; otherwise the failure's description.
    var text: String {
        switch outcome {
        case .answered(let status, _, let body): "\(status) \(String(decoding: body, as: UTF8.self))"
        case .failed(let failure): failure.description
        }
    }

    var failure: CurlFailure? {
        if case .failed(let failure) = outcome { failure } else { nil }
    }
}
