import Bytes
import Testing

@testable import Crypto

@Suite("Sealing")
struct SealingKeyTests {
    static let associated = Array("sessions/7".utf8)
    let key: SealingKey

    init() throws {
        key = try SealingKey(bytes: Array(0..<32))
    }

    @Test("AES-256-GCM gives the published answer (McGrew and Viega, case 16)", arguments: [0, 7, 20])
    func aes256GCMGives(_ split: Int) throws {
        let hex = { (text: String) throws in try #require(Hex.decode(text)) }
        let secret = try hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
        let nonce = try hex("cafebabefacedbaddecaf888")
        let plain = try hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
        let associated = try hex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        let (header, rest) = (Array(associated[..<split]), Array(associated[split...]))
        let (sealed, tag) = try GCM.seal(plain, key: secret, nonce: nonce, header: header, associated: rest)
        #expect(
            Hex.lower(sealed) == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662")
        #expect(Hex.lower(tag) == "76fc6ece0f4e1768cddf8853bb2d551b")
        #expect(
            try GCM.open(sealed, tag: tag, key: secret, nonce: nonce, header: header, associated: rest) == plain)
    }

    @Test("What was sealed opens again", arguments: [0, 1, 16, 1000])
    func roundTrip(_ count: Int) throws {
        let plain = SecureRandom.bytes(count)
        for associated in [Self.associated, []] {
            let blob = try key.seal(plain, associated: associated)
            #expect(blob.count == count + SealingKey.overheadBytes)
            #expect(blob[0] == 1)
            #expect(try key.open(blob, associated: associated) == plain)
        }
    }

    @Test("Sealing twice never gives the same bytes")
    func sealingTwiceNeverGives() throws {
        let plain = Array("session".utf8)
        #expect(try key.seal(plain, associated: []) != key.seal(plain, associated: []))
    }

    @Test("Other associated data does not open it")
    func otherRow() throws {
        let blob = try key.seal(Array("session".utf8), associated: Self.associated)
        #expect(throws: CryptoError.notAuthentic) { try key.open(blob, associated: Array("sessions/8".utf8)) }
        #expect(throws: CryptoError.notAuthentic) { try key.open(blob, associated: []) }
    }

    @Test("A change of any byte is noticed")
    func changeOfAnyByte() throws {
        let blob = try key.seal(Array("session".utf8), associated: Self.associated)
        for place in blob.indices {
            var other = blob
            other[place] ^= 0x40
            #expect(throws: CryptoError.self, "byte \(place)") { try key.open(other, associated: Self.associated) }
        }
    }

    @Test("Another key is told by its id")
    func otherKey() throws {
        let other = try SealingKey(bytes: Array(1..<33))
        let blob = try key.seal(Array("session".utf8), associated: Self.associated)
        let error = CryptoError.otherKey(sealedUnder: key.id, given: other.id)
        #expect(throws: error) { try other.open(blob, associated: Self.associated) }
        #expect(error.description.contains("was sealed under the key"))
    }

    @Test("A cut blob and one of a later version say so")
    func cutBlobAndOneOfLater() throws {
        var blob = try key.seal([], associated: [])
        #expect(throws: CryptoError.unreadableBlob(detail: "0 bytes instead of at least 33")) {
            try key.open([], associated: [])
        }
        #expect(throws: CryptoError.unreadableBlob(detail: "32 bytes instead of at least 33")) {
            try key.open(Array(blob.dropLast()), associated: [])
        }
        blob[0] = 3
        #expect(throws: CryptoError.unreadableBlob(detail: "version 3 instead of 1 or 2")) {
            try key.open(blob, associated: [])
        }
        let long = try key.seal(Array("session".utf8), associated: [])
        #expect(throws: CryptoError.notAuthentic) { try key.open(Array(long.dropLast()), associated: []) }
    }

    @Test("A key's text must be 32 bytes in base64")
    func keyText() throws {
        let text = Base64.encode(Array(0..<32))
        #expect(try SealingKey(base64: text).id == key.id)
        for bad in ["", "short", Base64.encode(Array(0..<31)), text + "\n", String(text.dropLast())] {
            #expect(throws: CryptoError.self) { try SealingKey(base64: bad) }
        }
        #expect(throws: CryptoError.unusableKey(expected: "32 bytes")) { try SealingKey(bytes: [1]) }
    }

    @Test("Printing a key shows its id and nothing else")
    func printingKeyShowsItsId() throws {
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(text.contains(String(key.id)))
            #expect(!text.contains("31"))
        }
    }
}
