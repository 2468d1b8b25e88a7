import Catalog

/// The response to one call that passed all checks, with or without a fault.
struct CallResponse {
    let entry: Entry
    let values: [String: String]
    let requestID: String
    private let epochSeconds: Int
    var inner: ResponseNode

    init(entry: Entry, values: [String: String], requestID: String, epochSeconds: Int) {
        self.entry = entry
        self.values = values
        self.requestID = requestID
        self.epochSeconds = epochSeconds
        inner = ResponseBuilder(entry: entry, values: values, epochSeconds: epochSeconds).build()
        inner["request_id"] = .text(requestID)
    }

    /// The documented response.
    func response(root: String? = nil) -> WireResponse {
        Self.encode(inner, root: root ?? entry.responseRoot, values: values)
    }

    /// The steps of the response with a fault.
    func steps(_ fault: SandboxFault?) -> [ResponseStep] {
        switch fault {
        case nil: return response().steps
        case .latency(let milliseconds): return [.wait(milliseconds: milliseconds)] + response().steps
        case .hang: return [.wait(milliseconds: SandboxFault.maximumMilliseconds), .close]
        case .ban(let seconds, let wholeApp):
            let scope = wholeApp ? "app-access-count" : "app-api-access-count"
            let text = "This ban will last for \(seconds) more seconds"
            return error(GatewayError(7, "App Call Limited", "accesscontrol.limited-by-\(scope)", text)).steps
        case .error(let code, let message, let subCode, let subMessage):
            return error(GatewayError(code, message, subCode, subMessage)).steps
        case .clock(let seconds): return late(by: seconds).steps
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

    /// The response of a gateway whose clock is ahead.
    private func late(by seconds: Int) -> WireResponse {
        guard abs(seconds) <= SystemCheck.windowSeconds else {
            return error(SystemCheck.invalidTimestamp(epochSeconds + seconds))
        }
        return Self(entry: entry, values: values, requestID: requestID, epochSeconds: epochSeconds + seconds).response()
    }

    private func changed(_ change: (ResponseNode) -> ResponseNode) -> WireResponse {
        var copy = self
        copy.inner = change(inner)
        return copy.response()
    }

    private func error(_ fault: GatewayError) -> WireResponse {
        Self.encode(fault.answer(requestID: requestID), root: "error_response", values: values)
    }

    /// Encodes a response in the format of the call: XML unless it asks for json. `simplify` removes the root from a
    /// successful response, never from an error. The Qimen cloud's responses and errors stand in `response` and have a
    /// `flag`.
    static func encode(_ inner: ResponseNode, root: String, values: [String: String]) -> WireResponse {
        var (inner, root) = (inner, root)
        // A call with target_app_key is one of the Qimen cloud.
        if values["target_app_key"] != nil {
            inner = root == "error_response" ? inner.asFlagFailure() : inner.withFlag("success")
            root = "response"
        }
        guard values["format"] == "json" else {
            return WireResponse(contentType: "text/xml;charset=UTF-8", body: inner.xml(root: root))
        }
        let isSimplified = values["simplify"] == "true" && root != "error_response"
        let body = isSimplified ? inner.json(simplified: true) : ResponseNode.object([(root, inner)]).json()
        return WireResponse(contentType: "text/javascript;charset=UTF-8", body: body)
    }
}
