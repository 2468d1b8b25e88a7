/// A parameter's type as a documentation page writes it: `String`, `Number []`, `UserDTO []`, `byte[]`.
package struct FieldType: Sendable, Equatable, CustomStringConvertible {
    /// The kind of a value.
    package enum Kind: Sendable, Equatable {
        /// `String`: text.
        case string
        /// `Number`: digits of any length, also with a fraction.
        case number
        /// `Boolean`: true or false.
        case boolean
        /// `Date`: `yyyy-MM-dd HH:mm:ss` in GMT+8.
        case date
        /// `Price`: a decimal number that TOP takes as text.
        case price
        /// `BigDecimal`: a decimal number.
        case decimal
        /// `Json`: any JSON.
        case json
        /// `Map`: a JSON object with free names.
        case map
        /// `byte[]`: a file.
        case bytes
        /// Any other name: an object, described by the parameter's children.
        case object
    }

    /// The type exactly as documented.
    package let text: String
    /// The kind of a value; for a list, of an element.
    package let kind: Kind
    /// Whether the type is a list (`Name []`).
    package let isList: Bool

    /// Reads a documented type. A name that is not a known scalar is an object.
    package init(_ text: String) {
        self.text = text
        var name = Substring(text)
        var isList = false
        if name.hasSuffix("[]") {
            name.removeLast(2)
            while name.last == " " { name.removeLast() }
            isList = name != "byte"
        }
        self.isList = isList
        kind = Self.kinds[String(name)] ?? .object
    }

    /// The type as documented.
    package var description: String { text }

    /// The name without the list mark: `UserDTO` of `UserDTO []`.
    package var name: String {
        guard isList else { return text }
        var name = Substring(text).dropLast(2)
        while name.last == " " { name.removeLast() }
        return String(name)
    }

    /// The name of a list's element in TOP's responses: the type in snake case, with an underscore before every
    /// capital except the first (`UserStatDTO` becomes `user_stat_d_t_o`, `String` becomes `string`).
    package var wireItemName: String {
        var result: [UInt8] = []
        for byte in name.utf8 {
            guard byte >= UInt8(ascii: "A"), byte <= UInt8(ascii: "Z") else {
                result.append(byte)
                continue
            }
            if !result.isEmpty { result.append(UInt8(ascii: "_")) }
            result.append(byte | 0x20)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let kinds: [String: Kind] = [
        "String": .string, "Number": .number, "Boolean": .boolean, "Date": .date, "Price": .price,
        "BigDecimal": .decimal, "Json": .json, "Map": .map, "byte": .bytes, "byte[]": .bytes,
    ]
}
