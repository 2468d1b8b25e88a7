import Bytes
import Crypto
import Testing

@Suite("Digests")
struct DigestTests {
    @Test("MD5 and SHA-256 give the published digests (RFC 1321, FIPS 180-4)")
    func md5AndSHA256() throws {
        #expect(Hex.lower(try Digest.md5(Array("abc".utf8))) == "900150983cd24fb0d6963f7d28e17f72")
        #expect(Hex.lower(try Digest.md5([])) == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(
            Hex.lower(try Digest.sha256(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("Every algorithm that the relay needs is there")
    func everyAlgorithmThatRelay() throws {
        try Digest.checkAvailable()
    }

    @Test("The enclosed form digests secret, message and secret")
    func enclosedFormDigestsSecret() throws {
        let enclosed = try Digest.md5(Array("message".utf8), enclosedBy: Array("key".utf8))
        #expect(try enclosed == Digest.md5(Array("keymessagekey".utf8)))
    }
}
