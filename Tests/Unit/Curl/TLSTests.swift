import Curl
import EventLoop
import Foundation
import TestSupport
import Testing

extension WithTLSPeers {
    @Suite("TLS")
    struct TLSTests {
        private let peers: TLSPeers

        init() throws { peers = try #require(TLSPeers.current) }

        private func request(_ certificate: String, host: String = "127.0.0.1", caFile: String?) -> CurlRequest {
            var request = CurlRequest.post(
                "https://\(host):\(peers.nginx.ports[certificate] ?? 0)/secret?session=secret")
            request.allowsHTTP = false
            request.caFile = caFile
            return request
        }

        private func perform(_ requests: CurlRequest...) async throws -> [CurlResult] {
            try await CurlWorker.with { worker in
                var results: [CurlResult] = []
                for request in requests { results.append(await worker.perform(request)) }
                return results
            }
        }

        @Test("The right certificate is trusted, by address and by name, and its connection is used again")
        func rightCertificateIsTrusted() async throws {
            let results = try await perform(
                request("right", caFile: peers.authority.caFile), request("right", caFile: peers.authority.caFile),
                request("right", host: "localhost", caFile: peers.authority.caFile))
            #expect(results.map(\.text) == Array(repeating: "200 tls POST", count: 3))
            #expect(results.map(\.timings.reused) == [false, true, false])
            #expect(results[0].timings.tlsNanoseconds >= results[0].timings.connectNanoseconds)
            #expect(results[0].timings.tlsNanoseconds > 0)
        }

        @Test("More TLS connections at once than one multi handle has are made, and used again")
        func manyConnections() async throws {
            let requests = (0..<140).map { _ in
                var request = request("right", caFile: peers.authority.caFile)
                request.connectTimeout = .seconds(60)
                request.deadline = EventLoop.now() + 60_000_000_000
                return request
            }
            try await CurlWorker.with { worker in
                let first = await worker.performAll(requests)
                #expect(first.allSatisfy { $0.text == "200 tls POST" })
                #expect(first.count { !$0.timings.reused } > 128)
                let second = await worker.performAll(requests)
                #expect(second.allSatisfy { $0.text == "200 tls POST" && $0.timings.reused })
            }
        }

        @Test("TLS keys are not written to the file that the environment names")
        func keyLog() async throws {
            let file = peers.authority.folder + "/keys-of-tls"
            let url = "https://127.0.0.1:\(peers.nginx.ports["right"] ?? 0)/"
            let authority = peers.authority.caFile
            await #expect(processExitsWith: .success) {
                [file = file as String, url = url as String, authority = authority as String] in
                setenv("SSLKEYLOGFILE", file, 1)
                var request = CurlRequest.post(url)
                request.caFile = authority
                let sent = request
                let result = try await CurlWorker.with { await $0.perform(sent) }
                #expect(result.text == "200 tls POST")
            }
            #expect(!FileManager.default.fileExists(atPath: file))
        }

        @Test("Another host's certificate is refused before anything is sent")
        func wrongHostName() async throws {
            try await expectFault(.wrongHostName, request("elsewhere", caFile: peers.authority.caFile))
        }

        @Test("An expired certificate is refused before anything is sent")
        func expiredCertificateIsRefused() async throws {
            try await expectFault(.expired, request("expired", caFile: peers.authority.caFile))
        }

        @Test("A certificate of the future is refused before anything is sent")
        func notYetValid() async throws {
            try await expectFault(.notYetValid, request("early", caFile: peers.authority.caFile))
        }

        @Test(
            "An unknown issuer is refused before anything is sent, with the system's authorities and with an own file")
        func unknownIssuer() async throws {
            try await expectFault(.unknownIssuer, request("right", caFile: nil))
            try await expectFault(.unknownIssuer, request("right", caFile: peers.stranger.caFile))
        }

        @Test("Trust is each request's own: a connection that one CA file made is not used under another")
        func trustIsNotShared() async throws {
            let results = try await perform(
                request("right", caFile: peers.authority.caFile), request("right", caFile: peers.stranger.caFile),
                request("right", caFile: nil), request("right", caFile: peers.authority.caFile))
            #expect(results.map { $0.failure == nil } == [true, false, false, true])
            #expect(results.map(\.mayHaveBeenSent) == [true, false, false, true])
        }

        @Test("A CA file that is not there is named as the cause")
        func missingFile() async throws {
            try await expectFault(.caFile, request("right", caFile: "/nowhere/ca.pem"))
        }

        @Test("A peer that speaks no TLS, and one that hangs up in the handshake")
        func noTLS() async throws {
            let plain = try ScriptedServer { connection in
                _ = connection.readSome()
                connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.waitForEnd()
            }
            let closing = try ScriptedServer { connection in _ = connection.readSome() }
            for server in [plain, closing] {
                var request = CurlRequest.post("https://127.0.0.1:\(server.port)/secret")
                request.allowsHTTP = false
                try await expectFault(.handshake, request)
            }
        }

        @Test("A peer that hangs in the handshake runs into the connect timeout")
        func hangingHandshake() async throws {
            let server = try ScriptedServer { $0.waitForEnd() }
            var request = CurlRequest.post("https://127.0.0.1:\(server.port)/")
            request.connectTimeout = .milliseconds(150)
            let result = try await perform(request)[0]
            #expect(result.failure?.kind == .timeout(.connect))
            #expect(!result.mayHaveBeenSent)
        }

        private func expectFault(_ fault: CurlFailure.TLSFault, _ request: CurlRequest) async throws {
            let result = try await perform(request)[0]
            #expect(result.failure?.kind == .tls(fault), "\(result.text)")
            #expect(!result.mayHaveBeenSent)
            #expect(result.text.contains("127.0.0.1:"))
            #expect(!result.text.contains("secret"))
        }
    }
}
