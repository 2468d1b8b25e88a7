package import Audit
package import JSON

extension TraceEvent {
    /// Writes the event as a call or a rejected request with the member `kind`.
    package func write(to json: inout JSONWriter) {
        switch self {
        case .call(let call): call.write(to: &json) { Self.write("call", to: &$0) }
        case .refusal(let refusal): refusal.write(to: &json) { Self.write("refusal", to: &$0) }
        }
    }

    private static func write(_ kind: String, to json: inout JSONWriter) {
        json.name("kind")
        json.string(kind)
    }
}

extension Trace {
    /// Writes `{"data":[…],"summary":{…}}`.
    package func write(_ summary: TraceSummary, to json: inout JSONWriter) {
        json.beginObject()
        json.name("data")
        json.beginArray()
        for event in events { event.write(to: &json) }
        json.endArray()
        json.name("summary")
        summary.write(to: &json)
        json.endObject()
    }
}

extension TraceSummary {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        for (name, count) in [("requests", requests), ("not_sent", notSent), ("sent", sent)] + outcomes {
            json.name(name)
            json.integer(count)
        }
        json.name("possibly_duplicated")
        json.bool(isPossiblyDuplicated)
        if isTruncated {
            json.name("truncated")
            json.bool(true)
        }
        json.endObject()
    }
}
