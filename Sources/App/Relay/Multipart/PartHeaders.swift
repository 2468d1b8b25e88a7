/// The headers of a part by their names in lower case.
struct PartHeaders: Sendable {
    /// How many headers a part may have. Clients send at most the three that have a meaning.
    private static let maximumCount = 32

    private var fields: [String: String] = [:]

    /// Reads lines that end with CR LF. The last line may lack it.
    /// - Throws: an error for lines other than `NAME: VALUE` in UTF-8, for folded lines and for repeated names.
    init(_ head: ArraySlice<UInt8>, part: Int) throws(MultipartError) {
        var rest = head
        while !rest.isEmpty {
            let line = rest.prefix { $0 != 0x0D }
            rest = rest.dropFirst(line.count)
            if !rest.isEmpty {
                guard rest.starts(with: [0x0D, 0x0A]) else { throw .badHeader(part: part) }
                rest = rest.dropFirst(2)
            }
            try add(line, part)
        }
    }

    /// The value of a header; nil if the part does not have it.
    subscript(name: String) -> String? { fields[name] }

    private mutating func add(_ line: ArraySlice<UInt8>, _ part: Int) throws(MultipartError) {
        guard fields.count < Self.maximumCount, let colon = line.firstIndex(of: UInt8(ascii: ":")),
            colon > line.startIndex, line[..<colon].allSatisfy(ParameterizedValue.isTokenByte)
        else { throw .badHeader(part: part) }
        let blank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        var value = line[(colon + 1)...].drop(while: blank)
        while let last = value.last, blank(last) { value.removeLast() }
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }),
            let text = String(validating: value, as: UTF8.self)
        else { throw .badHeader(part: part) }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        guard fields.updateValue(text, forKey: name.lowercased()) == nil else {
            throw .repeatedHeader(part: part, name: String(name.prefix(64)))
        }
    }
}
