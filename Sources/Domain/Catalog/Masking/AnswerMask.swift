import Bytes
package import JSON
package import TOP

/// Shows an answer as far as its entry knows it: of a method marked personal, what the entry does not know keeps its
/// name and its place, and not its value.
struct AnswerMask {
    /// What is to be shown of a scalar.
    private enum Shown {
        case itself
        case masked(String)
    }

    private let hidesUnknown: Bool
    /// The scalars that the entry knows, by where they stand.
    private var known: [Int: Shown] = [:]

    private init(hidesUnknown: Bool) {
        self.hidesUnknown = hidesUnknown
    }

    /// The text of an answer whose inner object was found.
    static func response(_ inner: JSONValue, of entry: Entry, _ mask: ValueMask) -> String {
        var shown = AnswerMask(hidesUnknown: entry.isPersonal)
        shown.keepRequestID(of: inner.documentRoot)
        shown.object(inner, entry.answerLevel)
        shown.keepRequestID(of: inner)
        return shown.text(inner.documentRoot.raw, mask)
    }

    /// The text of an answer that is an `error_response`: what TOP documents of it is known.
    static func error(_ root: JSONValue, _ mask: ValueMask) -> String {
        var shown = AnswerMask(hidesUnknown: true)
        shown.keepRequestID(of: root)
        // The error stands in `error_response`, or it is the response itself.
        for field in root.fields where field.value.kind == .object { shown.keepError(of: field.value) }
        return shown.text(root.raw, mask)
    }

    /// Keeps what TOP documents of an error: in an object itself, in its `body`, and in the `error_response` of both.
    private mutating func keepError(of object: JSONValue) {
        let names = [
            "code", "msg", "message", "sub_code", "sub_msg", "sub_message", "flag", "success", "request_id",
        ]
        for holder in [object, object["body"]].compactMap({ $0 }) {
            for error in [holder, holder["error_response"]].compactMap({ $0 }) {
                for name in names {
                    if let value = error[name], value.scalarText != nil { known[value.offset] = .itself }
                }
            }
        }
    }

    /// The text of an answer of which nothing is known; of one that is no JSON object or list, such as a proxy's page,
    /// nothing is shown.
    static func unreadable(_ body: [UInt8], _ mask: ValueMask) -> String {
        guard JSONScalars.isOutlined(body.span) else {
            return body.isEmpty || body.elementsEqual("null".utf8) ? String(decoding: body, as: UTF8.self) : "***"
        }
        return AnswerMask(hidesUnknown: true).text(body[...], mask)
    }

    private mutating func keepRequestID(of object: JSONValue) {
        if let id = object["request_id"], id.scalarText != nil { known[id.offset] = .itself }
    }

    private mutating func object(_ value: JSONValue, _ level: AnswerLevel) {
        for field in value.fields {
            guard let member = field.withNameBytes({ level[$0] }) else { continue }
            if member.isList, let elements = ListWrapper.elements(of: field.value, member) {
                for element in elements { self.element(element, member) }
            } else if !member.isList || member.sensitivity != nil {
                element(field.value, member)
            }
        }
    }

    private mutating func element(_ value: JSONValue, _ member: AnswerLevel.Member) {
        if let level = member.level, value.kind == .object { return object(value, level) }
        guard let text = value.scalarText else { return }
        if let sensitivity = member.sensitivity {
            known[value.offset] = .masked(sensitivity.mask(text))
        } else if member.admits(value) {
            known[value.offset] = .itself
        }
    }

    private func text(_ source: ArraySlice<UInt8>, _ mask: ValueMask) -> String {
        let text = source.span
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + 64)
        var copied = 0
        JSONScalars.forEach(text) { range in
            let shown: String
            switch known[range.lowerBound + source.startIndex] {
            case .itself: return
            case .masked(let text): shown = text
            case nil:
                guard hidesUnknown else { return }
                shown = "***"
            }
            mask.append(text.extracting(copied..<range.lowerBound), to: &bytes)
            bytes.append(UInt8(ascii: "\""))
            bytes.append(contentsOf: shown.utf8)
            bytes.append(UInt8(ascii: "\""))
            copied = range.upperBound
        }
        mask.append(text.extracting(copied..<text.count), to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Entry {
    /// TOP's answer as the trail may show it: private values masked, and, where the method is marked personal, the values
    /// of all that the entry does not know.
    /// - Parameters:
    ///   - body: as it was received.
    ///   - answer: what was read of it; nil where it was not looked at.
    ///   - mask: the call's.
    package func shown(_ body: [UInt8], _ answer: TOPResponse?, _ mask: ValueMask) -> String {
        guard isPersonal else { return mask.masked(String(decoding: body, as: UTF8.self)) }
        if case .error = answer, let document = try? JSONDocument(body, options: .tolerant) {
            return AnswerMask.error(document.root, mask)
        }
        return AnswerMask.unreadable(body, mask)
    }

    /// The same for a response whose meaning is known.
    package func shown(_ inner: JSONValue, _ interpretation: Interpretation) -> String {
        guard interpretation.isWhollyKnown else { return AnswerMask.response(inner, of: self, interpretation.mask) }
        // The body, with its faults of encoding repaired: well-formed UTF-8.
        return interpretation.mask.masked(String(wellFormed: inner.documentBytes.span))
    }
}
