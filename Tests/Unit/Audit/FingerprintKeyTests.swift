import Bytes
import Crypto
import TestSupport
import Testing

@testable import Audit

@Suite struct FingerprintKeyTests {
    private static let key = FingerprintKey(version: 1, bytes: Array(0..<16))

    @Test("SipHash-2-4 gives the reference implementation's vectors")
    func sipHash24Gives() {
        // vectors_sip64 of github.com/veorq/SipHash: the key is 00…0f, the message of row n is the n bytes 00, 01, ….
        let expected: [UInt64] = [
            0x726f_db47_dd0e_0e31, 0x74f8_39c5_93dc_67fd, 0x0d6c_8009_d9a9_4f5a, 0x8567_6696_d7fb_7e2d,
            0xcf27_94e0_2771_87b7, 0x1876_5564_cd99_a68d, 0xcbc9_466e_58fe_e3ce, 0xab02_00f5_8b01_d137,
            0x93f5_f579_9a93_2462, 0x9e00_82df_0ba9_e4b0, 0x7a5d_bbc5_94dd_b9f3, 0xf4b3_2f46_226b_ada7,
            0x751e_8fbc_860e_e5fb, 0x14ea_5627_c084_3d90, 0xf723_ca90_8e7a_f2ee,
            // The example of Aumasson and Bernstein's paper, appendix A.
            0xa129_ca61_49be_45e5,
        ]
        for (length, value) in expected.enumerated() {
            #expect(Self.key.hash((0..<length).map { UInt8($0) }) == value, "\(length) bytes")
        }
    }

    @Test("It agrees with OpenSSL's SipHash over longer texts")
    func agreesWithOpenSSL() async throws {
        var random = Seeded(seed: 24)
        let letters = Array("abcdefghijklmnop0123456789")
        for length in [16, 31, 64, 255, 256, 1000] {
            let text = String((0..<length).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
            let secret = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            let output = try await Command.succeed(
                ["openssl", "mac", "-macopt", "size:8", "-macopt", "hexkey:\(Hex.lower(secret))", "SIPHASH"],
                input: text)
            let bytes = try #require(Hex.decode(output.filter { !$0.isWhitespace }))
            let expected = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            #expect(FingerprintKey(version: 1, bytes: secret).hash(Array(text.utf8)) == expected)
        }
    }

    @Test("Name and value are kept apart, and the key matters")
    func nameAndValue() {
        let key = Self.key
        #expect(key.fingerprint(name: "item_id", value: "12") != key.fingerprint(name: "item_id1", value: "2"))
        #expect(key.fingerprint(name: "a", value: "") != key.fingerprint(name: "", value: "a"))
        let message = Array("item_id".utf8) + [0] + Array("12".utf8)
        #expect(key.fingerprint(name: "item_id", value: "12") == Int64(bitPattern: key.hash(message)))
        let other = FingerprintKey(version: 1, bytes: Array(1..<17))
        #expect(other.fingerprint(name: "item_id", value: "12") != key.fingerprint(name: "item_id", value: "12"))
    }

    @Test("A key of the vault is taken by its first sixteen bytes")
    func secretOfTheVault() {
        let secret = Secret(bytes: (0..<32).map { UInt8($0) })
        #expect(FingerprintKey(version: 3, secret: secret).version == 3)
        #expect(FingerprintKey(version: 3, secret: secret).hash([]) == 0x726f_db47_dd0e_0e31)
        // Too few are filled up with zeros rather than read out of bounds.
        let short = FingerprintKey(version: 1, secret: Secret(bytes: [1]))
        #expect(short.hash([]) == FingerprintKey(version: 1, bytes: [1] + [UInt8](repeating: 0, count: 15)).hash([]))
    }
}
