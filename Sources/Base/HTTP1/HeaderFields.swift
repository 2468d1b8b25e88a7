internal import Bytes

/// The header fields of a message in the order received.
///
/// Names and values stay in one buffer, which is the head as it arrived. A look-up compares bytes. A `String` is made
/// only for a value that is read. Bytes of a value that are not UTF-8 become U+FFFD in that text.
package struct HeaderFields: Sendable {
    /// Where one field is in the buffer.
    struct Place: Sendable {
        var nameStart: UInt32
        var nameEnd: UInt32
        var valueStart: UInt32
        var valueEnd: UInt32

        var nameLength: Int { Int(nameEnd &- nameStart) }
        var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

    private(set) var bytes: [UInt8]
    private(set) var places: [Place]

    /// Makes fields from places in the bytes of a head.
    init(bytes: [UInt8], places: [Place]) {
        self.bytes = bytes
        self.places = places
    }

    /// Makes an empty list.
    package init() { self.init(bytes: [], places: []) }

    /// Makes fields from names and values, for tests and tools.
    package init(_ fields: [(String, String)]) {
        self.init()
        for (name, value) in fields { add(name: name, value: value) }
    }

    /// Appends a field.
    package mutating func add(name: String, value: String) {
        let nameStart = UInt32(bytes.count)
        bytes.append(utf8: name)
        let nameEnd = UInt32(bytes.count)
        bytes.append(utf8: value)
        places.append(
            Place(nameStart: nameStart, nameEnd: nameEnd, valueStart: nameEnd, valueEnd: UInt32(bytes.count)))
    }
}

// MARK: - By position

extension HeaderFields {
    /// The number of fields.
    package var count: Int { places.count }

    /// The positions of the fields, from 0.
    package var indices: Range<Int> { places.indices }

    /// The length of a field's name in bytes.
    package func nameLength(at index: Int) -> Int { places[index].nameLength }

    /// The name of a field as received.
    package func name(at index: Int) -> String { String(decoding: bytes[places[index].name], as: UTF8.self) }

    /// The value of a field without surrounding spaces.
    package func value(at index: Int) -> String { String(decoding: bytes[places[index].value], as: UTF8.self) }

    /// Whether a field has this name. The case of ASCII letters does not matter.
    package func isName(_ name: String, at index: Int) -> Bool {
        let place = places[index]
        guard place.nameLength == name.utf8.count else { return false }
        let own = bytes.span.extracting(place.name)
        return name.withUTF8Span { own.equalsIgnoringCase($0) }
    }
}

// MARK: - By name

extension HeaderFields {
    /// The value of the first field of this name. The case of ASCII letters does not matter.
    package func first(name: String) -> String? { firstIndex(of: name).map(value(at:)) }

    /// The bytes of the value of a field.
    package func valueBytes(at index: Int) -> ArraySlice<UInt8> { bytes[places[index].value] }

    /// Whether there is a field of this name.
    package func contains(_ name: String) -> Bool { firstIndex(of: name) != nil }

    /// The values of all fields of this name, one for each field. Lists in a value are not split.
    package subscript(name: String) -> [String] {
        indices.filter { isName(name, at: $0) }.map(value(at:))
    }

    private func firstIndex(of name: String) -> Int? { indices.first { isName(name, at: $0) } }
}

extension HeaderFields: Equatable, ExpressibleByDictionaryLiteral {
    /// Whether two lists have the same names and values in the same order, byte for byte.
    package static func == (left: HeaderFields, right: HeaderFields) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left.places, right.places).allSatisfy { one, other in
            left.bytes[one.name] == right.bytes[other.name] && left.bytes[one.value] == right.bytes[other.value]
        }
    }

    /// Makes fields from a literal, in its order.
    package init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }
}
