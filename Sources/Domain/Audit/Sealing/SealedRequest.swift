import Bytes
package import Crypto
package import TOP

/// The business parameters of a call, in the form that is sealed: a list of names and texts with their lengths in
/// front, in LEB128. It never has a session, a sign or a common parameter. Of a file it has only the size.
package struct SealedRequest: Sendable, Equatable {
    /// The maximum size of the parameters in bytes. A larger request is not kept at all, because a part of it is
    /// useless.
    package static let maximumBytes = 4 << 20

    /// The parameters in the order in which they were sent.
    package var parameters: [Parameter]
    /// The names of the files that were sent, with their sizes in bytes. Their content is not kept.
    package var files: [(name: String, bytes: Int)]

    private static let version: UInt8 = 1
    private static let parameter: UInt8 = 0
    private static let file: UInt8 = 1

    /// Opens the sealed request of a call.
    /// - Throws: `CryptoError` if the key is wrong, or the bytes were changed or belong to another call.
    package init(opening sealed: [UInt8], of id: CallID, with key: KeyRing) throws(CryptoError) {
        let plain = try key.open(sealed, associated: Self.associatedPrefix + id.bytes)
        guard let request = Self(reading: plain) else {
            throw CryptoError.unreadableBlob(detail: "it is not a request")
        }
        self = request
    }

    init?(reading plain: [UInt8]) {
        parameters = []
        files = []
        guard plain.first == Self.version else { return nil }
        var rest = plain[1...]
        while let kind = rest.popFirst() {
            guard let name = Self.text(&rest) else { return nil }
            switch kind {
            case Self.parameter:
                guard let value = Self.text(&rest) else { return nil }
                parameters.append(Parameter(name: name, value: value))
            case Self.file:
                guard let count = Self.number(&rest) else { return nil }
                files.append((name, count))
            default: return nil
            }
        }
    }

    /// What a seal is bound to: the table, the column and then the 16 bytes of the call's id.
    static let associatedPrefix = Array("audit.sealed/sealed/".utf8)

    /// Appends the form to `plain`.
    static func append(_ parameters: ParameterList, files: [FilePart], to plain: inout [UInt8]) {
        plain.append(version)
        let bytes = parameters.byteCount + parameters.count * (1 + 2 * maximumLengthBytes)
        plain.append(addingCapacity: bytes) { output in
            parameters.forEachSent { name, value in
                output.append(parameter)
                append(name, to: &output)
                append(value, to: &output)
            }
        }
        for item in files {
            plain.append(addingCapacity: 1 + item.name.utf8.count + 2 * maximumLengthBytes) { output in
                output.append(file)
                item.name.withUTF8Span { append($0, to: &output) }
                append(item.bytes.count, to: &output)
            }
        }
    }

    private static func append(_ text: Span<UInt8>, to plain: inout OutputSpan<UInt8>) {
        append(text.count, to: &plain)
        plain.append(text)
    }

    /// The maximum number of bytes of a length: 32 bits, as `number` reads it.
    private static let maximumLengthBytes = 5

    private static func append(_ number: Int, to plain: inout OutputSpan<UInt8>) {
        var left = UInt64(number)
        while left > 0x7F {
            plain.append(UInt8(truncatingIfNeeded: left) | 0x80)
            left >>= 7
        }
        plain.append(UInt8(left))
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
        var number: UInt64 = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            number |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return Int(number) }
        }
        return nil
    }

    private static func text(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let count = number(&rest), count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return String(decoding: rest.prefix(count), as: UTF8.self)
    }

    /// Compares all members.
    package static func == (one: SealedRequest, other: SealedRequest) -> Bool {
        one.parameters == other.parameters && one.files.elementsEqual(other.files, by: ==)
    }
}
