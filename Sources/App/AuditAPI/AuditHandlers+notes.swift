import Audit
import JSON
import Masking
import Postgres
package import Problems
package import Requests
import Vault

extension AuditHandlers {
    /// `POST /v1/audit/calls/{id}/notes`: adds a note, `{"text":"…","settles":"done"|"not_done"}`.
    package func addNote(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let (text, settles) = try Self.readNote(request.body)
        let row = try await row(of: request)
        let note = try await reading { () async throws(PostgresError) in
            try await reader.add(text, settling: settles, to: row, by: request.caller.name)
        }
        guard let note else {
            throw Problem(.invalidParameters, "The call already has \(Note.maximumCount) notes, the maximum.")
        }
        var json = JSONWriter()
        note.write(to: &json)
        return .json(json.bytes, status: 201)
    }

    private static func readNote(_ body: [UInt8]) throws(Problem) -> (text: String, settles: Note.Settlement?) {
        let root = try AuditBody.object(body)
        guard let given = root["text"]?.string,
            given.unicodeScalars.count <= Note.maximumLength,
            case let text = given.replacing("\0", with: ""), !text.allSatisfy(\.isWhitespace)
        else {
            throw Problem(
                .invalidParameters,
                "A note must be {\"text\":\"…\"} with 1 to \(Note.maximumLength) characters, and may have \"settles\"."
            )
        }
        for member in root.members where member.name != "text" && member.name != "settles" {
            throw Problem(
                .invalidParameters,
                "\"\(member.name.prefix(64))\" is not a member of a note. Its members are text and settles.")
        }
        // Every reader of the trail sees the note.
        let shown = ValueMask().masked(text)
        guard let value = root["settles"], !value.isNull else { return (shown, nil) }
        guard let settles = value.string.flatMap({ Note.Settlement(rawValue: $0) }) else {
            throw Problem(.invalidParameters, "settles must be done or not_done.")
        }
        return (shown, settles)
    }
}

/// Reads the request bodies of the audit API.
enum AuditBody {
    /// Parses a body that must be one JSON object.
    static func object(_ body: [UInt8]) throws(Problem) -> JSONValue {
        let root: JSONValue
        do { root = try JSONDocument(body).root } catch {
            throw Problem(.malformedRequest, "The body is not acceptable JSON: \(error).")
        }
        guard root.kind == .object else { throw Problem(.invalidParameters, "The body must be a JSON object.") }
        return root
    }
}
