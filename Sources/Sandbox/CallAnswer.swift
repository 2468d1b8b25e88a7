import Catalog

/// The answer to one call that passed all checks, and what a fault makes of it.
struct CallAnswer {
    let entry: Entry
    let values: [String: String]
    let requestID: String
    var inner: AnswerNode

    init(entry: Entry, values: [String: String], requestID: String, epochSeconds: Int) {
        self.entry = entry
        self.values = values
        self.requestID = requestID
        inner = AnswerBuilder(entry: entry, values: values, epochSeconds: epochSeconds).build()
        inner["request_id"] = .text(requestID)
    }

    /// The answer as documented.
    func response(root: String? = nil) -> WireResponse {
        Self.encode(inner, root: root ?? entry.responseRoot, values: values)
    }

    /// The answer with a fault.
    func steps(_ fault: SandboxFault?) -> [Step] {
        switch fault {
        case nil: return response().steps
        case .latency(let milliseconds): return [.wait(milliseconds: milliseconds)] + response().steps
        case .hang: return [.wait(milliseconds: SandboxFault.maximumMilliseconds), .close]
        case .ban(let seconds, let wholeApp):
            let scope = wholeApp ? "app-access-count" : "app-api-access-count"
            let text = "This ban will last for \(seconds) more seconds"
            return error(TOPFault(7, "App Call Limited", "accesscontrol.limited-by-\(scope)", text)).steps
        case .error(let code, let message, let subCode, let subMessage):
            return error(TOPFault(code, message, subCode, subMessage)).steps
        case .status(let status):
            return WireResponse.page(status, "\(status) \(WireResponse.reasons[status] ?? "Status")").steps
        case .html: return WireResponse.page(200, "系统繁忙,请稍后再试").steps
        case .empty: return WireResponse(contentType: "text/plain", body: []).steps
        case .cut: return [.close]
        case .half:
            let whole = response()
            return [.write(whole.head + whole.body.prefix(whole.body.count / 2)), .close]
        case .controlCharacters: return changed { $0.withControlCharacters() }.steps
        case .longIDs: return changed { $0.withLongNumbers() }.steps
        case .missingLists: return changed { $0.withoutLists() }.steps
        case .otherRoot: return response(root: "unexpected_response").steps
        }
    }

    private func changed(_ change: (AnswerNode) -> AnswerNode) -> WireResponse {
        var copy = self
        copy.inner = change(inner)
        return copy.response()
    }

    private func error(_ fault: TOPFault) -> WireResponse {
        Self.encode(fault.answer(requestID: requestID), root: "error_response", values: values)
    }

    /// An answer in the format that the call asked for: XML unless it says json. `simplify` takes the root away from a
    /// good answer, never from an error.
    static func encode(_ inner: AnswerNode, root: String, values: [String: String]) -> WireResponse {
        guard values["format"] == "json" else {
            return WireResponse(contentType: "text/xml;charset=UTF-8", body: inner.xml(root: root))
        }
        let isSimplified = values["simplify"] == "true" && root != "error_response"
        let body = isSimplified ? inner.json(simplified: true) : AnswerNode.object([(root, inner)]).json()
        return WireResponse(contentType: "text/javascript;charset=UTF-8", body: body)
    }
}
