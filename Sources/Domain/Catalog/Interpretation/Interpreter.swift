import Bytes
import JSON
import Masking
import TOP

/// Interprets a response by its entry. It accepts every response, and passes on undocumented values unchanged.
struct Interpreter {
    let entry: Entry
    private let level: ResponseLevel
    private let mask: ValueMask
    private let expectations: [[String]]
    private var writer: JSONWriter
    private var keys = BusinessKeys()
    /// How many lists contain the current value.
    private var lists = 0
    private var sensitive: [SensitiveValue] = []
    /// Values of unmarked fields that look like private numbers.
    private var spared: [[UInt8]] = []
    /// Whether the response has a value that the mask alone does not hide.
    private var hasHidden = false

    init(entry: Entry, call: MappedCall, inner: JSONValue) {
        self.entry = entry
        level = entry.responseLevel
        mask = call.mask
        expectations = call.expectations
        writer = JSONWriter(capacity: inner.raw.count + 16)
    }

    mutating func interpret(_ inner: JSONValue) -> Interpretation {
        write(inner)
        if entry.isPersonal, inner.documentRepeatsNames || !isWholeWord(inner) { hasHidden = true }
        return Interpretation(
            outcome: outcome(inner), isJudged: entry.isKnown && isJudged(inner),
            retryable: flag(entry.outcome.retryable, inner),
            result: entry.isRaw ? Self.rawResult(inner) : writer.bytes,
            requestID: TOPResponse.topRequestID(in: inner), code: text(entry.outcome.code, inner),
            message: text(entry.outcome.message, inner), keys: keys.kept, mask: mask.adding(sensitive, sparing: spared),
            isWhollyKnown: !hasHidden)
    }

    /// Whether the root has no members besides the inner object and TOP's id of the request.
    private func isWholeWord(_ inner: JSONValue) -> Bool {
        let root = inner.documentRoot
        return root.count == 1 || root.count == 2 && root["request_id"]?.scalarText != nil
    }

    private static let requestID = "request_id"

    /// A result that keeps TOP's list wrappers. Like every result, it omits TOP's id of the request.
    private static func rawResult(_ inner: JSONValue) -> [UInt8] {
        var writer = JSONWriter(capacity: inner.raw.count + 16)
        guard inner.kind == .object else {
            writer.value(inner)
            return writer.bytes
        }
        writer.beginObject()
        inner.forEachField { name, place in
            if requestID.withUTF8Span({ $0.isEqual(to: name) }) { return }
            writer.name(at: place, of: inner)
            writer.value(inner.value(at: place))
        }
        writer.endObject()
        return writer.bytes
    }

    // MARK: The result as plain JSON

    private mutating func write(_ inner: JSONValue) {
        guard inner.kind == .object else {
            hasHidden = hasHidden || entry.isPersonal
            return writer.value(inner)
        }
        writer.beginObject()
        let level = level
        inner.forEachField { name, place in
            let member = level[name]
            if member == nil, Self.requestID.withUTF8Span({ $0.isEqual(to: name) }) {
                if !inner.kind(at: place).isScalar { hasHidden = true }
                return
            }
            writer.name(at: place, of: inner)
            write(inner.value(at: place), member)
        }
        writeMissingLists(of: inner, level)
        writer.endObject()
    }

    /// Writes missing lists as empty ones, because TOP omits empty lists.
    private mutating func writeMissingLists(of object: JSONValue, _ level: ResponseLevel) {
        for list in level.lists where object[list.name] == nil {
            writer.name(list.name)
            writer.beginArray()
            writer.endArray()
        }
    }

    private mutating func write(_ value: JSONValue, _ member: ResponseLevel.Member?) {
        guard let member else {
            hasHidden = hasHidden || entry.isPersonal
            return writer.value(value)
        }
        // A wrapper may have members besides its list.
        if member.isList, value.kind == .object, value.count != 1 { hasHidden = hasHidden || entry.isPersonal }
        if member.isList, ListWrapper.isEmpty(value) {
            writer.beginArray()
            writer.endArray()
        } else if member.isList, let elements = ListWrapper.elements(of: value, member) {
            writer.beginArray()
            lists += 1
            for element in elements { write(element: element, member) }
            lists -= 1
            writer.endArray()
        } else {
            if member.isList, value.kind.isScalar { hasHidden = hasHidden || entry.isPersonal }
            write(element: value, member)
        }
    }

    private mutating func write(element value: JSONValue, _ member: ResponseLevel.Member) {
        guard let level = member.level, value.kind == .object else {
            remember(value, member)
            return writer.value(value)
        }
        writer.beginObject()
        value.forEachField { name, place in
            writer.name(at: place, of: value)
            write(value.value(at: place), level[name])
        }
        writeMissingLists(of: value, level)
        writer.endObject()
    }

    private mutating func remember(_ value: JSONValue, _ member: ResponseLevel.Member) {
        if entry.isPersonal, !hasHidden, !value.kind.isScalar || !member.admits(value) { hasHidden = true }
        // 11 to 18 digits, perhaps in quotation marks.
        if member.sensitivity == nil, (11...20).contains(value.raw.count), let text = value.scalarText,
            PrivateNumber.isWhole(text)
        {
            spared.append(Array(text.utf8))
        }
        guard member.key != nil || member.sensitivity != nil, let text = value.scalarText, !Parameter.isBlank(text)
        else { return }
        if let key = member.key {
            keys.add(
                BusinessKey(name: key, value: text, isSensitive: member.sensitivity != nil), isInList: lists > 0)
        }
        if let sensitivity = member.sensitivity {
            sensitive.append(
                SensitiveValue(text: text, masked: sensitivity.mask(text), isNumber: sensitivity.isNumber))
            // The value is too short to be searched for, so it is masked by its position.
            if !ValueMask.masksAnywhere(text) { hasHidden = true }
        }
    }

    // MARK: The outcome

    private func outcome(_ inner: JSONValue) -> Interpretation.Outcome {
        guard entry.outcome.success.allSatisfy({ holds($0, inner) }) else { return .businessFailure }
        if entry.outcome.success.isEmpty, entry.outcome.completions.isEmpty,
            entry.judgement.successPaths.contains(where: { text($0, inner) == "false" })
                || entry.isRaw && Judgement.tellsFailure(inner, depth: Judgement.successDepth)
        {
            return .businessFailure
        }
        var isComplete = true
        for completion in entry.outcome.completions {
            switch completion {
            case .flag(let flag):
                if !holds(flag, inner) { isComplete = false }
            case .echoed(let path, let expectation):
                let sent = expectations[expectation]
                guard !sent.isEmpty else { continue }
                let (found, all) = echoed(sent, path, inner)
                if found == 0 { return .businessFailure }
                if found < all { isComplete = false }
            }
        }
        if !isComplete { return .partial }
        return entry.outcome.isAccepted ? .accepted : .success
    }

    /// Whether the response has a field that tells success or failure.
    private func isJudged(_ inner: JSONValue) -> Bool {
        entry.judgement.hasRules || entry.judgement.successPaths.contains { text($0, inner) != nil }
    }

    private func holds(_ flag: OutcomeRules.Flag, _ inner: JSONValue) -> Bool {
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
        var first: String?
        forEachText(path[...], inner, level) { text in
            first = text
            return false
        }
        return first
    }

    /// How many different texts were sent, and how many of them the response has at a path.
    private func echoed(_ sent: [String], _ path: [String], _ inner: JSONValue) -> (found: Int, all: Int) {
        if sent.count == 1 {
            var found = 0
            forEachText(path[...], inner, level) { text in
                if text == sent[0] { found = 1 }
                return found == 0
            }
            return (found, 1)
        }
        let all = Set(sent)
        var found: Set<String> = []
        forEachText(path[...], inner, level) { text in
            if all.contains(text) { found.insert(text) }
            return found.count < all.count
        }
        return (found.count, all.count)
    }

    /// Calls `body` with the texts of all scalars at a path, also inside lists, until it returns false.
    /// - Returns: whether `body` never returned false.
    @discardableResult
    private func forEachText(
        _ path: ArraySlice<String>, _ value: JSONValue, _ level: ResponseLevel?, _ body: (String) -> Bool
    ) -> Bool {
        guard let name = path.first else { return value.scalarText.map(body) ?? true }
        guard let next = value[name] else { return true }
        let member = level?[name]
        let rest = path.dropFirst()
        guard let member, member.isList, let elements = ListWrapper.elements(of: next, member) else {
            return forEachText(rest, next, member?.level, body)
        }
        for element in elements {
            guard forEachText(rest, element, member.level, body) else { return false }
        }
        return true
    }
}
