import Bytes
import JSON
import TOP

/// Checks one caller's JSON against an entry and writes what TOP gets.
///
/// Everything is looked at even when a fault was found, so that the caller learns of all faults at once.
struct Mapper {
    /// A step of the way to the value that is looked at.
    enum Step {
        case name(String)
        case index(Int)
    }

    /// What a caller gave for a field.
    struct Given {
        enum Presence {
            /// Not there, or `null`.
            case absent
            /// Text of nothing but white space, or an empty list.
            case blank
            /// There, but faulty: already reported.
            case faulty
            case present
        }

        /// Where the value stands in its object; nil if the field is absent.
        var place: JSONPlace?
        /// Whether the caller named the field at all.
        var isNamed = false
        /// The caller's spelling of the name; nil if it is the documented one.
        var spelling: String?
        var presence = Presence.absent
        /// A scalar's text as sent, where some rule looks at it.
        var text: String?
        /// A date's seconds since 1970.
        var seconds: Int?
    }

    let idempotency: IdempotencyKey?
    /// Whether what the entry does not know is masked.
    let isPersonal: Bool
    var faults = FaultList()
    var path: [Step] = []
    var parameters: [Parameter] = []
    var files: [FilePart] = []
    /// The files that came beside the JSON, by their fields' indices.
    var attached: [Int: FilePart] = [:]
    var keys = BusinessKeys()
    var requestID: String?
    var expectations: [[String]]
    /// What the parameter at hand is written into.
    var writer = JSONWriter(capacity: 512)
    /// Where private values stand in `writer`, and what is shown instead.
    var spans: [MaskSpan] = []
    var masks: [ParameterMask] = []
    var sensitive: [SensitiveValue] = []
    /// Whether the value at hand is sent unchanged, and so must already have the wire's form in every respect.
    var isVerbatim = false
    /// How many unknown names may still be compared with all known ones.
    var suggestions = 20

    init(idempotency: IdempotencyKey?, expectationCount: Int, isPersonal: Bool = false) {
        self.idempotency = idempotency
        self.isPersonal = isPersonal
        expectations = expectationCount == 0 ? [] : Array(repeating: [], count: expectationCount)
        // Room for an ordinary call.
        path.reserveCapacity(8)
        keys.reserve(8)
        sensitive.reserveCapacity(4)
        spans.reserveCapacity(4)
    }

    // MARK: Places

    var pointer: String {
        var pointer = JSONPointer()
        for step in path {
            switch step {
            case .name(let name): pointer = pointer.appending(name)
            case .index(let index): pointer = pointer.appending(index)
            }
        }
        return pointer.description
    }

    /// Notes a fault of the value at hand.
    mutating func fault(_ detail: @autoclosure () -> String) {
        guard faults.hasRoom else { return faults.omit() }
        faults.append(Fault(pointer: pointer, detail: detail()))
    }

    /// Notes a fault of a member of the value at hand.
    mutating func fault(at name: String, _ detail: @autoclosure () -> String) {
        path.append(.name(name))
        fault(detail())
        path.removeLast()
    }

    /// Whether the value at hand is of a list's element.
    var isInList: Bool {
        path.contains { if case .index = $0 { true } else { false } }
    }

    // MARK: Objects

    /// Sorts an object's members by the level's fields, and notes unknown and double names.
    mutating func gather(_ object: JSONValue, _ level: Level) -> [Given] {
        var given = Array(repeating: Given(), count: level.fields.count)
        object.forEachField { name, place in
            if let match = level.match(name) {
                gather(object, place, match, level, &given[match.index])
            } else if !level.isOpen {
                unknown(object.member(at: place).name, level)
            }
        }
        return given
    }

    private mutating func gather(
        _ object: JSONValue, _ place: JSONPlace, _ match: NameTable.Match, _ level: Level, _ given: inout Given
    ) {
        if isVerbatim, !match.isDocumented {
            let name = level.fields[match.index].name
            let detail = "unknown field; in a text that is sent unchanged its name is \"\(name)\""
            return fault(at: object.member(at: place).name, detail)
        }
        if given.isNamed {
            let spelling = object.member(at: place).name
            let other = given.spelling ?? level.fields[match.index].name
            fault(at: spelling, "given twice, as \"\(other)\" and as \"\(spelling)\"")
            given.presence = .faulty
            return
        }
        given.isNamed = true
        if !match.isDocumented { given.spelling = object.member(at: place).name }
        guard object.kind(at: place) != .null else { return }
        given.place = place
        given.presence = .present
    }

    private mutating func unknown(_ name: String, _ level: Level) {
        guard faults.hasRoom else { return faults.omit() }
        suggestions -= 1
        let nearest = suggestions >= 0 ? NearestName.of(name, among: level.fields.map(\.name)) : nil
        fault(at: name, nearest.map { "unknown field; did you mean \"\($0)\"?" } ?? "unknown field")
    }

    /// Writes an object with its documented names, in documented order.
    mutating func object(_ value: JSONValue, _ level: Level) {
        guard value.kind == .object else { return fault("must be an object, not \(value.kind.inWords)") }
        var given = gather(value, level)
        writer.beginObject()
        for index in level.fields.indices { member(level.fields[index], of: value, &given[index]) }
        if level.isOpen { copyUnknown(value, level) }
        writer.endObject()
        check(level, given)
    }

    private mutating func copyUnknown(_ value: JSONValue, _ level: Level) {
        value.forEachField { name, place in
            guard level.match(name) == nil else { return }
            writer.name(at: place, of: value)
            writeUnknown(value.value(at: place))
        }
    }

    /// Writes a member, or notes that it is missing.
    private mutating func member(_ field: CompiledField, of object: JSONValue, _ given: inout Given) {
        if given.presence == .faulty { return }
        guard let place = given.place else { return absentMember(field, &given) }
        let value = object.value(at: place)
        if field.isRequestID, isBlank(value) { return absentMember(field, &given) }
        path.append(.name(given.spelling ?? field.name))
        defer { path.removeLast() }
        writer.name(written: field.writtenName)
        if field.isList { return list(value, field, &given) }
        element(value, field, &given)
    }

    private mutating func absentMember(_ field: CompiledField, _ given: inout Given) {
        given.presence = .absent
        guard let text = substitute(for: field) else { return }
        writer.name(written: field.writtenName)
        let isBare = field.kind == .number || field.kind == .boolean || field.kind == .decimal
        write(Scalar(text: text, isBare: isBare), field, &given)
        given.presence = .present
    }

    /// What is sent for a field that the caller left out; nil, with a fault if it is required, if nothing is.
    mutating func substitute(for field: CompiledField) -> String? {
        if field.isRequestID {
            if let idempotency { return idempotency.derived }
            fault(at: field.name, "is required: give it, or send the header Idempotency-Key, of which it is derived")
            return nil
        }
        if let text = field.field.defaultText, field.isScalar, !isVerbatim { return text }
        if field.isRequired { fault(at: field.name, "is required: \(field.wholeExpectation)") }
        return nil
    }

    /// Whether a value is a text of nothing but white space.
    func isBlank(_ value: JSONValue) -> Bool {
        value.withStringBytes { Parameter.isBlank($0) } == true
    }

    // MARK: Lists

    private mutating func list(_ value: JSONValue, _ field: CompiledField, _ given: inout Given) {
        guard value.kind == .array else {
            given.presence = .faulty
            writer.null()
            return fault("must be a list, not \(value.kind.inWords)")
        }
        if value.count == 0 {
            given.presence = .blank
            if field.isRequired { fault("must hold at least one element") }
        }
        elements(value, field)
    }

    /// Writes a list's elements between brackets.
    mutating func elements(_ value: JSONValue, _ field: CompiledField) {
        checkCount(value, field)
        writer.beginArray()
        var index = 0
        for element in value.elements {
            path.append(.index(index))
            var given = Given(presence: .present)
            if element.isNull {
                fault("must be \(field.expectation), not null")
            } else {
                self.element(element, field, &given)
            }
            path.removeLast()
            index += 1
        }
        writer.endArray()
    }

    mutating func checkCount(_ value: JSONValue, _ field: CompiledField) {
        guard let maximum = field.field.maximumItems, value.count > maximum else { return }
        fault("must hold at most \(maximum) elements")
    }

    /// Writes one value that stands in JSON.
    private mutating func element(_ value: JSONValue, _ field: CompiledField, _ given: inout Given) {
        switch field.kind {
        case .object where field.level != nil:
            guard let level = field.level else { return }
            object(value, level)
        case .object, .map:
            if value.kind != .object { fault("must be an object, not \(value.kind.inWords)") }
            writeUnknown(value)
        case .json:
            writeUnknown(value)
        case .bytes:
            file(value)
        case .string where field.content != nil:
            nestedText(value, field)
        case .string, .number, .boolean, .date, .price, .decimal:
            if field.isPlain, copied(value, field) { return }
            guard let scalar = scalar(value, field) else {
                given.presence = .faulty
                return writer.null()
            }
            write(scalar, field, &given)
        }
    }

    /// Writes a file that stands in JSON: there it is base64 as the caller gave it, and no part of its own.
    private mutating func file(_ value: JSONValue) {
        guard let text = value.stringBytes, Base64Text.decode(text) != nil else {
            return fault("must be a file, as base64 in a text (a JSON string)")
        }
        writer.value(value)
    }

    // MARK: Scalars

    /// Writes a value that needs no looking at as it came; false if it does.
    private mutating func copied(_ value: JSONValue, _ field: CompiledField) -> Bool {
        switch (field.kind, value.kind) {
        case (.string, .string):
            writer.value(value)
        case (.number, .number), (.decimal, .number):
            let raw = value.raw
            guard DecimalText.isPlain(raw.span) else { return false }
            writer.raw(raw)
        default:
            return false
        }
        return true
    }

    /// Writes a scalar into JSON, and remembers what it is good for.
    private mutating func write(_ scalar: Scalar, _ field: CompiledField, _ given: inout Given) {
        if field.isCompared { given.text = scalar.text }
        given.seconds = scalar.seconds
        if Parameter.isBlank(scalar.text) { given.presence = .blank }
        let start = writer.bytes.count
        if scalar.isBare { writer.number(lexeme: scalar.text) } else { writer.string(scalar.text) }
        guard let masked = remember(scalar.text, field) else { return }
        // The writer may have put a comma in front.
        let comma = writer.bytes[start] == UInt8(ascii: ",") ? 1 : 0
        spans.append(MaskSpan(range: (start + comma)..<writer.bytes.count, shown: masked, isQuoted: true))
    }

    /// Keeps a sent value as a key, a request id, a private value; gives its masked form if it is private.
    mutating func remember(_ text: String, _ field: CompiledField) -> String? {
        if field.isRequestID { requestID = text }
        if let key = field.field.key, !Parameter.isBlank(text) {
            keys.add(
                BusinessKey(name: key, value: text, isSensitive: field.field.sensitivity != nil), isInList: isInList)
        }
        guard let sensitivity = field.field.sensitivity else { return nil }
        let masked = sensitivity.mask(text)
        sensitive.append(SensitiveValue(text: text, masked: masked))
        if let plain = sensitivity.plainForm(of: text) {
            sensitive.append(SensitiveValue(text: plain, masked: sensitivity.mask(plain)))
        }
        return masked
    }
}
