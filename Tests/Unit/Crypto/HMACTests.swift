import Bytes
import Crypto
import Foundation
import TestSupport
import Testing

@Suite("HMACs")
struct HMACTests {
    struct Known: Sendable {
        let key: [UInt8]
        let message: [UInt8]
        let md5: String?
        let sha256: String?

        init(key: [UInt8], message: [UInt8], md5: String? = nil, sha256: String? = nil) {
            (self.key, self.message, self.md5, self.sha256) = (key, message, md5, sha256)
        }
    }

    static let known = [
        // RFC 2202, cases 1 to 3, 6 and 7.
        Known(
            key: .init(repeating: 0x0B, count: 16), message: text("Hi There"), md5: "9294727a3638bb1c13f48ef8158bfc9d"),
        Known(
            key: text("Jefe"), message: text("what do ya want for nothing?"), md5: "750c783e6ab0b503eaa86e310a5db738",
            sha256: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Known(
            key: .init(repeating: 0xAA, count: 16), message: .init(repeating: 0xDD, count: 50),
            md5: "56be34521d144c88dbb8c733f0e8b3f6"),
        Known(
            key: .init(repeating: 0xAA, count: 80),
            message: text("Test Using Larger Than Block-Size Key - Hash Key First"),
            md5: "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"),
        Known(
            key: .init(repeating: 0xAA, count: 80),
            message: text("Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data"),
            md5: "6f630fad67cda0ee1fb1f562db3aa53e"),
        // RFC 4231, cases 1, 3, 6.
        Known(
            key: .init(repeating: 0x0B, count: 20), message: text("Hi There"),
            sha256: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Known(
            key: .init(repeating: 0xAA, count: 20), message: .init(repeating: 0xDD, count: 50),
            sha256: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Known(
            key: .init(repeating: 0xAA, count: 131),
            message: text("Test Using Larger Than Block-Size Key - Hash Key First"),
            sha256: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    ]

    static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("The RFCs' known answers come out", arguments: known)
    func rfcsKnownAnswersCome(_ known: Known) throws {
        if let md5 = known.md5 { #expect(try Hex.lower(HMAC.md5(key: known.key, known.message)) == md5) }
        if let sha256 = known.sha256 { #expect(try Hex.lower(HMAC.sha256(key: known.key, known.message)) == sha256) }
    }

    @Test("Random keys and messages of every length give what Python's hmac gives")
    func randomKeysAndMessages() async throws {
        let script = """
            import hashlib, hmac, sys
            for line in sys.stdin.read().splitlines():
                key, message = (bytes.fromhex(part) for part in line.split("|"))
                print(hmac.new(key, message, "md5").hexdigest(), hmac.new(key, message, "sha256").hexdigest(),
                      hashlib.md5(message).hexdigest(), hashlib.sha256(message).hexdigest())
            """
        let cases = (0..<300).map { (SecureRandom.bytes($0 % 140), SecureRandom.bytes($0)) }
        let input = cases.map { "\(Hex.lower($0))|\(Hex.lower($1))" }.joined(separator: "\n")
        let answers = try await Command.succeed(["python3", "-c", script], input: input).split(separator: "\n")
        #expect(answers.count == cases.count)
        for ((key, message), answer) in zip(cases, answers) {
            let ours = try [
                HMAC.md5(key: key, message), HMAC.sha256(key: key, message), Digest.md5(message),
                Digest.sha256(message),
            ]
            #expect(ours.map(Hex.lower).joined(separator: " ") == answer)
        }
    }

    @Test("The openssl command gives the same", arguments: [HMACKey.Algorithm.md5, .sha256])
    func opensslCommandGives(_ algorithm: HMACKey.Algorithm) async throws {
        let key = "helloworld"
        let message = "秘密 message"
        let name = algorithm == .md5 ? "-md5" : "-sha256"
        let answer = try await Command.succeed(["openssl", "dgst", name, "-hmac", key, "-r"], input: message)
        let ours = try HMACKey(algorithm, key: Self.text(key)).authenticate(Self.text(message))
        #expect(answer.split(separator: " ").first.map(String.init) == Hex.lower(ours))
    }

    @Test("A key gives the same answers again and again, from many tasks at once")
    func keyGivesSameAnswers() async throws {
        let key = try HMACKey(.sha256, key: Self.text("key"))
        let messages = (0..<200).map { Self.text("message \($0)") }
        let expected = try messages.map { try HMAC.sha256(key: Self.text("key"), $0) }
        await withTaskGroup(of: [[UInt8]?].self) { group in
            for _ in 0..<8 {
                group.addTask { messages.map { try? key.authenticate($0) } }
            }
            for await codes in group { #expect(codes == expected) }
        }
    }
}
