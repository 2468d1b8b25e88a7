import Foundation
import Testing

@testable import Crypto

@Suite("Errors of libcrypto")
struct CryptoErrorTests {
    @Test("An algorithm that is not there is named, with what OpenSSL says of it")
    func algorithmThatIsNotThereIsNamed() throws {
        let fetched = Libcrypto.fetchDigest("NO-SUCH-DIGEST")
        guard case .failure(.unavailable(let algorithm, let detail)) = fetched else {
            Issue.record("fetched \(fetched)")
            return
        }
        #expect(algorithm == "NO-SUCH-DIGEST")
        #expect(detail.contains("unsupported"))
        let text = CryptoError.unavailable(algorithm: algorithm, detail: detail).description
        #expect(text.contains("does not offer NO-SUCH-DIGEST"))
        #expect(Libcrypto.drainErrors().isEmpty)
    }

    @Test("Under a configuration that allows FIPS algorithms only, the check at start fails and names MD5")
    func underConfigurationThatAllows() async {
        // In a process of its own: libcrypto reads its configuration once.
        await #expect(processExitsWith: .success) {
            let configuration = """
                openssl_conf = start
                [start]
                alg_section = algorithms
                [algorithms]
                default_properties = fips=yes
                """
            let file = FileManager.default.temporaryDirectory.appending(path: "fips-\(UUID().uuidString).cnf")
            try configuration.write(to: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(at: file) }
            setenv("OPENSSL_CONF", file.path(), 1)
            let error = #expect(throws: CryptoError.self) { try Digest.checkAvailable() }
            guard case .unavailable(algorithm: "MD5", let detail) = error else {
                Issue.record("the check gave \(String(describing: error))")
                return
            }
            #expect(detail.contains("unsupported"))
        }
    }

    @Test("Every error reads as a sentence without a stop")
    func everyErrorReadsAsSentence() {
        let errors: [CryptoError] = [
            .unavailable(algorithm: "MD5", detail: ""), .failed(operation: "digest", detail: "reason"),
            .unusableKey(expected: "32 bytes"), .unreadableBlob(detail: "3 bytes"),
            .otherKey(sealedUnder: 0xAB, given: 0xFFFF_FFFF), .notAuthentic,
        ]
        for error in errors {
            #expect(!error.description.isEmpty)
            #expect(!error.description.hasSuffix("."))
        }
        #expect(errors[4].description == "the value was sealed under the key 000000ab, but the given key is ffffffff")
    }
}
