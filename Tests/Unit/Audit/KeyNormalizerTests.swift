import Testing

@testable import Audit

/// One spelling for each business key.
@Suite struct KeyNormalizerTests {
    @Test(
        "Spellings of one thing become one",
        arguments: [
            ("phone", "+86 137-0000 0000", "13700000000"), ("phone", "8613700000000", "13700000000"),
            ("contact_mobile", "0086 13700000000", "13700000000"), ("phone", " 1370000000 ", "1370000000"),
            ("phone", "021-1234567", "0211234567"), ("phone", "+1 555 0100 200", "15550100200"),
            ("car_license", "沪a·12345", "沪A12345"), ("car_license", "沪A 12345", "沪A12345"),
            ("plate", "沪A•1234-5", "沪A12345"), ("car_vin", "lsvaa4182e2184847", "LSVAA4182E2184847"),
            ("car_vin", "LSV AA41-82E2184847", "LSVAA4182E2184847"), ("channel_profile_id", " 1\t", "1"),
            ("province", "abc", "abc"), ("shop_id", "a-B c", "a-B c"), ("phone", "", ""), ("order", "   ", ""),
        ])
    func spellingsOfOneThing(name: String, value: String, expected: String) {
        var bytes: [UInt8] = []
        KeyNormalizer.append(value.utf8.span, named: name.utf8.span, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    /// A phone's spelling by strings, step by step.
    private func plainPhone(_ value: String) -> String? {
        let digits = value.filter { ("0"..."9").contains($0) }
        guard digits.count >= 5 else { return nil }
        let hasZeros = digits.hasPrefix("00")
        let number = hasZeros ? String(digits.dropFirst(2)) : digits
        let isInternational = value.first { !$0.isWhitespace } == "+"
        let hasCode = number.hasPrefix("86") && (isInternational || hasZeros || number.count == 13)
        return hasCode ? String(number.dropFirst(2)) : number
    }

    @Test("Phones have the spelling that a plain reading of them gives, and a hash of bytes one by one is that of all")
    func phonesHaveSpellingThatPlain() {
        let key = FingerprintKey(version: 1, bytes: Array(0..<16))
        var seen = 0
        for _ in 0..<20_000 {
            let parts = ["0", "00", "86", "8", "6", "1", "37", "+", " ", "-", "123"]
            let value = (0..<Int.random(in: 0...12)).map { _ in parts.randomElement() ?? "" }.joined()
            guard let expected = plainPhone(value) else { continue }
            seen += 1
            var bytes: [UInt8] = []
            KeyNormalizer.append(value.utf8.span, named: "phone".utf8.span, to: &bytes)
            #expect(String(decoding: bytes, as: UTF8.self) == expected, "\(value)")
            let message = Array("phone".utf8) + [0] + bytes
            #expect(key.fingerprint(name: "phone", value: value) == Int64(bitPattern: key.hash(message)))
        }
        #expect(seen > 10_000)
    }

    @Test("A fingerprint is the same for every spelling, and another for another name, value or key")
    func fingerprintIsSameForEverySpelling() {
        let key = FingerprintKey(version: 1, bytes: Array(0..<16))
        let phone = key.fingerprint(name: "phone", value: "13700000000")
        #expect(key.fingerprint(name: "phone", value: "+86 137 0000 0000") == phone)
        #expect(key.fingerprint(name: "phone", value: "13700000001") != phone)
        #expect(key.fingerprint(name: "mobile", value: "13700000000") != phone)
        #expect(
            FingerprintKey(version: 2, bytes: Array(1..<17)).fingerprint(name: "phone", value: "13700000000") != phone)
    }
}
