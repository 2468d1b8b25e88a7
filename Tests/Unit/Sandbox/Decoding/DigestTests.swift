import JSON
import Testing

@testable import Sandbox

@Suite("The sandbox's own digests")
struct DigestTests {
    private static let program = #"""
        import hashlib, hmac, json
        rows = []
        for count in list(range(0, 140)) + [1000, 4096]:
            message = bytes((7 * index + count) % 256 for index in range(count))
            for size in (0, 5, 63, 64, 65, 200):
                key = bytes((11 * index + size) % 256 for index in range(size))
                rows.append([count, size, hashlib.md5(message).hexdigest(), hashlib.sha256(message).hexdigest(),
                    hmac.new(key, message, hashlib.md5).hexdigest(), hmac.new(key, message, hashlib.sha256).hexdigest()])
        print(json.dumps(rows))
        """#

    @Test("Agree with Python's for every length around the block's")
    func agreeWithPython() async throws {
        let rows = try await JSONDocument(PythonPeer.run(Self.program)).root
        #expect(rows.count == 142 * 6)
        for row in rows.elements {
            let cells = Array(row.elements)
            let count = try #require(Int(cells[0].lexeme ?? ""))
            let size = try #require(Int(cells[1].lexeme ?? ""))
            let message = (0..<count).map { UInt8(truncatingIfNeeded: 7 * $0 + count) }
            let key = (0..<size).map { UInt8(truncatingIfNeeded: 11 * $0 + size) }
            #expect(hexadecimal(MD5.hash(message)) == cells[2].string)
            #expect(hexadecimal(SHA256.hash(message)) == cells[3].string)
            #expect(hexadecimal(HMAC<MD5>.authenticate(message, key: key)) == cells[4].string)
            #expect(hexadecimal(HMAC<SHA256>.authenticate(message, key: key)) == cells[5].string)
        }
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
