/// A place in a JSON text, as RFC 6901 writes it: `/list/0/acid`.
package struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// The text of the pointer; empty for the whole document.
    package let description: String

    /// Makes a pointer to the whole document.
    package init() {
        description = ""
    }

    private init(_ description: String) {
        self.description = description
    }

    /// A pointer to the member with this name. `~` and `/` in it are escaped.
    package func appending(_ name: String) -> JSONPointer {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
            return JSONPointer("\(description)/\(name)")
        }
        var text = description + "/"
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return JSONPointer(text)
    }

    /// A pointer to the element with this index, counted from 0.
    package func appending(_ index: Int) -> JSONPointer {
        JSONPointer("\(description)/\(index)")
    }
}
