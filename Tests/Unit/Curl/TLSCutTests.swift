import Curl
import EventLoop
import Foundation
import TestSupport
import Testing

extension WithTLSPeers {
    /// Connections with TLS that are cut at any byte.
    @Suite("Cuts within TLS")
    struct TLSCutTests {
        private let peers: TLSPeers

        init() throws { peers = try #require(TLSPeers.current) }

        private func perform(_ path: String, cut: Forwarder.Cut) async throws -> CurlResult {
            let forwarder = try Forwarder(to: peers.nginx.ports["right"] ?? 0, cut: cut)
            var request = CurlRequest.post("https://127.0.0.1:\(forwarder.port)\(path)")
            request.caFile = peers.authority.caFile
            let sent = request
            let result = try await CurlWorker.with { await $0.perform(sent) }
            #expect(forwarder.connections == 1)
            return result
        }

        @Test(
            "A request of which nothing was sent never reached the server, and no request reaches it twice",
            arguments: [("request", 1100, 23), ("response", 2600, 67)])
        func cutsAtAnyByte(side: String, end: Int, step: Int) async throws {
            var wereSent: Set<Bool> = []
            for limit in stride(from: 0, to: end, by: step) {
                let path = "/counted/\(side)/\(limit)"
                let cut = side == "request" ? Forwarder.Cut.request(after: limit) : .response(after: limit)
                let result = try await perform(path, cut: cut)
                wereSent.insert(result.mayHaveBeenSent)
                if let failure = result.failure {
                    #expect(result.mayHaveBeenSent == (failure.kind == .cut), "\(limit): \(failure)")
                }
                try await expectCount(path, result)
            }
            #expect(wereSent == [false, true])
        }

        private func expectCount(_ path: String, _ result: CurlResult) async throws {
            if result.failure == nil {
                let nginx = peers.nginx
                try await onLoop { loop in try await until(loop) { nginx.count(of: path) == 1 } }
            }
            let count = peers.nginx.count(of: path)
            #expect(count <= 1)
            if !result.mayHaveBeenSent { #expect(count == 0) }
        }
    }
}
