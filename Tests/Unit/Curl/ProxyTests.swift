import Curl
import EventLoop
import Glibc
import TestSupport
import Testing

extension WithTLSPeers {
    @Suite("Proxies")
    struct ProxyTests {
        private let peers: TLSPeers

        init() throws { peers = try #require(TLSPeers.current) }

        private var gateway: UInt16 { peers.nginx.ports["right"] ?? 0 }

        private func request(_ url: String? = nil, by proxy: CurlProxy) -> CurlRequest {
            var request = CurlRequest.post(url ?? "https://127.0.0.1:\(gateway)/")
            request.proxy = proxy
            request.caFile = peers.authority.caFile
            return request
        }

        @Test("Https goes through a tunnel, which is used again; the proxy sees no header of the request")
        func httpsGoesThroughTunnel() async throws {
            let proxy = try ConnectProxy(credentials: "user:p@ss:word")
            let sent = request(by: CurlProxy(address: proxy.url, user: "user", password: "p@ss:word"))
            let results = try await CurlWorker.with { [await $0.perform(sent), await $0.perform(sent)] }
            #expect(results.map(\.text) == ["200 tls POST", "200 tls POST"])
            #expect(results.map(\.timings.reused) == [false, true])
            let head = try #require(proxy.heads.first)
            #expect(proxy.heads.count == 1 && proxy.connections == 1)
            #expect(head.hasPrefix("CONNECT 127.0.0.1:\(gateway) HTTP/1.1\r\n"))
            #expect(!head.contains("Content-Type"))
        }

        @Test("Plain http goes through a tunnel, too: the gateway sees nothing of the proxy, which resolves its name")
        func plainHttpGoesThroughTunnel() async throws {
            let server = try ScriptedServer.answering(answer("by tunnel"))
            let proxy = try ConnectProxy(credentials: "user:pass")
            let url = "http://gateway.invalid:\(server.port)/router?x=1"
            let sent = request(url, by: CurlProxy(address: proxy.url, user: "user", password: "pass"))
            let results = try await CurlWorker.with { worker in
                var results: [CurlResult] = []
                for _ in 0..<3 { results.append(await worker.perform(sent)) }
                return results
            }
            #expect(results.map(\.text) == ["200 by tunnel", "200 by tunnel", "200 by tunnel"])
            #expect(results.map(\.timings.reused) == [false, true, true])
            #expect(proxy.heads.count == 1)
            #expect(proxy.heads.first?.hasPrefix("CONNECT gateway.invalid:\(server.port) HTTP/1.1\r\n") == true)
            let head = try #require(server.requests.first?.head)
            #expect(head.hasPrefix("POST /router?x=1 HTTP/1.1\r\nHost: gateway.invalid:\(server.port)\r\n"))
            #expect(!head.contains("Proxy-"))
        }

        @Test(
            "A tunnel that does not come about: nothing was sent, and the reason is told",
            arguments: [
                ("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", 407),
                ("HTTP/1.1 502 Bad Gateway\r\n\r\n", 502),
                ("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 403),
                ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302), ("", nil),
                ("SSH-2.0\r\n\r\n", nil), ("HTTP/1.1 200 Connection est", nil),
            ] as [(String, Int?)])
        func noTunnel(response: String, status: Int?) async throws {
            let proxy = try ConnectProxy(.answers(response))
            let sent = [
                request(by: CurlProxy(address: proxy.url)),
                request("http://gateway.invalid/", by: CurlProxy(address: proxy.url)),
            ]
            for sent in sent {
                let result = try await CurlWorker.with { await $0.perform(sent) }
                #expect(!result.mayHaveBeenSent)
                if let status {
                    #expect(result.failure?.kind == .proxy(.refused(status: status)))
                } else {
                    #expect(result.failure != nil)
                }
            }
            #expect(proxy.heads.allSatisfy { $0.hasPrefix("CONNECT ") })
        }

        @Test("Wrong credentials are told, and are in no text")
        func wrongCredentials() async throws {
            let proxy = try ConnectProxy(credentials: "user:right")
            let own = CurlProxy(address: proxy.url, user: "user", password: "canary-wrong")
            let sent = request(by: own)
            let result = try await CurlWorker.with { await $0.perform(sent) }
            #expect(result.failure?.kind == .proxy(.refused(status: 407)))
            #expect(result.failure?.description.contains("407") == true)
            var dumped = ""
            dump(sent, to: &dumped)
            dump(result, to: &dumped)
            #expect(!"\(dumped) \(sent) \(own) \(String(reflecting: own))".contains("canary"))
        }

        @Test("A tunnel that hangs runs into the connect time-out, and nothing was sent")
        func hangingTunnel() async throws {
            let proxy = try ConnectProxy(.hangs)
            var request = request(by: CurlProxy(address: proxy.url))
            request.connectTimeout = .milliseconds(150)
            let sent = request
            let result = try await CurlWorker.with { await $0.perform(sent) }
            #expect(result.failure?.kind == .proxy(.timeout))
            #expect(!result.mayHaveBeenSent)
        }

        @Test(
            "A proxy that cannot be reached, or is not a URL: nothing was sent",
            arguments: ["http://127.0.0.1:1", "http://[", "nonsense://x", "http://proxy.invalid:1"])
        func proxyThatCannotBeReached(proxy: String) async throws {
            let sent = request("http://gateway.invalid/", by: CurlProxy(address: proxy))
            let result = try await CurlWorker.with { await $0.perform(sent) }
            #expect(result.failure != nil)
            #expect(!result.mayHaveBeenSent)
        }

        @Test("What fails behind the tunnel is not told of the proxy")
        func failsBehindTunnel() async throws {
            let proxy = try ConnectProxy()
            var foreign = request(
                "https://localhost:\(peers.nginx.ports["right"] ?? 0)/", by: CurlProxy(address: proxy.url))
            foreign.caFile = nil
            let sent = foreign
            let result = try await CurlWorker.with { await $0.perform(sent) }
            #expect(result.failure?.kind == .tls(.unknownIssuer))
            #expect(!result.mayHaveBeenSent)
        }

        @Test("A proxy in the environment is ignored")
        func environmentProxy() async {
            await #expect(processExitsWith: .success) {
                for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"] {
                    setenv(name, "http://127.0.0.1:1", 1)
                }
                let server = try ScriptedServer.answering(answer("direct"))
                let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
                #expect(result.text == "200 direct")
            }
        }

        @Test("A connection is used again only by the same proxy, user and password")
        func connectionBelongsToProxy() async throws {
            let server = try ScriptedServer.answering(answer("here"))
            let (one, other) = (try ConnectProxy(), try ConnectProxy())
            let url = "http://127.0.0.1:\(server.port)/router"
            let requests = [
                request(url, by: CurlProxy(address: one.url)), request(url, by: CurlProxy(address: other.url)),
                request(url, by: CurlProxy(address: one.url, user: "a", password: "1")),
                request(url, by: CurlProxy(address: one.url, user: "a", password: "2")), .post(url),
                request(url, by: CurlProxy(address: one.url)), .post(url),
            ]
            let results = try await CurlWorker.with { worker in
                var results: [CurlResult] = []
                for request in requests { results.append(await worker.perform(request)) }
                return results
            }
            #expect(results.allSatisfy { $0.text == "200 here" })
            #expect(results.map(\.timings.reused) == [false, false, false, false, false, true, true])
            #expect(one.connections == 3 && other.connections == 1)
        }
    }
}
