import Catalog
package import Problems

/// Checks the values of a call's request headers. The problem of an invalid value names the header.
package enum CallHeaders {
    /// `Idempotency-Key`: 1–255 visible ASCII characters. The quoted and the bare form are the same key.
    package static func idempotencyKey(_ value: String) throws(Problem) -> String {
        var bytes = value.utf8[...]
        if bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"") {
            bytes = bytes.dropFirst().dropLast()
        }
        guard (1...255).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem(
                .malformedRequest,
                "Idempotency-Key must be 1 to 255 visible ASCII characters, bare or in double quotes.")
        }
        return String(Substring(bytes))
    }

    /// `X-Request-Id`: 1–200 visible ASCII characters.
    package static func requestID(_ value: String) throws(Problem) -> String {
        guard (1...200).contains(value.utf8.count), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem(.malformedRequest, "X-Request-Id must be 1 to 200 visible ASCII characters without spaces.")
        }
        return value
    }

    /// `Top-Ref`: document numbers, repeated or separated by commas. At most 20 different ones of 1–128 bytes.
    package static func refs(_ values: [String]) throws(Problem) -> [String] {
        if values.isEmpty { return [] }
        var refs: [String] = []
        for value in values {
            for part in value.utf8.split(separator: UInt8(ascii: ",")) {
                let ref = trimmed(part)
                guard !ref.isEmpty else { continue }
                guard ref.utf8.count <= 128, ref.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                    throw Problem(
                        .malformedRequest, "Each Top-Ref must be at most 128 bytes, without control characters.")
                }
                if !refs.contains(where: { $0.utf8.elementsEqual(ref.utf8) }) { refs.append(ref) }
                guard refs.count <= 20 else {
                    throw Problem(.malformedRequest, "A call takes at most 20 different Top-Ref document numbers.")
                }
            }
        }
        return refs
    }

    /// `Top-Dry-Run`: `true` or `false`. An absent header is false.
    package static func flag(_ name: String, _ value: String?) throws(Problem) -> Bool {
        switch value?.lowercased() {
        case nil, "false"?: return false
        case "true"?: return true
        default: throw Problem(.malformedRequest, "\(name) must be true or false.")
        }
    }

    /// `Top-Timeout`: whole seconds from 1 to 300.
    package static func timeoutSeconds(_ value: String) throws(Problem) -> Int {
        guard value.utf8.count <= 3, value.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }), let seconds = Int(value),
            Entry.timeoutSeconds.contains(seconds)
        else { throw Problem(.malformedRequest, "Top-Timeout must be a whole number of seconds from 1 to 300.") }
        return seconds
    }

    /// The trace id of a W3C `traceparent`; nil if the header is absent or invalid. The standard asks to ignore an
    /// invalid one.
    package static func traceID(_ value: String?) -> String? {
        guard let value else { return nil }
        // Version, trace id, parent id, flags. Only versions after 00 may have more parts.
        let parts = value.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count >= 4,
            zip(parts, [2, 32, 16, 2]).allSatisfy({ $0.count == $1 && $0.allSatisfy(isLowerHex) }),
            !parts[0].elementsEqual("ff".utf8), parts.count == 4 || !parts[0].elementsEqual("00".utf8),
            !isZero(parts[1]), !isZero(parts[2])
        else { return nil }
        return String(Substring(parts[1]))
    }

    private static func isZero(_ digits: Substring.UTF8View) -> Bool { digits.allSatisfy { $0 == UInt8(ascii: "0") } }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func trimmed(_ bytes: Substring.UTF8View.SubSequence) -> String {
        var bytes = bytes
        while bytes.first == 0x20 || bytes.first == 0x09 { bytes = bytes.dropFirst() }
        while bytes.last == 0x20 || bytes.last == 0x09 { bytes = bytes.dropLast() }
        return String(Substring(bytes))
    }
}
