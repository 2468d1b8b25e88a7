import Bytes

/// The encoding `application/x-www-form-urlencoded`, as Java's `URLEncoder` and therefore TOP's SDKs write it.
package enum FormEncoding {
    /// The value of the request's `Content-Type`.
    package static let contentType = "application/x-www-form-urlencoded;charset=UTF-8"

    /// Encodes parameters in the given order, except those that are not signed either (`Parameter.isDropped`).
    package static func encode(_ parameters: [Parameter]) -> [UInt8] {
        var form: [UInt8] = []
        append(parameters, to: &form)
        return form
    }

    /// Appends parameters to a form, after an `&` if the form is not empty.
    package static func append(_ parameters: [Parameter], to form: inout [UInt8]) {
        var length = 0
        for parameter in parameters { length += 3 * (parameter.name.utf8.count + parameter.value.utf8.count) + 2 }
        if length > generous { length = exactLength(of: parameters) }
        // Reserve space for a sign too, so that appending it does not move the form.
        form.reserveCapacity(form.count + length + 72 + ByteEncoding.room)
        var isFirst = form.isEmpty
        form.append(addingCapacity: length + ByteEncoding.room) { output in
            let encoding = encoding
            for parameter in parameters where !parameter.isDropped {
                if !isFirst { output.append(UInt8(ascii: "&")) }
                isFirst = false
                encoding.append(parameter.name, to: &output)
                output.append(UInt8(ascii: "="))
                encoding.append(parameter.value, to: &output)
            }
        }
    }

    /// Up to this size, space is reserved as if every byte needed an escape. Counting the bytes first would cost more.
    private static let generous = 16 << 10

    private static func exactLength(of parameters: [Parameter]) -> Int {
        var length = 0
        for parameter in parameters {
            length += encoding.length(of: parameter.name) + encoding.length(of: parameter.value) + 2
        }
        return length
    }

    private static let encoding = ByteEncoding { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "*"),
            UInt8(ascii: "_"):
            [byte]
        case UInt8(ascii: " "): [UInt8(ascii: "+")]
        default: [UInt8(ascii: "%"), digit(byte >> 4), digit(byte & 0xF)]
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
