import Testing

@testable import Vault

@Suite("Gateway addresses")
struct GatewayURLTests {
    @Test(
        "Addresses over https, and over http to this machine, are taken as written",
        arguments: [
            "https://eco.taobao.com/router/rest", "https://gw.example", "https://gw.example:8443/x",
            "https://[2001:db8::1]:1/x",
            "http://127.0.0.1:9000/router/rest", "http://127.1.2.3/x", "http://localhost:1/x", "http://LOCALHOST/x",
            "http://[::1]:9000/router/rest",
        ])
    func addressesOverHttps(text: String) throws {
        let url = try GatewayURL(text, allowsHTTP: false)
        #expect(url.text == text)
        #expect(url.isPlain == text.hasPrefix("http:"))
        #expect(!url.isPlain || url.isLoopback)
    }

    @Test(
        "Plain http to anywhere else needs leave",
        arguments: [
            "http://eco.taobao.com/router/rest", "http://10.0.0.1/", "http://127.0.0.1.example/",
            "http://localhost.example/",
            "http://127.0.0/", "http://127.0.0.256/", "http://127.0.0.1.1/", "http://[::2]/", "http://xlocalhost/",
            "http://1127.0.0.1/",
        ])
    func needsLeave(text: String) throws {
        #expect(try GatewayURL(text, allowsHTTP: true).isPlain)
        let error = #expect(throws: VaultError.self) { try GatewayURL(text, allowsHTTP: false) }
        #expect("\(try #require(error))".contains("must be https"))
    }

    @Test(
        "What is no plain address is refused, with leave too",
        arguments: [
            "", "eco.taobao.com", "ftp://x/", "HTTPS://x/", "https://", "https:///x", "https://user@host/",
            "https://a:b@host/",
            "http://127.0.0.1@evil.example/", "https://host/?a=b", "https://host/#x", "https://host:0/",
            "https://host:65536/",
            "https://host:/", "https://host:x/", "https://ho st/", "https://höst/", "https://host/\u{7}",
            "https://[::1/", "https://[]/",
            "https://[::1]x/", "https://" + String(repeating: "a", count: 2000),
        ])
    func whatIsNoPlain(text: String) {
        #expect(throws: VaultError.self) { try GatewayURL(text, allowsHTTP: true) }
    }
}
