import Bytes

/// Writes JSON without white space into a byte array, and adds the commas.
///
/// The caller is responsible for the grammar: names only in objects, one value after each, and as many ends as begins.
/// Strings escape only `"`, `\` and control characters.
package struct JSONWriter: Sendable {
    /// The bytes written so far.
    package private(set) var bytes: [UInt8]
    private var needsComma = false

    /// Makes an empty writer with space for `capacity` bytes.
    package init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Removes all bytes, and keeps the space.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// Writes `{`.
    package mutating func beginObject() {
        begin(UInt8(ascii: "{"))
    }

    /// Writes `}`.
    package mutating func endObject() {
        end(UInt8(ascii: "}"))
    }

    /// Writes `[`.
    package mutating func beginArray() {
        begin(UInt8(ascii: "["))
    }

    /// Writes `]`.
    package mutating func endArray() {
        end(UInt8(ascii: "]"))
    }

    /// Writes the name of a member and a colon.
    package mutating func name(_ name: String) {
        separate()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes the name of a member that is already JSON, with quotation marks and colon.
    package mutating func name(written: [UInt8]) {
        appendSeparated(written.span)
        needsComma = false
    }

    /// Writes a string.
    package mutating func string(_ text: String) {
        separate()
        appendQuoted(text)
    }

    /// Writes a string given as UTF-8, without checking it.
    package mutating func string(utf8: some Collection<UInt8>) {
        string(utf8: Array(utf8)[...])
    }

    /// Writes a string given as UTF-8, without checking it.
    package mutating func string(utf8: [UInt8]) {
        string(utf8: utf8[...])
    }

    /// Writes a string given as UTF-8, without checking it.
    package mutating func string(utf8: ArraySlice<UInt8>) {
        separate()
        JSONEscapes.appendQuoted(utf8.span, to: &bytes)
    }

    /// Writes a number exactly as given. The caller is responsible for its grammar.
    package mutating func number(lexeme: String) {
        lexeme.withUTF8Span { appendSeparated($0) }
        needsComma = true
    }

    /// Writes an integer.
    package mutating func integer(_ value: Int) {
        separate()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes `true` or `false`.
    package mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Writes `null`.
    package mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes bytes that are a JSON value.
    package mutating func raw(_ value: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
    }

    /// Writes bytes that are a JSON value.
    package mutating func raw(_ value: [UInt8]) {
        raw(value[...])
    }

    /// Writes bytes that are a JSON value.
    package mutating func raw(_ value: ArraySlice<UInt8>) {
        appendSeparated(value.span)
        needsComma = true
    }

    /// Writes a parsed value again, without white space and without members that a tolerant reader does not see.
    /// Numbers stay as written, and strings get this writer's escapes.
    package mutating func value(_ value: JSONValue) {
        let nodes = value.storage.nodes
        value.storage.withSource { write($0, nodes.span, at: value.index) }
    }

    // Uses tape indices instead of values, because each value would count a reference.
    private mutating func write(_ source: Span<UInt8>, _ nodes: Span<Node>, at index: Int) {
        let node = nodes[index]
        switch node.kind {
        case .null, .bool, .number, .string:
            appendScalar(source, node)
            needsComma = true
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
                    self.name(source, nodes[name])
                    write(source, nodes, at: name + 1)
                }
                name = Int(nodes[name + 1].next)
            }
            endObject()
        }
    }

    /// Writes the name of the member at a place of the value's document.
    package mutating func name(at place: JSONPlace, of value: JSONValue) {
        value.storage.withSource { name($0, value.storage.nodes[place.index]) }
    }

    private mutating func name(_ source: Span<UInt8>, _ node: Node) {
        appendScalar(source, node)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A string that needs no other escapes is copied with its quotation marks.
    private mutating func appendScalar(_ source: Span<UInt8>, _ node: Node) {
        if node.isPlain { return appendSeparated(source.extracting(Int(node.start)..<Int(node.end))) }
        separate()
        Text.withUTF8(source, of: node) { JSONEscapes.appendQuoted($0, to: &bytes) }
    }

    /// Ends the document with a line feed, which belongs to no value.
    package mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
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
        text.withUTF8Span { JSONEscapes.appendQuoted($0, to: &bytes) }
    }

    /// Appends bytes, after a comma if one is needed.
    private mutating func appendSeparated(_ run: Span<UInt8>) {
        let comma = needsComma
        bytes.append(addingCapacity: run.count + 1) { output in
            if comma { output.append(UInt8(ascii: ",")) }
            output.append(run)
        }
    }
}
