/// The syntax of names of TOP's methods.
package enum MethodName {
    static let maximumBytes = 128

    /// Whether a text is a valid name: words of ASCII letters, digits, `_` and `-`, joined by dots.
    package static func isValid(_ name: String) -> Bool {
        guard name.utf8.count <= maximumBytes, name.utf8.contains(UInt8(ascii: ".")) else { return false }
        var last = UInt8(ascii: ".")
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                break
            case UInt8(ascii: ".") where last != UInt8(ascii: "."):
                break
            default:
                return false
            }
            last = byte
        }
        return last != UInt8(ascii: ".")
    }
}
