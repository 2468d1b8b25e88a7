/// Reads application/x-www-form-urlencoded strictly. A tolerant decoder would hide encoding faults of the relay.
enum FormDecoder {
    /// The bytes are not a valid form.
    enum FormError: Error, Equatable {
        case pairWithoutEquals
        case badEscape
        case notUTF8
        case tooManyParameters(limit: Int)
    }

    static let maximumParameters = 1000

    /// The parameters in the received order. `+` is a space, and `%` needs two hexadecimal digits.
    static func decode(_ form: ArraySlice<UInt8>) throws(FormError) -> [ReceivedParameter] {
        var parameters: [ReceivedParameter] = []
        guard !form.isEmpty else { return parameters }
        for pair in form.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { throw .pairWithoutEquals }
            guard parameters.count < maximumParameters else { throw .tooManyParameters(limit: maximumParameters) }
            let name = try component(pair[..<equals])
            let value = try component(pair[(equals + 1)...])
            parameters.append(ReceivedParameter(name: name, value: value))
        }
        return parameters
    }

    private static func component(_ raw: ArraySlice<UInt8>) throws(FormError) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(raw.count)
        var index = raw.startIndex
        while index < raw.endIndex {
            switch raw[index] {
            case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard index + 2 < raw.endIndex, let high = digit(raw[index + 1]), let low = digit(raw[index + 2])
                else { throw .badEscape }
                decoded.append(high << 4 | low)
                index += 2
            case let byte: decoded.append(byte)
            }
            index += 1
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// A received parameter of a call. Order, repetition and empty values are kept.
struct ReceivedParameter: Sendable, Equatable {
    let name: String
    let value: String
}
