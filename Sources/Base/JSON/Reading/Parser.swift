import Bytes

/// Parses bytes into a tape in one pass, without recursion. Open containers are linked through the tape.
///
/// Functions take the bytes as an argument and do not store them, so that they are read in place.
struct Parser {
    let options: JSONDocument.Options
    private(set) var nodes: [Node] = []
    /// Whether some object names a member twice.
    private(set) var repeatsNames = false
    var position = 0
    /// The innermost open container, and the content of its node.
    private var open = Node.none
    private var isObject = false
    private var count: UInt32 = 0
    private var depth = 0

    init(options: JSONDocument.Options) {
        self.options = options
    }

    mutating func parse(_ bytes: Span<UInt8>) throws(JSONError) {
        nodes.reserveCapacity(min(bytes.count / 10, 1 << 16) + 8)
        try passByteOrderMark(bytes)
        passSpace(bytes)
        guard position < bytes.count else { throw JSONError(reason: .empty, offset: position) }
        try value(bytes)
        while open != Node.none { try child(bytes) }
        passSpace(bytes)
        guard position == bytes.count else { throw JSONError(reason: .trailing, offset: position) }
    }

    private mutating func passByteOrderMark(_ bytes: Span<UInt8>) throws(JSONError) {
        guard bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF else { return }
        guard options.repairsUTF8 else { throw expected("a JSON value, not a byte order mark,") }
        position = 3
    }

    /// Continues in the open container, with its end or its next element or member.
    private mutating func child(_ bytes: Span<UInt8>) throws(JSONError) {
        passSpace(bytes)
        let next = peek(bytes)
        if next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) { return try end(bytes) }
        if count > 0 {
            guard next == UInt8(ascii: ",") else { throw expected(isObject ? "',' or '}'" : "',' or ']'") }
            position += 1
            passSpace(bytes)
        }
        if isObject { try name(bytes) }
        count += 1
        try value(bytes)
    }

    private mutating func name(_ bytes: Span<UInt8>) throws(JSONError) {
        guard peek(bytes) == UInt8(ascii: "\"") else {
            throw expected(count > 0 ? "a name in double quotes" : "a name in double quotes or '}'")
        }
        try string(bytes)
        passSpace(bytes)
        guard peek(bytes) == UInt8(ascii: ":") else { throw expected("':'") }
        position += 1
        passSpace(bytes)
    }

    private mutating func value(_ bytes: Span<UInt8>) throws(JSONError) {
        switch peek(bytes) {
        case UInt8(ascii: "\""): try string(bytes)
        case UInt8(ascii: "{"): try begin(.object)
        case UInt8(ascii: "["): try begin(.array)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number(bytes)
        case UInt8(ascii: "t"): try literal("true", .bool, bytes)
        case UInt8(ascii: "f"): try literal("false", .bool, bytes)
        case UInt8(ascii: "n"): try literal("null", .null, bytes)
        default: throw expected("a JSON value")
        }
    }

    private mutating func begin(_ kind: JSONValue.Kind) throws(JSONError) {
        guard depth < options.maximumDepth else {
            throw JSONError(reason: .tooDeep(limit: options.maximumDepth), offset: position)
        }
        let index = UInt32(nodes.count)
        if open != Node.none { nodes[Int(open)].count = count }
        nodes.append(Node(kind: kind, start: UInt32(position), end: 0, next: open))
        (open, isObject, count) = (index, kind == .object, 0)
        depth += 1
        position += 1
    }

    private mutating func end(_ bytes: Span<UInt8>) throws(JSONError) {
        let container = Int(open)
        position += 1
        depth -= 1
        var node = nodes[container]
        open = node.next
        (node.end, node.next, node.count) = (UInt32(position), UInt32(nodes.count), count)
        nodes[container] = node
        if isObject, count > 1 { try checkNames(of: container, bytes) }
        guard open != Node.none else { return }
        (isObject, count) = (nodes[Int(open)].kind == .object, nodes[Int(open)].count)
    }

    private mutating func checkNames(of object: Int, _ bytes: Span<UInt8>) throws(JSONError) {
        var repeats = NameCheck.repeats(in: object, nodes.span, bytes)
        if !options.allowsDuplicateNames, let first = repeats.first {
            let name = Text.cut(Text.decode(bytes, of: nodes[first]), toBytes: 64)
            throw JSONError(reason: .duplicateName(name), offset: Int(nodes[first].start))
        }
        repeatsNames = repeatsNames || !repeats.isEmpty
        while let repeated = repeats.popLast() {
            nodes[repeated].isShadowed = true
            nodes[object].count -= 1
        }
    }

    private mutating func literal(_ word: String, _ kind: JSONValue.Kind, _ bytes: Span<UInt8>) throws(JSONError) {
        let start = position
        for byte in word.utf8 {
            guard peek(bytes) == byte else {
                position = start
                throw expected("a JSON value")
            }
            position += 1
        }
        append(kind, from: start)
    }

    /// Appends a scalar that reaches from `start` to `here`.
    mutating func append(_ kind: JSONValue.Kind, from start: Int, isEscaped: Bool = false, isPlain: Bool = true) {
        nodes.append(
            Node(
                kind: kind, isEscaped: isEscaped, isPlain: isPlain, start: UInt32(truncatingIfNeeded: start),
                end: UInt32(truncatingIfNeeded: position), next: UInt32(truncatingIfNeeded: nodes.count + 1)))
    }

    /// The byte at `here`, or 0 at the end. No grammar rule accepts a NUL.
    func peek(_ bytes: Span<UInt8>) -> UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func passSpace(_ bytes: Span<UInt8>) {
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
