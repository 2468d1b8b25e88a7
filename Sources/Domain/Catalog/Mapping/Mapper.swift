import Bytes
import JSON
import Masking
import TOP

/// Checks one caller's JSON against an entry and writes the parameters for TOP.
///
/// It continues after a fault, so that the caller gets all faults at once.
struct Mapper {
    let idempotency: IdempotencyKey?
    /// Whether values of unknown fields are masked.
    let isPersonal: Bool
    /// The names of parameters that the app sends with each call.
    var constants: Set<String> = []
    var faults = FaultList()
    var path = MapperPath()
    var parameters = ParameterList()
    var files: [FilePart] = []
    /// The files in parts of the body, by the indices of their fields.
    var attached: [Int: FilePart] = [:]
    var keys = BusinessKeys()
    var requestID: String?
    var expectations: [[String]] = []
    /// The JSON of the current parameter.
    var writer = JSONWriter(capacity: 512)
    /// The private values in `writer`, with their masked forms.
    var spans: [MaskSpan] = []
    var masks: [ParameterMask] = []
    var sensitive: [SensitiveValue] = []
    /// Values of unmarked fields that look like private numbers.
    var spared: [[UInt8]] = []
    /// Whether the current value is sent unchanged. Then it must already have the form that TOP takes.
    var isVerbatim = false
    /// The sent text of the current value, if a rule needs it.
    var compared: String?
    /// The number of the current element in a comma-joined text, from 1.
    var textItem: Int?
    /// The levels around the current value that may occur again inside it.
    var enclosing: [Level] = []
    /// How many more unknown names are compared with the known ones, for suggestions.
    var suggestions = 20

    init(idempotency: IdempotencyKey?, expectationCount: Int, isPersonal: Bool = false) {
        self.idempotency = idempotency
        self.isPersonal = isPersonal
        expectations.reserveCapacity(expectationCount)
        for _ in 0..<expectationCount { expectations.append([]) }
        // Enough for a typical call.
        keys.reserve(8)
        sensitive.reserveCapacity(4)
        spans.reserveCapacity(4)
        masks.reserveCapacity(4)
    }

    // MARK: Faults

    /// Notes a fault of the current value.
    mutating func fault(_ code: Fault.Code, _ detail: @autoclosure () -> String) {
        guard faults.hasRoom else { return faults.omit() }
        let item = textItem.map { "item \($0) of the text " } ?? ""
        faults.append(Fault(pointer: path.pointer, code: code, detail: item + detail()))
    }

    /// Notes a fault of a member of the current value.
    mutating func fault(at name: String, _ code: Fault.Code, _ detail: @autoclosure () -> String) {
        path.append(name: name)
        fault(code, detail())
        path.removeName()
    }

    // MARK: Objects

    /// Assigns an object's members to the level's fields. It notes unknown and repeated names.
    mutating func gather(_ object: JSONValue, _ level: Level) -> BoundMembers {
        var given = BoundMembers(object, level)
        object.forEachField { name, place in
            if let match = level.match(name) {
                gather(match, place, &given)
            } else if !level.isOpen {
                unknown(object.member(at: place).name, level)
            }
        }
        return given
    }

    private mutating func gather(_ match: NameTable.Match, _ place: JSONPlace, _ given: inout BoundMembers) {
        let index = match.index
        if isVerbatim, !match.isDocumented {
            let name = given.level.fields[index].name
            let detail = "unknown field; in a text that is sent unchanged its name is \"\(name)\""
            return fault(at: given.object.member(at: place).name, .unknown, detail)
        }
        if given[index].member != nil {
            let spelling = given.object.member(at: place).name
            fault(at: spelling, .duplicate, "given twice, as \"\(given.name(of: index))\" and as \"\(spelling)\"")
            given[index].presence = .faulty
            return
        }
        let hasValue = given.object.kind(at: place) != .null
        given[index] = BoundMember(member: place, hasValue: hasValue, presence: hasValue ? .present : .absent)
    }

    private mutating func unknown(_ name: String, _ level: Level) {
        guard faults.hasRoom else { return faults.omit() }
        suggestions -= 1
        let nearest = suggestions >= 0 ? NearestName.of(name, among: level.fields.map(\.name)) : nil
        fault(at: name, .unknown, nearest.map { "unknown field; did you mean \"\($0)\"?" } ?? "unknown field")
    }

    /// Writes an object with its documented names, in documented order.
    mutating func object(_ value: JSONValue, _ level: Level) {
        guard value.kind == .object else { return fault(.type, "must be an object, not \(value.kind.noun)") }
        if level.holdsRepeats { enclosing.append(level) }
        defer { if level.holdsRepeats { enclosing.removeLast() } }
        var given = gather(value, level)
        writer.beginObject()
        for index in level.fields.indices {
            member(level.fields[index], of: value, &given[index])
            keepCompared(index, &given)
        }
        if level.isOpen { copyUnknown(value, level) }
        writer.endObject()
        check(given)
    }

    private mutating func copyUnknown(_ value: JSONValue, _ level: Level) {
        value.forEachField { name, place in
            guard level.match(name) == nil else { return }
            writer.name(at: place, of: value)
            writeUnknown(value.value(at: place))
        }
    }

    /// Writes a member, or notes that it is missing.
    private mutating func member(_ field: CompiledField, of object: JSONValue, _ given: inout BoundMember) {
        if given.presence == .faulty { return }
        guard let place = given.value else { return absentMember(field, &given) }
        let value = object.value(at: place)
        if field.isRequestID, isBlank(value) { return absentMember(field, &given) }
        path.append(.member(place))
        defer { path.removeLast() }
        writer.name(written: field.writtenName)
        if field.isList { return list(value, field, &given) }
        element(value, field, &given)
    }

    private mutating func absentMember(_ field: CompiledField, _ given: inout BoundMember) {
        given.presence = .absent
        guard let text = substitute(for: field) else { return }
        writer.name(written: field.writtenName)
        let isBare = field.kind == .number || field.kind == .boolean || field.kind == .decimal
        write(Scalar(text: text, isBare: isBare), field, &given)
        given.presence = .present
    }

    /// The text for a field that the caller omitted: a derived request id, or the documented default. Nil if there is
    /// none, with a fault if the field is required.
    mutating func substitute(for field: CompiledField) -> String? {
        if path.isEmpty, constants.contains(field.name) { return nil }
        if field.isRequestID {
            if let idempotency { return idempotency.derived }
            fault(
                at: field.name, .required,
                "is required: give it, or send the header Idempotency-Key, of which it is derived")
            return nil
        }
        if let text = field.field.defaultText, field.isScalar, !isVerbatim { return text }
        if field.isRequired { fault(at: field.name, .required, "is required: \(field.wholeExpectation)") }
        return nil
    }

    /// Whether a value is a text that is empty or only white space.
    func isBlank(_ value: JSONValue) -> Bool {
        value.withStringBytes { Parameter.isBlank($0) } == true
    }

    // MARK: Lists

    private mutating func list(_ value: JSONValue, _ field: CompiledField, _ given: inout BoundMember) {
        let isText = value.kind == .string && !isVerbatim
        let document = isText && field.splits(value) ? CommaList.document(of: value, kind: field.kind) : nil
        let value = document?.root ?? value
        guard value.kind == .array else {
            given.presence = .faulty
            writer.null()
            return fault(.type, field.listExpectation(value))
        }
        if value.count == 0 {
            given.presence = .blank
            if field.isRequired { fault(.required, "must hold at least one element") }
        }
        elements(value, field, ofText: isText)
    }

    /// Enters an element of a list. In a comma-joined text, elements have no pointer of their own.
    mutating func enter(_ index: Int, ofText isText: Bool) {
        if isText { textItem = index + 1 } else { path.append(.index(index)) }
    }

    /// Leaves an element of a list.
    mutating func leaveElement(ofText isText: Bool) {
        if isText { textItem = nil } else { path.removeLast() }
    }

    /// Writes the elements of a list as a JSON array.
    mutating func elements(_ value: JSONValue, _ field: CompiledField, ofText isText: Bool = false) {
        checkCount(value, field)
        writer.beginArray()
        var index = 0
        for element in value.elements {
            enter(index, ofText: isText)
            var given = BoundMember(presence: .present)
            if element.isNull {
                fault(.type, "must be \(field.expectation), not null")
            } else {
                self.element(element, field, &given)
            }
            leaveElement(ofText: isText)
            index += 1
        }
        compared = nil
        writer.endArray()
    }

    mutating func checkCount(_ value: JSONValue, _ field: CompiledField) {
        guard let maximum = field.field.maximumItems, value.count > maximum else { return }
        fault(.tooMany, "must hold at most \(maximum) elements")
    }

    /// Writes one value inside JSON.
    private mutating func element(_ value: JSONValue, _ field: CompiledField, _ given: inout BoundMember) {
        switch field.kind {
        case .object:
            object(value, of: field)
        case .map:
            if value.kind != .object { fault(.type, "must be an object, not \(value.kind.noun)") }
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

    /// Writes a file inside JSON. It stays base64, and does not become a part of the form.
    private mutating func file(_ value: JSONValue) {
        guard let text = value.stringBytes, Base64.decode(text) != nil else {
            return fault(.file, "must be a file, as base64 in a text (a JSON string)")
        }
        writer.value(value)
    }

    // MARK: Scalars

    /// Writes a value unchanged if it needs no further check.
    /// - Returns: whether the value was written.
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

    /// Writes a scalar into JSON, and remembers it for keys, rules and masking.
    private mutating func write(_ scalar: Scalar, _ field: CompiledField, _ given: inout BoundMember) {
        if field.isCompared { compared = scalar.text }
        given.seconds = scalar.seconds
        if Parameter.isBlank(scalar.text) { given.presence = .blank }
        let start = writer.bytes.count
        if scalar.isBare { writer.number(lexeme: scalar.text) } else { writer.string(scalar.text) }
        guard let masked = remember(scalar.text, field) else { return }
        // The writer may have written a comma first.
        let comma = writer.bytes[start] == UInt8(ascii: ",") ? 1 : 0
        spans.append(MaskSpan(range: (start + comma)..<writer.bytes.count, shown: masked, isQuoted: true))
    }

    /// Remembers a sent value as a business key, a request id or a private value.
    /// - Returns: the masked form of a private value, else nil.
    mutating func remember(_ text: String, _ field: CompiledField) -> String? {
        if field.isRequestID { requestID = text }
        if let key = field.field.key, !Parameter.isBlank(text) {
            keys.add(
                BusinessKey(name: key, value: text, isSensitive: field.field.sensitivity != nil),
                isInList: path.isInList || textItem != nil)
        }
        guard let sensitivity = field.field.sensitivity else {
            if PrivateNumber.isWhole(text) { spared.append(Array(text.utf8)) }
            return nil
        }
        let masked = sensitivity.mask(text)
        sensitive.append(SensitiveValue(text: text, masked: masked, isNumber: sensitivity.isNumber))
        if let plain = sensitivity.plainForm(of: text) {
            sensitive.append(SensitiveValue(text: plain, masked: sensitivity.mask(plain), isNumber: true))
        }
        return masked
    }
}
