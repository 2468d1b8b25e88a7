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

        private func request(by proxy: ScriptedServer, user: String = "") -> CurlRequest {
            var request = CurlRequest.post("https://127.0.0.1:\(gateway)/")
            request.proxy = "http://\(user)127.0.0.1:\(proxy.port)"
            request.caFile = peers.authority.caFile
            return request
        }

        @Test("Https goes through a tunnel, which is used again; the proxy sees no header of the request")
        func httpsGoesThroughTunnel() async throws {
            let gateway = gateway
            let proxy = try ScriptedServer { connection in
                guard connection.readRequest() != nil else { return }
                connection.write("HTTP/1.1 200 Connection established\r\n\r\n")
                Forwarder.forward(connection, to: gateway)
            }
            let sent = request(by: proxy, user: "user:p%40ss@")
            let results = try await CurlWorker.with { [await $0.perform(sent), await $0.perform(sent)] }
            #expect(results.map(\.text) == ["200 tls POST", "200 tls POST"])
            #expect(results.map(\.timings.reused) == [false, true])
            let head = try #require(proxy.requests.first?.head)
            #expect(proxy.requests.count == 1)
            #expect(head.hasPrefix("CONNECT 127.0.0.1:\(gateway) HTTP/1.1\r\n"))
            #expect(head.contains("\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n"))
            #expect(!head.contains("Content-Type"))
        }

        @Test(
            "A tunnel that does not come about: nothing was sent",
            arguments: [
                "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 502 Bad Gateway\r\n\r\n",
                "HTTP/1.1 200 Connection est", "", "SSH-2.0\r\n\r\n",
            ])
        func noTunnel(response: String) async throws {
            let proxy = try ScriptedServer { connection in
                guard connection.readRequest() != nil else { return }
                connection.write(response)
            }
            let sent = request(by: proxy)
            let result = try await CurlWorker.with { await $0.perform(sent) }
            #expect(result.failure != nil)
            #expect(!result.mayHaveBeenSent)
            #expect(proxy.requests.allSatisfy { $0.head.hasPrefix("CONNECT ") })
        }

        @Test("A tunnel that hangs runs into the connect time-out, and nothing was sent")
        func hangingTunnel() async throws {
            let proxy = try ScriptedServer { $0.waitForEnd() }
            var request = request(by: proxy)
            request.connectTimeout = .milliseconds(150)
            let sent = request
            let result = try await CurlWorker.with { await $0.perform(sent) }
            #expect(result.failure?.kind == .timeout(.connect))
            #expect(!result.mayHaveBeenSent)
        }

        @Test("Plain http goes to the proxy with its credentials")
        func plainHttpGoesToProxy() async throws {
            let proxy = try ScriptedServer.answering(answer("by proxy"))
            var request = CurlRequest.post("http://gateway.invalid:8080/router?x=1", "k=v")
            request.proxy = "http://user:p%40ss@127.0.0.1:\(proxy.port)"
            let sent = request
            let result = try await CurlWorker.with { await $0.perform(sent) }
            #expect(result.text == "200 by proxy")
            let head = try #require(proxy.requests.first?.head)
            #expect(
                head.hasPrefix("POST http://gateway.invalid:8080/router?x=1 HTTP/1.1\r\nHost: gateway.invalid:8080\r\n")
            )
            #expect(head.contains("\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n"))
        }

        @Test(
            "A proxy that cannot be reached, or is not a URL: nothing was sent",
            arguments: ["http://127.0.0.1:1", "http://[", "nonsense://x"])
        func proxyThatCannotBeReached(proxy: String) async throws {
            var request = CurlRequest.post("http://gateway.invalid/")
            request.proxy = proxy
            let sent = request
            let result = try await CurlWorker.with { await $0.perform(sent) }
            #expect(result.failure != nil)
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

        @Test("A request's own proxy is used, and no longer by the next")
        func requestOwnProxyIsUsed() async throws {
            let proxy = try ScriptedServer.answering(answer("by proxy"))
            let server = try ScriptedServer.answering(answer("direct"))
            var request = CurlRequest.post("http://gateway.invalid/router")
            request.proxy = "http://127.0.0.1:\(proxy.port)"
            let sent = request
            let results = try await CurlWorker.with { [await $0.perform(sent), await $0.perform(.post(server.url()))] }
            #expect(results.map(\.text) == ["200 by proxy", "200 direct"])
            #expect(proxy.requests.first?.head.hasPrefix("POST http://gateway.invalid/router HTTP/1.1") == true)
        }

        @Test("A proxy that does not connect: nothing was sent")
        func proxyRefuses() async throws {
            let proxy = try ScriptedServer.answering(answer("no", status: "403 Forbidden"))
            var request = CurlRequest.post("https://gateway.invalid/router")
            request.proxy = "http://127.0.0.1:\(proxy.port)"
            let sent = request
            let result = try await CurlWorker.with { await $0.perform(sent) }
            #expect(result.failure?.kind == .connect)
            #expect(!result.mayHaveBeenSent)
        }
    }
}
