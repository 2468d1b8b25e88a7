import Crypto
import Testing

@testable import Relay

@Suite struct SecretMaskTests {
    private func masked(_ text: String, _ secrets: String...) -> String {
        String(decoding: SecretMask(secrets.map { Secret($0) }).masked(Array(text.utf8)), as: UTF8.self)
    }

    @Test("A secret is taken out wherever it stands, each time")
    func secretIsTakenOut() {
        let secret = "6100a1b2c3d4"
        #expect(masked("a \(secret) b\(secret)c", secret) == "a *** b***c")
        #expect(masked(secret, secret) == "***")
        #expect(masked(secret + secret, secret) == "******")
        #expect(masked("\(secret.dropLast())", secret) == "6100a1b2c3d")
        #expect(masked("6100a16100a1b2c3d4", secret) == "6100a1***")
    }

    @Test("Several secrets are taken out, also one that begins as the other")
    func severalSecretsAreTaken() {
        #expect(masked("1 abcdefgh 2 abcdefghij 3", "abcdefghij", "abcdefgh") == "1 *** 2 *** 3")
        #expect(masked("密钥密钥密钥 x", "密钥密钥密钥") == "*** x")
    }

    @Test("A slash is found as JSON may escape it")
    func escapedSlash() {
        #expect(masked(#"{"a":"ab\/cd\/efgh"}"#, "ab/cd/efgh") == #"{"a":"***"}"#)
        #expect(masked("ab/cd/efgh", "ab/cd/efgh") == "***")
    }

    @Test("Secrets of fewer than eight bytes would hit harmless words, and are not searched for")
    func secretsOfFewerThanEight() {
        #expect(masked("success", "success") == "success")
        #expect(masked("12345678", "12345678") == "***")
        #expect(masked("anything", "") == "anything")
    }
}
