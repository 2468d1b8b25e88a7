public import Audit
import Catalog
import EventLoop
import JSON
import Logging
import Postgres
public import Problems
import TOP
public import Vault

extension Worker {
    /// How long refusals gather before they are written.
    private static let refusalPause: Duration = .milliseconds(500)

    /// Adds a person's note to a call: `{"text":"…","settles":"done"|"not_done"}`.
    public func addNote(_ body: [UInt8], to id: CallID, by token: AccessToken) async throws(Problem) -> Reply {
        let (text, settles) = try Self.readNote(body)
        let note: Note?
        do {
            guard let row = try await reader.call(id) else { throw Problem(.notFound, "There is no such call.") }
            try token.checkMayRead(row)
            note = try await reader.add(text, settling: settles, to: id, by: token.name)
        } catch let error as PostgresError {
            throw Self.unreadable(error, logger)
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.internalError, "The note cannot be added.")
        }
        guard let note else {
            throw Problem(.invalidParameters, "A call takes at most \(Note.maximumCount) notes.")
        }
        var json = JSONWriter()
        note.write(to: &json)
        return Reply(status: 201, headers: [("Content-Type", "application/json")], body: json.bytes)
    }

    private static func readNote(_ body: [UInt8]) throws(Problem) -> (text: String, settles: Note.Settlement?) {
        let root: JSONValue
        do { root = try JSONDocument(body).root } catch {
            throw Problem(.malformedRequest, "The body is no JSON: \(error)")
        }
        guard root.kind == .object, let given = root["text"]?.string,
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
        // A note is read by whoever reads the trail.
        let shown = ValueMask().masked(text)
        guard let value = root["settles"], !value.isNull else { return (shown, nil) }
        guard let settles = value.string.flatMap({ Note.Settlement(rawValue: $0) }) else {
            throw Problem(.invalidParameters, "settles is done or not_done.")
        }
        return (shown, settles)
    }

    /// One page of requests that never became calls.
    public func refusals(_ filter: RefusalFilter, for token: AccessToken) async throws(Problem) -> Reply {
        let filter = try filter.narrowed(to: token)
        let found: [Refusal]
        do { found = try await reader.refusals(filter) } catch { throw Self.unreadable(error, logger) }
        let page = found.prefix(filter.limit)
        var json = JSONWriter(capacity: 256 + page.count * 256)
        json.beginObject()
        json.name("data")
        json.beginArray()
        for refusal in page { refusal.write(to: &json) }
        json.endArray()
        json.name("pagination")
        json.beginObject()
        json.name("limit")
        json.integer(filter.limit)
        json.name("next")
        if found.count > filter.limit, let last = page.last?.id { json.string(String(last)) } else { json.null() }
        json.endObject()
        json.endObject()
        return .json(json.bytes)
    }

    /// Leaves a trace of a request that did not become a call. Best effort: nothing waits for it, and a flood leaves a few.
    public func trace(_ refusal: Refusal) {
        refusalQueue.add(refusal, now: EventLoop.now())
        guard !refusalQueue.waiting.isEmpty, !isWritingRefusals else { return }
        isWritingRefusals = true
        Task {
            await loop.sleep(for: Self.refusalPause)
            try? await reader.add(refusalQueue.takeAll())
            isWritingRefusals = false
        }
    }

    func trace(_ problem: Problem, _ request: CallRequest, by token: AccessToken) {
        guard !request.isDryRun, problem.type != .draining else { return }
        var refusal = Refusal(
            atMilliseconds: WallClock.milliseconds(), caller: token.name, method: request.entry.method,
            status: problem.type.status, type: problem.type.rawValue,
            pointers: problem.faults.prefix(Refusal.maximumPointers).map {
                ValueMask().masked($0.pointer(naming: ChosenName.shown))
            })
        refusal.app = request.app.map(ChosenName.shown)
        refusal.seller = request.seller
        refusal.refs = request.refs
        refusal.clientRequestID = request.clientRequestID
        trace(refusal)
    }
}
