import Bytes

extension ByteSet {
    static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    /// What escapes begin with: JSON's and those of URLs.
    static let escapes = ByteSet([UInt8(ascii: "\\"), UInt8(ascii: "%")])
}
