import Testing

@testable import Vault

@Suite("Patterns of methods")
struct MethodGlobTests {
    @Test(
        "A pattern matches the whole method, by bytes",
        arguments: [
            ("tmall.aliauto.carprofile.sync", "tmall.aliauto.carprofile.sync", true),
            ("tmall.aliauto.carprofile.sync", "tmall.aliauto.carprofile.sync2", false),
            ("tmall.aliauto.carprofile.sync", "tmall.aliauto.carprofile.syn", false),
            ("tmall.aliauto.carprofile.sync", "Tmall.aliauto.carprofile.sync", false),
            ("*", "", true), ("*", "anything.at.all", true), ("**", "", true), ("***", "x", true),
            ("tmall.*", "tmall.", true), ("tmall.*", "tmall", false), ("tmall.*", "xtmall.a", false),
            ("*.sync", "tmall.carprofile.sync", true), ("*.sync", ".sync", true), ("*.sync", "sync", false),
            ("*.sync", "a.sync.b", false), ("*.sync", "a.sync.sync", true),
            ("a*b*c", "abc", true), ("a*b*c", "aXbYc", true), ("a*b*c", "aXbY", false), ("a*b*c", "acb", false),
            ("a*b*c", "abcbc", true), ("*a*", "bab", true), ("*a*", "bbb", false),
            ("a.c", "abc", false), ("a", "", false), ("ab*ba", "aba", false), ("ab*ba", "abba", true),
        ])
    func patternMatchesWholeMethod(pattern: String, method: String, expected: Bool) throws {
        #expect(try #require(MethodGlob(pattern)).matches(method) == expected)
    }

    @Test(
        "What is no pattern is refused",
        arguments: ["", "a b", "a/b", "é", "a?", "[a]", "a\n", String(repeating: "a", count: 129)])
    func whatIsNoPattern(text: String) {
        #expect(MethodGlob(text) == nil)
    }

    @Test("A pattern of many stars against a long method that nearly fits comes to an end")
    func isNeverExponential() throws {
        let glob = try #require(MethodGlob(String(repeating: "a*", count: 63) + "b"))
        #expect(!glob.matches(String(repeating: "a", count: 20_000)))
        #expect(glob.matches(String(repeating: "a", count: 20_000) + "b"))
    }

    @Test("Matching agrees with the definition on every short pattern and method")
    func agreesWithDefinition() throws {
        func define(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            guard first == "*" else { return text.first == first && define(pattern.dropFirst(), text.dropFirst()) }
            return define(pattern.dropFirst(), text) || (!text.isEmpty && define(pattern, text.dropFirst()))
        }
        func words(over letters: [Character], upTo length: Int) -> [String] {
            var all = [""]
            var last = [""]
            for _ in 0..<length {
                last = last.flatMap { word in letters.map { word + String($0) } }
                all += last
            }
            return all
        }
        for pattern in words(over: ["a", "b", "*"], upTo: 5).dropFirst() {
            let glob = try #require(MethodGlob(pattern))
            for method in words(over: ["a", "b"], upTo: 5) {
                let expected = define(Array(pattern)[...], Array(method)[...])
                if glob.matches(method) != expected { Issue.record("\(pattern) against \(method)") }
            }
        }
        #expect(words(over: ["a", "b", "*"], upTo: 5).count == 364)
    }
}
