import Bytes

extension ByteSet {
    static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    /// What begins a character that may stand for another one: the escapes of JSON and of URLs, and full-width letters
    /// and digits.
    static let escapes = ByteSet([UInt8(ascii: "\\"), UInt8(ascii: "%"), 0xEF])
}
