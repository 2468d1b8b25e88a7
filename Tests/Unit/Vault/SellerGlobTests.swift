import Testing

@testable import Vault

@Suite struct SellerGlobTests {
    @Test(
        "A star matches any text, and all else matches itself, byte by byte",
        arguments: [
            ("shop", ["shop"], ["shop2", "Shop", ""]), ("店铺*", ["店铺", "店铺 二"], ["店", "我的店铺"]),
            ("*-a", ["-a", "x-a", "x-a-a"], ["x-b", "a"]), ("a*b*c", ["abc", "a1b2c"], ["acb"]),
            ("*", ["", "任何"], []), ("é", ["\u{E9}"], ["e\u{301}"]),
        ] as [(String, [String], [String])])
    func matchesSellers(_ pattern: String, _ matching: [String], _ others: [String]) throws {
        let glob = try #require(SellerGlob(pattern))
        for seller in matching { #expect(glob.matches(Array(seller.utf8)), "\(seller)") }
        for seller in others { #expect(!glob.matches(Array(seller.utf8)), "\(seller)") }
    }

    @Test("A text that cannot be a seller is not a pattern", arguments: ["", " a", "a ", "a\nb"])
    func refusesPatterns(_ text: String) {
        #expect(SellerGlob(text) == nil)
    }
}
