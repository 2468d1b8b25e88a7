import Audit
import Catalog
import JSON
import Postgres
package import Problems
package import Requests
import Vault

extension AuditHandlers {
    /// `POST /v1/audit/calls/{id}/notes`: adds a person's note, `{"text":"…","settles":"done"|"not_done"}`.
    package func addNote(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let (text, settles) = try Self.readNote(request.body)
        let row = try await row(of: request)
        let note = try await reading { () async throws(PostgresError) in
            try await reader.add(text, settling: settles, to: row, by: request.caller.name)
        }
        guard let note else {
            throw Problem(.invalidParameters, "A call takes at most \(Note.maximumCount) notes.")
        }
        var json = JSONWriter()
        note.write(to: &json)
        return Reply(status: 201, headers: [("Content-Type", "application/json")], body: json.bytes)
    }

    private static func readNote(_ body: [UInt8]) throws(Problem) -> (text: String, settles: Note.Settlement?) {
        let root = try AuditBody.object(body)
        guard let given = root["text"]?.string,
            given.unicodeScalars.count <= Note.maximumLength,
            case let text = given.replacing("\0", with: ""), !text.allSatisfy(\.isWhitespace)
        else {
            throw Problem(
                .invalidParameters,
                "A note is {\"text\":\"…\"} with 1 to \(Note.maximumLength) characters, and settles where it settles the call."
            )
        }
        for member in root.members where member.name != "text" && member.name != "settles" {
            throw Problem(
                .invalidParameters, "A note has no member \"\(member.name.prefix(64))\"; there are text and settles.")
        }
        // Every reader of the trail sees the note.
        let shown = ValueMask().masked(text)
        guard let value = root["settles"], !value.isNull else { return (shown, nil) }
        guard let settles = value.string.flatMap({ Note.Settlement(rawValue: $0) }) else {
            throw Problem(.invalidParameters, "settles is done or not_done.")
        }
        return (shown, settles)
    }
}

/// Reads the bodies of the audit API.
enum AuditBody {
    /// A body that is one JSON object.
    static func object(_ body: [UInt8]) throws(Problem) -> JSONValue {
        let root: JSONValue
        do { root = try JSONDocument(body).root } catch {
            throw Problem(.malformedRequest, "The body is not acceptable JSON: \(error).")
        }
        guard root.kind == .object else { throw Problem(.invalidParameters, "The body must be a JSON object.") }
        return root
    }
}
