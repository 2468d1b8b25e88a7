import Testing

@testable import Vault

@Suite("Addresses of proxies")
struct ProxyURLTests {
    @Test(
        "Host, port and user are read",
        arguments: [
            ("http://proxy:3128", "http://proxy:3128", nil), ("http://10.0.0.1", "http://10.0.0.1:80", nil),
            ("http://[::1]:8080/", "http://[::1]:8080", nil), ("http://[::1]", "http://[::1]:80", nil),
            ("http://relay@proxy.example:1", "http://proxy.example:1", "relay"),
            ("http://a%40b%20c@proxy:1", "http://proxy:1", "a@b c"),
        ] as [(String, String, String?)])
    func addressIsRead(text: String, address: String, user: String?) throws {
        let url = try ProxyURL(text)
        #expect(url.text == text && url.address == address && url.user == user)
    }

    @Test(
        "What is not a proxy's address is refused, and not shown",
        arguments: [
            "", "canary", "proxy:3128", "https://canary:1", "socks5://canary:1", "http://", "http://user@", "http://:1",
            "http://canary:0", "http://canary:65536", "http://canary:x", "http://canary:1/path", "http://canary:1?x=1",
            "http://canary:1#x", "http://user:canary@proxy:1", "http://user:@proxy:1", "http://@proxy:1",
            "http://a%3Acanary@proxy:1", "http://a%0Acanary@proxy:1", "http://a%zz@canary:1", "http://a b@canary:1",
            "http://caf\u{E9}:1", "http://" + String(repeating: "a", count: 2000),
        ])
    func refusedAddresses(_ text: String) {
        do {
            _ = try ProxyURL(text)
            Issue.record("an error is expected: \(text)")
        } catch {
            #expect("\(error)".hasPrefix("proxy: "))
            #expect(!"\(error)".contains("canary"))
        }
    }
}
