import JSON

/// Scalars. Each type accepts only its own JSON form.
extension Mapper {
    /// The value for TOP; nil, with a fault, if the field does not accept it.
    mutating func scalar(_ value: JSONValue, _ field: CompiledField) -> Scalar? {
        switch field.kind {
        case .string: return text(value, field)
        case .date: return date(value, field)
        case .number, .decimal: return number(value, field, isBare: true)
        case .price: return number(value, field, isBare: false)
        case .boolean: return flag(value)
        case .json, .map, .bytes, .object: return nil
        }
    }

    private mutating func text(_ value: JSONValue, _ field: CompiledField) -> Scalar? {
        if field.field.dateForm != nil { return date(value, field) }
        guard let text = value.string else {
            let expected = field.isEnumeration ? "\(field.expectation), as a text" : "a text"
            fault(.type, "must be \(expected) (a JSON string), not \(value.kind.noun)")
            return nil
        }
        if let maximum = field.field.maximumLength, text.utf8.count > maximum, text.utf16.count > maximum {
            fault(.tooLong, "must be at most \(maximum) characters long")
            return nil
        }
        return chosen(text, field, isBare: false)
    }

    private mutating func number(_ value: JSONValue, _ field: CompiledField, isBare: Bool) -> Scalar? {
        if field.field.dateForm != nil { return date(value, field) }
        guard let text = numberText(value), DecimalText.isValid(text) else {
            let isNumber = value.kind == .string || value.kind == .number
            let kind = isNumber ? "" : ", not \(value.kind.noun)"
            fault(
                isNumber ? .number : .type,
                "must be \(field.isEnumeration ? field.expectation : "a number without an exponent")\(kind)")
            return nil
        }
        if let minimum = field.field.minimumValue, DecimalText.isLess(text, minimum) {
            fault(.range, "must be at least \(minimum)")
            return nil
        }
        if let maximum = field.field.maximumValue, DecimalText.isLess(maximum, text) {
            fault(.range, "must be at most \(maximum)")
            return nil
        }
        return chosen(text, field, isBare: isBare)
    }

    /// The caller's digits of a number, from a JSON number or a string.
    private func numberText(_ value: JSONValue) -> String? {
        value.kind == .number ? value.lexeme : isVerbatim ? nil : value.string
    }

    private mutating func flag(_ value: JSONValue) -> Scalar? {
        guard let flag = value.bool else {
            fault(.type, "must be true or false, not \(value.kind.noun)")
            return nil
        }
        return Scalar(text: flag ? "true" : "false", isBare: true)
    }

    private mutating func chosen(_ text: String, _ field: CompiledField, isBare: Bool) -> Scalar? {
        guard field.isEnumeration else { return Scalar(text: text, isBare: isBare) }
        guard let choice = field.choice(for: text), !isVerbatim || choice == text else {
            fault(.enumeration, "must be \(field.expectation)")
            return nil
        }
        return Scalar(text: choice, isBare: isBare)
    }

    private mutating func date(_ value: JSONValue, _ field: CompiledField) -> Scalar? {
        guard let form = field.field.dateForm else { return nil }
        let isBare = field.kind == .number
        let given = form == .milliseconds && isBare && value.kind == .number ? value.lexeme : value.string
        guard let given else {
            fault(.type, "must be \(form.expectation), not \(value.kind.noun)")
            return nil
        }
        switch form.read(given) {
        case .success(let date):
            if isVerbatim, date.text != given || (isBare && value.kind == .string) {
                fault(.date, "must be \(form.wireExpectation), since the text is sent unchanged")
                return nil
            }
            return Scalar(text: date.text, isBare: isBare, seconds: date.seconds)
        case .failure(let error):
            if let date = midnight(given, field) { return date }
            fault(.date, "must be \(form.expectation)\(error.hint)")
            return nil
        }
    }

    /// Midnight of a day without a time. It is accepted if the page's example of a date is such a day, because TOP's
    /// own clients send midnight then.
    private func midnight(_ given: String, _ field: CompiledField) -> Scalar? {
        guard field.kind == .date, field.field.dateForm == .dashed, !isVerbatim, let example = field.field.example,
            case .success = DateForm.day.read(example), case .success(let day) = DateForm.day.read(given)
        else { return nil }
        return Scalar(text: day.text + " 00:00:00", isBare: false, seconds: day.seconds)
    }
}
