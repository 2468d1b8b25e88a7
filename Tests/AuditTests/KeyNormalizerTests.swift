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
    func spellings(name: String, value: String, expected: String) {
        var bytes: [UInt8] = []
        KeyNormalizer.append(value.utf8.span, named: name.utf8.span, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test("A fingerprint is the same for every spelling, and another for another name, value or key")
    func fingerprints() {
        let key = FingerprintKey(version: 1, bytes: Array(0..<16))
        let phone = key.fingerprint(name: "phone", value: "13700000000")
        #expect(key.fingerprint(name: "phone", value: "+86 137 0000 0000") == phone)
        #expect(key.fingerprint(name: "phone", value: "13700000001") != phone)
        #expect(key.fingerprint(name: "mobile", value: "13700000000") != phone)
        #expect(
            FingerprintKey(version: 2, bytes: Array(1..<17)).fingerprint(name: "phone", value: "13700000000") != phone)
    }
}
