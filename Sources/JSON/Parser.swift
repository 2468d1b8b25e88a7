/// Turns bytes into a tape in one pass, without recursion: the containers that are open are chained through the tape.
struct Parser {
    let bytes: [UInt8]
    let options: JSONDocument.Options
    private(set) var nodes: [Node] = []
    var position = 0
    private var open = Node.none
    private var depth = 0

    init(bytes: [UInt8], options: JSONDocument.Options) {
        self.bytes = bytes
        self.options = options
    }

    mutating func parse() throws(JSONError) {
        nodes.reserveCapacity(min(bytes.count / 8, 1 << 16) + 8)
        try passByteOrderMark()
        passSpace()
        guard position < bytes.count else { throw JSONError(reason: .empty, offset: position) }
        try value()
        while open != Node.none { try child(of: Int(open)) }
        passSpace()
        guard position == bytes.count else { throw JSONError(reason: .trailing, offset: position) }
    }

    private mutating func passByteOrderMark() throws(JSONError) {
        guard bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF else { return }
        guard options.repairsUTF8 else { throw expected("a JSON value, not a byte order mark,") }
        position = 3
    }

    /// Reads on in an open container: its end, or its next element or member.
    private mutating func child(of container: Int) throws(JSONError) {
        let isObject = nodes[container].kind == .object
        let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        passSpace()
        if nodes[container].count > 0 {
            if peek == close { return try end(container) }
            guard peek == UInt8(ascii: ",") else { throw expected(isObject ? "',' or '}'" : "',' or ']'") }
            position += 1
            passSpace()
            if isObject { try name(or: "a name in double quotes") }
        } else {
            if peek == close { return try end(container) }
            if isObject { try name(or: "a name in double quotes or '}'") }
        }
        nodes[container].count += 1
        try value()
    }

    private mutating func name(or wish: String) throws(JSONError) {
        guard peek == UInt8(ascii: "\"") else { throw expected(wish) }
        try string()
        passSpace()
        guard peek == UInt8(ascii: ":") else { throw expected("':'") }
        position += 1
        passSpace()
    }

    private mutating func value() throws(JSONError) {
        switch peek {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "{"): try begin(.object)
        case UInt8(ascii: "["): try begin(.array)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        case UInt8(ascii: "t"): try literal("true", .bool)
        case UInt8(ascii: "f"): try literal("false", .bool)
        case UInt8(ascii: "n"): try literal("null", .null)
        default: throw expected("a JSON value")
        }
    }

    private mutating func begin(_ kind: JSONValue.Kind) throws(JSONError) {
        guard depth < options.maximumDepth else {
            throw JSONError(reason: .tooDeep(limit: options.maximumDepth), offset: position)
        }
        let index = UInt32(nodes.count)
        nodes.append(Node(kind: kind, start: UInt32(position), end: 0, next: open))
        open = index
        depth += 1
        position += 1
    }

    private mutating func end(_ container: Int) throws(JSONError) {
        position += 1
        open = nodes[container].next
        depth -= 1
        nodes[container].end = UInt32(position)
        nodes[container].next = UInt32(nodes.count)
        if nodes[container].kind == .object, nodes[container].count > 1 { try checkNames(of: container) }
    }

    private mutating func checkNames(of object: Int) throws(JSONError) {
        var repeats = NameCheck(bytes: bytes, nodes: nodes, object: object).repeats()
        if !options.allowsDuplicateNames, let first = repeats.first {
            let name = Text.cut(Text.decode(bytes, of: nodes[first]), toBytes: 64)
            throw JSONError(reason: .duplicateName(name), offset: Int(nodes[first].start))
        }
        while let repeated = repeats.popLast() {
            nodes[repeated].isShadowed = true
            nodes[object].count -= 1
        }
    }

    private mutating func literal(_ word: StaticString, _ kind: JSONValue.Kind) throws(JSONError) {
        let text = word.description
        let start = position
        for byte in text.utf8 {
            guard peek == byte else {
                position = start
                throw expected("a JSON value")
            }
            position += 1
        }
        append(kind, from: start)
    }

    /// Appends a scalar that reaches from `start` to here.
    mutating func append(_ kind: JSONValue.Kind, from start: Int, isEscaped: Bool = false) {
        nodes.append(
            Node(
                kind: kind, isEscaped: isEscaped, start: UInt32(start), end: UInt32(position),
                next: UInt32(nodes.count + 1)))
    }

    /// The byte here, or 0 at the end: no grammar rule takes a NUL.
    var peek: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func passSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    func expected(_ what: String) -> JSONError { expected(what, at: position) }

    func expected(_ what: String, at offset: Int) -> JSONError {
        JSONError(reason: .syntax(expected: what), offset: offset)
    }
}
