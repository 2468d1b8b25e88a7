import Catalog
import JSON

/// Scalars of requests.
extension SchemaWriter {
    mutating func scalar(_ field: Field) {
        if let form = field.dateForm { return date(form, field) }
        switch field.type.kind {
        case .number:
            json.member("type", field.hasFraction ? "number" : "integer")
            if !field.hasFraction { json.member("format", "int64") }
            if let minimum = field.minimumValue { json.json("minimum", minimum) }
            if let maximum = field.maximumValue { json.json("maximum", maximum) }
        case .decimal, .price:
            // A text keeps the digits in every language.
            json.member("type", "string")
            json.member("pattern", #"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"#)
        case .boolean: json.member("type", "boolean")
        case .bytes:
            json.member("type", "string")
            json.member("contentEncoding", "base64")
            json.member("pattern", "^[A-Za-z0-9+/]+={0,2}$")
        case .string, .date, .json, .map, .object:
            json.member("type", "string")
            json.member("maxLength", field.maximumLength)
        }
    }

    private mutating func date(_ form: DateForm, _ field: Field) {
        if form == .milliseconds, field.type.kind == .number {
            json.member("type", "integer")
            json.member("format", "int64")
            json.json("minimum", "0")
            return
        }
        json.member("type", "string")
        // No look-ahead: not every language of patterns has it.
        let year = "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
        let day = "\(year)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
        let minute = "([01][0-9]|2[0-3]):[0-5][0-9]"
        let clock = "\(minute):[0-5][0-9]"
        let time = "([ Tt]\(clock)|[Tt]\(minute))(Z|z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?"
        switch form {
        case .dashed where field.takesDay: json.member("pattern", "^\(day)(\(time))?$")
        case .dashed: json.member("pattern", "^\(day)\(time)$")
        case .dotted: json.member("pattern", "^(\(day)\(time)|\(day.replacing("-(", with: "[.](")) \(clock))$")
        case .day: json.member("pattern", "^\(day)$")
        case .milliseconds: json.member("pattern", "^([0-9]+|\(day)\(time))$")
        }
    }

    /// The values of an enumeration: whole numbers or texts, with a name for each.
    mutating func choices(_ field: Field) {
        let isNumber =
            field.type.kind == .number && field.values.allSatisfy { Int($0.value).map(String.init) == $0.value }
        json.member("type", isNumber ? "integer" : "string")
        json.name("enum")
        json.beginArray()
        for value in field.values {
            if isNumber { json.number(lexeme: value.value) } else { json.string(value.value) }
        }
        json.endArray()
        json.name("x-enum-varnames")
        json.beginArray()
        var names = UniqueNames(reserved: [])
        for value in field.values { json.string(names.claim(Self.constantName(value.value))) }
        json.endArray()
        if field.values.contains(where: { !$0.label.isEmpty }) {
            json.name("x-enum-descriptions")
            json.beginArray()
            for value in field.values { json.string(value.label) }
            json.endArray()
        }
        guard let text = field.defaultText, field.values.contains(where: { $0.value == text }) else { return }
        if isNumber { json.json("default", text) } else { json.member("default", text) }
    }

    /// `ABNORMAL_WEATHER`, `VALUE_1`.
    static func constantName(_ value: String) -> String {
        let name = UniqueNames.words(value).joined(separator: "_").uppercased()
        return name.first?.isLetter == true ? name : "VALUE_" + name
    }

    mutating func defaultValue(_ field: Field) {
        guard let text = field.defaultText else { return }
        switch field.type.kind {
        case .number where field.dateForm == nil:
            if DecimalText.isValid(text) { json.json("default", text) }
        case .boolean:
            if text == "true" || text == "false" { json.json("default", text) }
        case .string, .date, .price, .decimal: json.member("default", text)
        case .number, .object, .map, .json, .bytes: break
        }
    }

    /// The page's example where it has the field's type.
    mutating func examples(_ field: Field) {
        guard let example = field.example else { return }
        switch field.type.kind {
        case .object, .map, .json, .boolean, .bytes: return
        case .number where !DecimalText.isValid(example): return
        case .number, .decimal, .string, .date, .price: break
        }
        json.name("examples")
        json.beginArray()
        if field.type.kind == .number { json.number(lexeme: example) } else { json.string(example) }
        json.endArray()
    }
}

extension Field {
    /// Whether a day stands for its midnight, as the page's own example shows.
    fileprivate var takesDay: Bool {
        type.kind == .date && example?.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil
    }
}
