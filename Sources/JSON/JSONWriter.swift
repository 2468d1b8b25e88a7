/// Writes JSON without white space into a byte array, and puts the commas.
///
/// The caller keeps the grammar: names only in objects, each followed by one value, as many ends as begins. Strings
/// escape `"`, `\` and control characters only; everything else, `/` too, stands as it is.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8]
    private var needsComma = false

    /// Makes an empty writer with room for `capacity` bytes.
    public init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Forgets what was written, and keeps the room.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// Writes `{`.
    public mutating func beginObject() {
        begin(UInt8(ascii: "{"))
    }

    /// Writes `}`.
    public mutating func endObject() {
        end(UInt8(ascii: "}"))
    }

    /// Writes `[`.
    public mutating func beginArray() {
        begin(UInt8(ascii: "["))
    }

    /// Writes `]`.
    public mutating func endArray() {
        end(UInt8(ascii: "]"))
    }

    /// Writes a member's name and its colon.
    public mutating func name(_ name: String) {
        separate()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string.
    public mutating func string(_ text: String) {
        separate()
        appendQuoted(text)
    }

    /// Writes a string given as UTF-8, which is not checked again.
    public mutating func string(utf8: some Collection<UInt8>) {
        string(utf8: Array(utf8)[...])
    }

    /// Writes a string given as UTF-8, which is not checked again.
    public mutating func string(utf8: [UInt8]) {
        string(utf8: utf8[...])
    }

    /// Writes a string given as UTF-8, which is not checked again.
    public mutating func string(utf8: ArraySlice<UInt8>) {
        separate()
        appendQuoted(utf8)
    }

    /// Writes a number exactly as given; the caller answers for its grammar.
    public mutating func number(lexeme: String) {
        separate()
        bytes.append(contentsOf: lexeme.utf8)
    }

    /// Writes an integer.
    public mutating func integer(_ value: Int) {
        separate()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Writes `null`.
    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes bytes that already are a JSON value.
    public mutating func raw(_ value: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
    }

    /// Writes bytes that already are a JSON value.
    public mutating func raw(_ value: [UInt8]) {
        raw(value[...])
    }

    /// Writes bytes that already are a JSON value.
    public mutating func raw(_ value: ArraySlice<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
    }

    /// Writes a parsed value anew: white space goes, numbers stay as written, strings get this writer's escapes, and
    /// members that a tolerant reader does not see are left out.
    public mutating func value(_ value: JSONValue) {
        write(value.storage.bytes, value.storage.nodes, at: value.index)
    }

    // Goes by tape indices, not by values: each of those would count a reference.
    private mutating func write(_ source: [UInt8], _ nodes: [Node], at index: Int) {
        let node = nodes[index]
        switch node.kind {
        case .string: string(utf8: Text.utf8(source, of: node))
        case .null, .bool, .number: raw(source[Int(node.start)..<Int(node.end)])
        case .array:
            beginArray()
            var element = index + 1
            while element < Int(node.next) {
                write(source, nodes, at: element)
                element = Int(nodes[element].next)
            }
            endArray()
        case .object:
            beginObject()
            var name = index + 1
            while name < Int(node.next) {
                if !nodes[name].isShadowed {
                    self.name(utf8: Text.utf8(source, of: nodes[name]))
                    write(source, nodes, at: name + 1)
                }
                name = Int(nodes[name + 1].next)
            }
            endObject()
        }
    }

    private mutating func name(utf8: ArraySlice<UInt8>) {
        string(utf8: utf8)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func begin(_ bracket: UInt8) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}

extension JSONWriter {
    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        JSONEscapes.append(text.utf8.span, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendQuoted(_ utf8: ArraySlice<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        JSONEscapes.append(utf8.span, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}
