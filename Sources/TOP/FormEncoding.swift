/// `application/x-www-form-urlencoded`, as Java's `URLEncoder` and so TOP's SDKs write it.
public enum FormEncoding {
    /// The value of the request's `Content-Type`.
    public static let contentType = "application/x-www-form-urlencoded;charset=UTF-8"

    /// The parameters in the order given, without those that are not signed either (`Parameter.isDropped`).
    public static func encode(_ parameters: [Parameter]) -> [UInt8] {
        var form: [UInt8] = []
        var length = 0
        for parameter in parameters { length += parameter.name.utf8.count + parameter.value.utf8.count + 2 }
        form.reserveCapacity(length + length / 2)
        append(parameters, to: &form)
        return form
    }

    /// Appends parameters to a form, behind an `&` where the form is not empty.
    public static func append(_ parameters: [Parameter], to form: inout [UInt8]) {
        for parameter in parameters where !parameter.isDropped {
            if !form.isEmpty { form.append(UInt8(ascii: "&")) }
            append(parameter.name, to: &form)
            form.append(UInt8(ascii: "="))
            append(parameter.value, to: &form)
        }
    }

    private static func append(_ text: String, to form: inout [UInt8]) {
        for byte in text.utf8 {
            if isPlain(byte) {
                form.append(byte)
            } else if byte == UInt8(ascii: " ") {
                form.append(UInt8(ascii: "+"))
            } else {
                form.append(UInt8(ascii: "%"))
                form.append(digit(byte >> 4))
                form.append(digit(byte & 0xF))
            }
        }
    }

    // One bit for each ASCII character that stands for itself: digits, `-`, `.`, `*`; letters, `_`.
    private static let plainBelow64: UInt64 = 0x03FF_6400_0000_0000
    private static let plainFrom64: UInt64 = 0x07FF_FFFE_87FF_FFFE

    private static func isPlain(_ byte: UInt8) -> Bool {
        guard byte < 0x80 else { return false }
        return (byte < 64 ? plainBelow64 : plainFrom64) >> UInt64(byte & 63) & 1 == 1
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
