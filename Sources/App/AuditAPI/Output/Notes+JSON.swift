package import Audit
package import JSON
import TOP

extension Note {
    /// Writes the note as a JSON object.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("at")
        json.string(at)
        json.name("author")
        json.string(author)
        json.name("settles")
        if let settles { json.string(settles.rawValue) } else { json.null() }
        json.name("text")
        json.string(text)
        json.endObject()
    }
}

extension UnmaskEvent {
    /// Writes the member `openings` of a call.
    package static func write(_ openings: [UnmaskEvent], to json: inout JSONWriter) {
        json.name("openings")
        json.beginArray()
        for opening in openings { opening.write(to: &json) }
        json.endArray()
    }

    /// Writes the event as a JSON object.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("at")
        json.string(at)
        json.name("opener")
        json.string(opener)
        json.name("reason")
        json.string(reason)
        json.endObject()
    }
}

extension CallTimeline {
    /// Writes the timeline as a JSON object.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        for (name, value) in [("replica", replica), ("deadline", deadline), ("finished_at", finishedAt)] {
            json.name(name)
            if let value { json.string(value) } else { json.null() }
        }
        json.name("reconciled")
        json.bool(isReconciled)
        for (name, value) in [
            ("intent_ms", intentMicroseconds), ("top_ms", topMicroseconds), ("duration_ms", durationMicroseconds),
        ] {
            json.name(name)
            if let value { json.raw(CallSummary.milliseconds(value).utf8) } else { json.null() }
        }
        json.endObject()
    }
}

extension SealedRequest {
    /// Writes `{"id","method","parameters":{name: text as sent}}`, and `files` with sizes if the call has files.
    package func write(to json: inout JSONWriter, of row: CallSummary) {
        json.beginObject()
        json.name("id")
        json.string(row.id.text)
        json.name("method")
        json.string(row.method)
        json.content(parameters, fileSizes: files)
        json.endObject()
    }
}
