import TOP

/// Reads a page's file in the plain form in which imports write it, many times as fast as a full YAML parser.
///
/// It takes only what it fully understands and finds without fault: for all else it gives nil, and `PageReader` reads
/// the file, with every fault's line.
struct PlainPageReader {
    private let bytes: [UInt8]
    private var place = 0
    private var fieldCount = 0

    private struct Deviation: Error {}

    static func read(_ text: String) -> Page? {
        guard text.utf8.count <= YAMLReader.maximumBytes else { return nil }
        var reader = PlainPageReader(bytes: Array(text.utf8))
        return try? reader.page()
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    // MARK: Structure

    private mutating func page() throws(Deviation) -> Page {
        var page = Page(method: "")
        var seen: Set<String> = []
        while try indent() == 0, place < bytes.count {
            let name = try key()
            guard seen.insert(name).inserted else { throw Deviation() }
            switch name {
            case "method": page.method = try value()
            case "title": page.title = try value()
            case "category": page.category = try value()
            case "description": page.description = try value()
            case "response_root": page.responseRoot = try value()
            case "session":
                guard let session = Entry.Session(rawValue: try value()) else { throw Deviation() }
                page.session = session
            case "request": page.request = try fields(indent: 2, isRequest: true, depth: 1)
            case "rules": page.rules = try rules()
            case "response": page.response = try fields(indent: 2, isRequest: false, depth: 1)
            default: throw Deviation()
            }
        }
        guard place == bytes.count, seen.contains("method"), seen.contains("session"), MethodName.isValid(page.method)
        else { throw Deviation() }
        guard page.rules.allSatisfy({ PageReader.fault(of: $0, in: page.request) == nil }) else { throw Deviation() }
        if !seen.contains("response_root") { page.responseRoot = TOPResponse.rootName(of: page.method) }
        return page
    }

    /// A list of parameters behind its name: `[]`, or items on the lines that follow.
    private mutating func fields(indent margin: Int, isRequest: Bool, depth: Int) throws(Deviation) -> [Field] {
        guard depth <= PageReader.maximumDepth else { throw Deviation() }
        if take(" []") {
            try endLine()
            return []
        }
        try endLine()
        var fields: [Field] = []
        var names: Set<String> = []
        while try indent() == margin, place < bytes.count {
            place += margin
            guard take("- ") else { throw Deviation() }
            fieldCount += 1
            guard fieldCount <= PageReader.maximumFields else { throw Deviation() }
            let field = try take("{") ? flow(isRequest) : block(margin + 2, isRequest, depth)
            guard names.insert(field.name).inserted else { throw Deviation() }
            fields.append(field)
        }
        guard !fields.isEmpty else { throw Deviation() }
        return fields
    }

    /// `  - {one_of: [a.b, a.c]}` on the lines that follow.
    private mutating func rules() throws(Deviation) -> [[Overlay.Path]] {
        try endLine()
        var rules: [[Overlay.Path]] = []
        while try indent() == 2, place < bytes.count {
            guard take("  - {one_of: [") else { throw Deviation() }
            var paths: [Overlay.Path] = []
            repeat { paths.append(try word().split(separator: ".").map(String.init)) } while take(", ")
            guard take("]}"), paths.count >= 2 else { throw Deviation() }
            try endLine()
            rules.append(paths)
        }
        return rules
    }

    private mutating func flow(_ isRequest: Bool) throws(Deviation) -> Field {
        var parts = Parts()
        repeat { try member(try key(), of: &parts, isFlow: true) } while take(", ")
        guard take("}") else { throw Deviation() }
        try endLine()
        return try parts.field(isRequest)
    }

    private mutating func block(_ margin: Int, _ isRequest: Bool, _ depth: Int) throws(Deviation) -> Field {
        var parts = Parts()
        var children: [Field] = []
        repeat {
            let name = try key()
            if name == "children" {
                guard children.isEmpty else { throw Deviation() }
                children = try fields(indent: margin + 2, isRequest: isRequest, depth: depth + 1)
                continue
            }
            try member(name, of: &parts, isFlow: false)
            try endLine()
        } while try nextMember(margin)
        var field = try parts.field(isRequest)
        guard children.isEmpty || field.type.kind == .object else { throw Deviation() }
        field.children = children
        return field
    }

    private mutating func nextMember(_ margin: Int) throws(Deviation) -> Bool {
        guard try indent() == margin, place < bytes.count else { return false }
        place += margin
        return true
    }

    /// The next line's margin, behind empty lines and comments; the place stays at the line's begin.
    private mutating func indent() throws(Deviation) -> Int {
        while place < bytes.count {
            var end = place
            while end < bytes.count, bytes[end] == UInt8(ascii: " ") { end += 1 }
            guard end < bytes.count else { throw Deviation() }
            if bytes[end] != UInt8(ascii: "#"), bytes[end] != 0x0A { return end - place }
            while end < bytes.count, bytes[end] != 0x0A {
                guard bytes[end] >= 0x20 else { throw Deviation() }
                end += 1
            }
            place = min(end + 1, bytes.count)
        }
        return 0
    }

    // MARK: Members

    private struct Parts {
        var field = Field(name: "", type: FieldType(""))
        var isRequired: Bool?
        var dateForm: DateForm?
        var seen: Set<String> = []

        func field(_ isRequest: Bool) throws(Deviation) -> Field {
            var field = field
            field.dateForm = dateForm ?? field.dateForm
            guard !field.name.isEmpty, !field.type.text.isEmpty, isRequest == (isRequired != nil),
                isRequest || (field.values.isEmpty && dateForm == nil), field.formFaults.isEmpty
            else { throw Deviation() }
            return field
        }
    }

    private mutating func member(_ name: String, of parts: inout Parts, isFlow: Bool) throws(Deviation) {
        guard parts.seen.insert(name).inserted else { throw Deviation() }
        if name == "values" { return parts.field.values = try values() }
        let text = try scalar()
        switch name {
        case "name": parts.field.name = text
        case "type":
            parts.field.type = FieldType(text)
            if parts.field.type.kind == .date { parts.field.dateForm = .dashed }
        case "required":
            guard text == "true" || text == "false" else { throw Deviation() }
            parts.isRequired = text == "true"
            parts.field.isRequired = text == "true"
        case "default": parts.field.defaultText = text
        case "example": parts.field.example = text
        case "description": parts.field.description = text
        case "max_length": parts.field.maximumLength = try count(text)
        case "max_items": parts.field.maximumItems = try count(text)
        case "date":
            guard let form = DateForm(rawValue: text) else { throw Deviation() }
            parts.dateForm = form
        case "min_value": parts.field.minimumValue = try number(text)
        case "max_value": parts.field.maximumValue = try number(text)
        default: throw Deviation()
        }
    }

    /// `{'1': 新增, '2': 更新}` behind a space.
    private mutating func values() throws(Deviation) -> [Field.AllowedValue] {
        guard take(" {") else { throw Deviation() }
        var values: [Field.AllowedValue] = []
        repeat {
            let value = try word()
            guard take(":"), !values.contains(where: { $0.value == value }) else { throw Deviation() }
            values.append(Field.AllowedValue(value: value, label: try scalar()))
        } while take(", ")
        guard take("}") else { throw Deviation() }
        return values
    }

    private func count(_ text: String) throws(Deviation) -> Int {
        guard let number = Int(text), number > 0 else { throw Deviation() }
        return number
    }

    private func number(_ text: String) throws(Deviation) -> String {
        guard DecimalText.isValid(text) else { throw Deviation() }
        return text
    }

    // MARK: Words

    private mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard place + count <= bytes.count else { return false }
        var index = place
        for byte in "\(word)".utf8 {
            guard bytes[index] == byte else { return false }
            index += 1
        }
        place = index
        return true
    }

    private mutating func endLine() throws(Deviation) {
        guard place < bytes.count, bytes[place] == 0x0A else { throw Deviation() }
        place += 1
    }

    /// A name and its colon.
    private mutating func key() throws(Deviation) -> String {
        let start = place
        while place < bytes.count, bytes[place] == UInt8(ascii: "_") || Self.isLower(bytes[place]) { place += 1 }
        guard place > start, place < bytes.count, bytes[place] == UInt8(ascii: ":") else { throw Deviation() }
        place += 1
        return String(decoding: bytes[start..<(place - 1)], as: UTF8.self)
    }

    private static func isLower(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
    }

    private mutating func value() throws(Deviation) -> String {
        let text = try scalar()
        try endLine()
        return text
    }

    /// A space and a text: a plain word, or one in single quotation marks.
    private mutating func scalar() throws(Deviation) -> String {
        guard place + 1 < bytes.count, bytes[place] == UInt8(ascii: " ") else { throw Deviation() }
        place += 1
        return try word()
    }

    private mutating func word() throws(Deviation) -> String {
        guard place < bytes.count else { throw Deviation() }
        if bytes[place] == UInt8(ascii: "'") { return try quoted() }
        if bytes[place] == UInt8(ascii: "\"") { return try escaped() }
        let start = place
        while place < bytes.count, Self.isPlain(bytes[place]) { place += 1 }
        guard place > start, bytes[start] != UInt8(ascii: "-") else { throw Deviation() }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        guard text != "null" else { throw Deviation() }
        return text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        isLower(byte | 0x20) || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || (byte >= 0xE4 && byte <= 0xE9)
            || (byte >= 0x80 && byte < 0xC0)
    }

    private mutating func quoted() throws(Deviation) -> String {
        place += 1
        var start = place
        var text: [UInt8] = []
        while place < bytes.count {
            try check()
            place += 1
            guard bytes[place - 1] == UInt8(ascii: "'") else { continue }
            guard place < bytes.count, bytes[place] == UInt8(ascii: "'") else {
                if text.isEmpty { return String(decoding: bytes[start..<(place - 1)], as: UTF8.self) }
                text += bytes[start..<(place - 1)]
                return String(decoding: text, as: UTF8.self)
            }
            text += bytes[start..<place]
            place += 1
            start = place
        }
        throw Deviation()
    }

    /// A text in double quotation marks, with escaped line ends, quotation marks and backslashes.
    private mutating func escaped() throws(Deviation) -> String {
        place += 1
        var text: [UInt8] = []
        while place + 1 < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            try check()
            if bytes[place] == UInt8(ascii: "\\") {
                place += 1
                switch bytes[place] {
                case UInt8(ascii: "n"): text.append(0x0A)
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(bytes[place])
                default: throw Deviation()
                }
            } else {
                text.append(bytes[place])
            }
            place += 1
        }
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { throw Deviation() }
        place += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// What YAML has no place for, or folds, is not this reader's to judge.
    private func check() throws(Deviation) {
        let byte = bytes[place]
        guard byte >= 0x20, byte != 0x7F, byte < 0xF0 else { throw Deviation() }
        guard byte == 0xC2 || byte == 0xE2 || byte == 0xEF else { return }
        guard place + 2 < bytes.count else { throw Deviation() }
        let (second, third) = (bytes[place + 1], bytes[place + 2])
        switch byte {
        case 0xC2: if second <= 0xA0 { throw Deviation() }
        case 0xE2: if second == 0x80, third == 0xA8 || third == 0xA9 { throw Deviation() }
        default: if second == 0xBB && third == 0xBF || second == 0xBF && third >= 0xBE { throw Deviation() }
        }
    }
}
