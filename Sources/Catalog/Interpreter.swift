import JSON
import TOP

/// Reads an answer by its entry. Answers are never refused: what is not as documented is handed on as it is.
struct Interpreter {
    let entry: Entry
    let call: MappedCall
    private var writer: JSONWriter
    private var keys: [BusinessKey] = []
    private var sensitive: [SensitiveValue] = []
    /// Whether a value was met that the mask alone does not hide.
    private var hasHidden = false

    init(entry: Entry, call: MappedCall, inner: JSONValue) {
        self.entry = entry
        self.call = call
        writer = JSONWriter(capacity: inner.raw.count + 16)
    }

    mutating func interpret(_ inner: JSONValue) -> Interpretation {
        write(inner)
        if entry.isPersonal, inner.documentRepeatsNames || !isAlone(inner) { hasHidden = true }
        return Interpretation(
            outcome: outcome(inner), retryable: flag(entry.outcome.retryable, inner), result: writer.bytes,
            requestID: Answer.requestID(in: inner), code: text(entry.outcome.code, inner),
            message: text(entry.outcome.message, inner), keys: keys, mask: call.mask.adding(sensitive),
            isWhollyKnown: !hasHidden)
    }

    /// Whether nothing stands beside the inner object but TOP's id of the request.
    private func isAlone(_ inner: JSONValue) -> Bool {
        let root = inner.documentRoot
        return root.count == 1 || root.count == 2 && root["request_id"]?.scalarText != nil
    }

    // MARK: The result as plain JSON

    private mutating func write(_ inner: JSONValue) {
        guard inner.kind == .object else { return writer.value(inner) }
        writer.beginObject()
        for field in inner.fields {
            let member = entry.answerLevel[field.nameBytes]
            if member == nil, field.isNamed("request_id") {
                if field.value.scalarText == nil { hasHidden = true }
                continue
            }
            writer.name(field.name)
            write(field.value, member)
        }
        writer.endObject()
    }

    private mutating func write(_ value: JSONValue, _ member: AnswerLevel.Member?) {
        guard let member else {
            hasHidden = hasHidden || entry.isPersonal
            return writer.value(value)
        }
        // A wrapper may hold more than its list.
        if member.isList, value.kind == .object, value.count != 1 { hasHidden = hasHidden || entry.isPersonal }
        if member.isList, let elements = ListWrapper.elements(of: value, member) {
            writer.beginArray()
            for element in elements { write(element: element, member) }
            writer.endArray()
        } else {
            write(element: value, member)
        }
    }

    private mutating func write(element value: JSONValue, _ member: AnswerLevel.Member) {
        guard let level = member.level, value.kind == .object else {
            remember(value, member)
            return writer.value(value)
        }
        writer.beginObject()
        for field in value.fields {
            writer.name(field.name)
            write(field.value, level[field.nameBytes])
        }
        writer.endObject()
    }

    private mutating func remember(_ value: JSONValue, _ member: AnswerLevel.Member) {
        if entry.isPersonal, value.kind == .object || value.kind == .array { hasHidden = true }
        guard member.key != nil || member.sensitivity != nil, let text = value.scalarText, !Parameter.isBlank(text)
        else { return }
        if let key = member.key, keys.count < BusinessKey.maximumCount {
            keys.append(BusinessKey(name: key, value: text, isSensitive: member.sensitivity != nil))
        }
        if let sensitivity = member.sensitivity {
            sensitive.append(SensitiveValue(text: text, masked: sensitivity.mask(text)))
            // Too short to be searched for: it is masked where it stands.
            if !NeedleSet.isLongEnough(text) { hasHidden = true }
        }
    }

    // MARK: The outcome

    private func outcome(_ inner: JSONValue) -> Interpretation.Outcome {
        guard entry.outcome.success.allSatisfy({ holds($0, inner) }) else { return .businessFailure }
        var isComplete = true
        for completion in entry.outcome.completions {
            switch completion {
            case .flag(let flag):
                if !holds(flag, inner) { isComplete = false }
            case .echoed(let path, let expectation):
                let sent = Set(call.expectations[expectation])
                guard !sent.isEmpty else { continue }
                let found = sent.intersection(texts(path[...], inner, entry.answerLevel))
                if found.isEmpty { return .businessFailure }
                if found.count < sent.count { isComplete = false }
            }
        }
        if !isComplete { return .partial }
        return entry.outcome.isAccepted ? .accepted : .success
    }

    private func holds(_ flag: Outcome.Flag, _ inner: JSONValue) -> Bool {
        guard let text = text(flag.path, inner) else { return false }
        return flag.values.contains(text)
    }

    private func flag(_ path: [String]?, _ inner: JSONValue) -> Bool? {
        switch text(path, inner) {
        case "true": true
        case "false": false
        default: nil
        }
    }

    private func text(_ path: [String]?, _ inner: JSONValue) -> String? {
        guard let path else { return nil }
        return texts(path[...], inner, entry.answerLevel).first
    }

    /// The texts of all scalars at a path, through lists however they are wrapped.
    private func texts(_ path: ArraySlice<String>, _ value: JSONValue, _ level: AnswerLevel?) -> [String] {
        guard let name = path.first else { return value.scalarText.map { [$0] } ?? [] }
        guard let next = value[name] else { return [] }
        let member = level?[name]
        guard let member, member.isList, let elements = ListWrapper.elements(of: next, member) else {
            return texts(path.dropFirst(), next, member?.level)
        }
        return elements.flatMap { texts(path.dropFirst(), $0, member.level) }
    }
}
