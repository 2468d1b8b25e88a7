/// `application/x-www-form-urlencoded`, as Java's `URLEncoder` and so TOP's SDKs write it.
public enum FormEncoding {
    /// The value of the request's `Content-Type`.
    public static let contentType = "application/x-www-form-urlencoded;charset=UTF-8"

    /// The parameters in the order given, without those that are not signed either (`Parameter.isDropped`).
    public static func encode(_ parameters: [Parameter]) -> [UInt8] {
        var form: [UInt8] = []
        append(parameters, to: &form)
        return form
    }

    /// Appends parameters to a form, behind an `&` where the form is not empty.
    public static func append(_ parameters: [Parameter], to form: inout [UInt8]) {
        var length = 0
        for parameter in parameters { length += 3 * (parameter.name.utf8.count + parameter.value.utf8.count) + 2 }
        if length > generous { length = exactLength(of: parameters) }
        // Room for a sign, too, so that it does not move the whole.
        form.reserveCapacity(form.count + length + 72)
        var isFirst = form.isEmpty
        form.append(addingCapacity: length) { output in
            for parameter in parameters where !parameter.isDropped {
                if !isFirst { output.append(UInt8(ascii: "&")) }
                isFirst = false
                append(parameter.name, to: &output)
                output.append(UInt8(ascii: "="))
                append(parameter.value, to: &output)
            }
        }
    }

    /// Up to so many bytes, room is made as if every byte needed an escape: looking at each twice costs more.
    private static let generous = 16 << 10

    private static func exactLength(of parameters: [Parameter]) -> Int {
        var length = 0
        for parameter in parameters { length += Self.length(of: parameter.name) + Self.length(of: parameter.value) + 2 }
        return length
    }

    private static func length(of text: String) -> Int {
        let bytes = text.utf8.span
        var length = bytes.count
        for index in 0..<bytes.count where !isPlain(bytes[index]) && bytes[index] != UInt8(ascii: " ") { length += 2 }
        return length
    }

    private static func append(_ text: String, to output: inout OutputSpan<UInt8>) {
        let bytes = text.utf8.span
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if isPlain(byte) {
                output.append(byte)
            } else if byte == UInt8(ascii: " ") {
                output.append(UInt8(ascii: "+"))
            } else {
                output.append(UInt8(ascii: "%"))
                output.append(digit(byte >> 4))
                output.append(digit(byte & 0xF))
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
