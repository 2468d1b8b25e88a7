import Bytes

/// The encoding `application/x-www-form-urlencoded`, as Java's `URLEncoder` and therefore TOP's SDKs write it.
package enum FormEncoding {
    /// The value of the request's `Content-Type`.
    package static let contentType = "application/x-www-form-urlencoded;charset=UTF-8"

    /// The parameters in the order given, without those that are not signed either (`Parameter.isDropped`).
    package static func encode(_ parameters: ParameterList) -> [UInt8] {
        var form: [UInt8] = []
        append(parameters, to: &form)
        return form
    }

    /// The same for parameters on their own.
    package static func encode(_ parameters: [Parameter]) -> [UInt8] { encode(ParameterList(parameters)) }

    /// Appends parameters to a form, after an `&` if the form is not empty.
    package static func append(_ parameters: ParameterList, to form: inout [UInt8]) {
        let bytes = parameters.bytes.span
        let separators = 2 * parameters.count
        let length = bytes.count > generous ? encoding.length(of: bytes) : 3 * bytes.count
        var isFirst = form.isEmpty
        form.append(addingCapacity: length + separators + ByteEncoding.room) { output in
            let encoding = encoding
            for place in parameters.places where !place.isDropped {
                if !isFirst { output.append(UInt8(ascii: "&")) }
                isFirst = false
                encoding.append(bytes.extracting(place.start..<place.middle), to: &output)
                output.append(UInt8(ascii: "="))
                encoding.append(bytes.extracting(place.middle..<place.end), to: &output)
            }
        }
    }

    /// For texts of at most this many bytes, room is reserved as if every byte needed an escape. Counting costs more.
    private static let generous = 16 << 10

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
