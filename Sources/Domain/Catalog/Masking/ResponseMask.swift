import Bytes
package import JSON
package import Masking
package import TOP

/// Masks a response by its entry. In a personal method, values of unknown fields become `***`. Their names stay.
struct ResponseMask {
    /// How a scalar is shown.
    private enum Shown {
        case itself
        case masked(String)
    }

    private let hidesUnknown: Bool
    /// The scalars that the entry knows, by their offsets in the text.
    private var known: [Int: Shown] = [:]

    private init(hidesUnknown: Bool) {
        self.hidesUnknown = hidesUnknown
    }

    /// The masked text of a response.
    /// - Parameter inner: the object inside the wrapper.
    static func response(_ inner: JSONValue, of entry: Entry, _ mask: ValueMask) -> String {
        var shown = ResponseMask(hidesUnknown: entry.isPersonal)
        shown.keepRequestID(of: inner.documentRoot)
        shown.object(inner, entry.responseLevel)
        shown.keepRequestID(of: inner)
        return shown.text(inner.documentRoot.raw, mask)
    }

    /// The masked text of an error. The members that TOP documents for errors are shown.
    static func error(_ root: JSONValue, _ mask: ValueMask) -> String {
        var shown = ResponseMask(hidesUnknown: true)
        shown.keepRequestID(of: root)
        // The error is in `error_response`, or it is the response itself.
        for field in root.fields where field.value.kind == .object { shown.keepError(of: field.value) }
        return shown.text(root.raw, mask)
    }

    /// Shows the documented members of an error: in an object itself, in its `body`, and in the `error_response` of
    /// both.
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

    /// The masked text of a response that could not be read. If it is not a JSON object or list, such as the page of a
    /// proxy, it is `***`.
    static func unreadable(_ body: [UInt8], _ mask: ValueMask) -> String {
        guard JSONScalars.isOutlined(body.span) else {
            return body.isEmpty || body.elementsEqual("null".utf8) ? String(decoding: body, as: UTF8.self) : "***"
        }
        return ResponseMask(hidesUnknown: true).text(body[...], mask)
    }

    private mutating func keepRequestID(of object: JSONValue) {
        if let id = object["request_id"], id.scalarText != nil { known[id.offset] = .itself }
    }

    private mutating func object(_ value: JSONValue, _ level: ResponseLevel) {
        for field in value.fields {
            guard let member = field.withNameBytes({ level[$0] }) else { continue }
            if member.isList, let elements = ListWrapper.elements(of: field.value, member) {
                for element in elements { self.element(element, member) }
            } else if !member.isList || member.sensitivity != nil {
                element(field.value, member)
            }
        }
    }

    private mutating func element(_ value: JSONValue, _ member: ResponseLevel.Member) {
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
    /// TOP's response for the trail, with private values masked. In a personal method, values of unknown fields are
    /// masked too.
    /// - Parameters:
    ///   - body: the bytes as received.
    ///   - answer: the response that was read from them; nil if they were not read.
    ///   - mask: the mask of the call.
    package func shown(_ body: [UInt8], _ answer: TOPResponse?, _ mask: ValueMask) -> String {
        guard isPersonal else { return mask.masked(String(decoding: body, as: UTF8.self)) }
        if case .error = answer, let document = try? JSONDocument(body, options: .tolerant) {
            return ResponseMask.error(document.root, mask)
        }
        return ResponseMask.unreadable(body, mask)
    }

    /// Like `shown`, for a response that was interpreted.
    package func shown(_ inner: JSONValue, _ interpretation: Interpretation) -> String {
        guard interpretation.isWhollyKnown else { return ResponseMask.response(inner, of: self, interpretation.mask) }
        // The body as well-formed UTF-8.
        return interpretation.mask.masked(String(wellFormed: inner.documentBytes.span))
    }
}
