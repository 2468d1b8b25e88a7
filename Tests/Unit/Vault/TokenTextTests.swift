import Crypto
import Testing

@testable import Vault

@Suite("The text of tokens")
struct TokenTextTests {
    @Test("A new token splits into the id that finds it and the secret whose hash is kept")
    func newTokenSplitsIntoId() throws {
        let made = try NewToken()
        let text = try #require(TokenText(made.text.bytes[...]))
        #expect(text.id == made.id)
        #expect(text.secret.count == 43)
        #expect(try TokenText.hash(ofSecret: text.secret) == made.hash)
        #expect(made.hash.count == 32)
        #expect(made.text.text.hasPrefix("trk_"))
    }

    @Test("The text of a token may stand in a longer one")
    func textOfTokenMayStand() throws {
        let made = try NewToken()
        let header = Array("Bearer ".utf8) + made.text.bytes
        let text = try #require(TokenText(header[7...]))
        #expect(text.id == made.id)
        #expect(try TokenText.hash(ofSecret: text.secret) == made.hash)
        #expect(TokenText(header[8...]) == nil)
    }

    @Test("Two tokens share nothing")
    func twoTokensShareNothing() throws {
        let one = try NewToken()
        let other = try NewToken()
        #expect(one.id != other.id)
        #expect(one.hash != other.hash)
    }

    @Test(
        "What has not the form of a token is none",
        arguments: [
            "", "trk_", "trk_0123456789abcd", "trk_0123456789abcd_", "trk_0123456789ABCD_x", "trk_0123456789abc_xx",
            "TRK_0123456789abcd_x", "trk-0123456789abcd_x", "trk_0123456789abcd-x",
            "trk_0123456789abcd_" + String(repeating: "x", count: 200),
        ])
    func whatHasNotForm(text: String) {
        #expect(TokenText(Array(text.utf8)[...]) == nil)
    }
}
