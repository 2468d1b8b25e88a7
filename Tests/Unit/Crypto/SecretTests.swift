import Crypto
import Testing

@Suite("Secrets")
struct SecretTests {
    struct Holder {
        let secret: Secret
        let perhaps: Secret?
        let list: [Secret]
        let named: [String: Secret]
    }

    @Test("A secret is never printed, however deep it sits")
    func secretIsNeverPrinted() {
        let secret = Secret("planted-secret")
        let holder = Holder(secret: secret, perhaps: secret, list: [secret], named: ["name": secret])
        var dumped = ""
        dump(holder, to: &dumped)
        let texts = ["\(secret)", secret.debugDescription, String(reflecting: secret), "\(holder)", dumped]
        for text in texts {
            #expect(text.contains("***"))
            #expect(!text.contains("planted"))
            #expect(!text.contains("112"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test("Its content is there for who needs it")
    func itsContentIsThereForWhoNeeds() {
        #expect(Secret("é").bytes == [0xC3, 0xA9])
        #expect(Secret(bytes: [0xC3, 0xA9]).text == "é")
        #expect(Secret("a") == Secret(bytes: [0x61]))
        #expect(Secret("a") != Secret("b"))
    }

    @Test("Comparison in constant time tells equal from unequal")
    func comparisonInConstantTime() {
        #expect(ConstantTime.equal([], []))
        #expect(ConstantTime.equal([1, 2], [1, 2]))
        #expect(!ConstantTime.equal([1, 2], [1, 3]))
        #expect(!ConstantTime.equal([1, 2], [1, 2, 3]))
        #expect(!ConstantTime.equal([], [0]))
    }

    @Test("Random bytes come in the length asked for, and never twice")
    func randomBytesComeInLength() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(-1).isEmpty)
        #expect(SecureRandom.bytes(33).count == 33)
        #expect(Set((0..<1000).map { _ in SecureRandom.bytes(16) }).count == 1000)
    }
}
