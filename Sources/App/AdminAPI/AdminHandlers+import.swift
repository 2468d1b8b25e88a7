package import Bytes
package import HTTPServer
import JSON
import Problems
package import Requests
import Telemetry
import Vault

extension AdminHandlers {
    /// The longest body of an import in bytes.
    package static let maximumImportBytes = 64 << 20
    /// The maximum number of simultaneous imports of a replica.
    private static let maximumImports = 2
    /// The longest line in bytes. A session key has at most 1024.
    private static let maximumLineBytes = 64 << 10
    /// How many answers go out together.
    private static let linesPerPiece = 50

    /// `PUT /v1/admin/apps/{app}/sessions`: stores the session of each line, in a transaction of its own. The answers
    /// go out while the rest is stored. A client that goes away does not end the import.
    /// - Parameters:
    ///   - reservation: what the request holds of the budget of bodies. It holds the body until the end.
    ///   - reply: called once.
    package func importSessions(
        _ request: AuthorizedRequest, _ reservation: ByteReservation?, reply: @Sendable (ServerResponse) -> Void
    ) async {
        do throws(Problem) {
            let app = try request.names.app
            guard imports < Self.maximumImports else {
                throw Problem(
                    .overloaded, "This replica already runs \(imports) imports, its maximum. Try again later.",
                    retryable: true, retryAfterSeconds: 10)
            }
            imports += 1
            defer { imports -= 1 }
            _ = try await onVault(for: request) { store throws(VaultError) in try await store.app(named: app) }
            let stream = ResponseStream()
            let headers = [("Content-Type", "application/x-ndjson"), ("X-Accel-Buffering", "no")]
            reply(ServerResponse(status: 200, headers: headers, stream: stream))
            // The start of the response has returned the bytes of the body, which is still there.
            reservation?.hold(request.body.count)
            await store(request, app, answering: stream)
            reservation?.release()
        } catch {
            var response = ServerResponse(status: error.reply.status, headers: error.reply.headers)
            response.body = error.reply.body
            reply(response)
        }
    }

    private func store(_ request: AuthorizedRequest, _ app: String, answering stream: ResponseStream) async {
        var batch = SessionBatch(app: app)
        var answers: [UInt8] = []
        var waiting = 0
        var outage: Problem?
        for line in request.body.split(separator: UInt8(ascii: "\n")) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard !line.isEmpty else { continue }
            let answer = await store(line, app, by: request.author, &batch, &outage)
            answers += answer.line
            waiting += 1
            guard waiting == Self.linesPerPiece else { continue }
            try? await stream.write(answers)
            answers = []
            waiting = 0
        }
        if waiting > 0 { try? await stream.write(answers) }
        stream.finish()
    }

    /// Stores one line. After PostgreSQL has failed, no other line is tried.
    private func store(
        _ line: ArraySlice<UInt8>, _ app: String, by author: ChangeAuthor, _ batch: inout SessionBatch,
        _ outage: inout Problem?
    ) async -> ImportAnswer {
        var seller: String?
        do throws(Problem) {
            if let outage { throw outage }
            guard line.count <= Self.maximumLineBytes else {
                throw Problem(.payloadTooLarge, "The line has more than \(Self.maximumLineBytes) bytes.")
            }
            var body = try AdminBody(Array(line))
            seller = body.requiredText("seller")
            let session = Self.readSession(&body, app: app, seller: seller ?? "")
            try body.finish(shown: SessionRecord.shownMembers)
            let (isNew, next) = try await put(session, batch, by: author)
            batch = next
            return ImportAnswer(seller: seller, status: isNew ? 201 : 200)
        } catch {
            if error.type == .auditUnavailable { outage = error }
            return ImportAnswer(seller: seller, status: error.type.status, detail: error.detail)
        }
    }

    private func put(
        _ session: SessionInput, _ batch: SessionBatch, by author: ChangeAuthor
    ) async throws(Problem) -> (isNew: Bool, next: SessionBatch) {
        do throws(VaultError) {
            return try await inVault(author) { store throws(VaultError) in
                var next = batch
                let isNew = try await next.put(session, in: store)
                return (isNew, next)
            }
        } catch {
            throw problem(of: error)
        }
    }
}

/// The answer to one line of an import: `{"seller","status"}`, and `detail` for a fault.
private struct ImportAnswer {
    /// Nil if the line names none.
    var seller: String?
    var status: Int
    var detail: String?

    var line: [UInt8] {
        var json = JSONWriter(capacity: 64)
        json.beginObject()
        json.nullable("seller", seller)
        json.name("status")
        json.integer(status)
        json.optional("detail", detail)
        json.endObject()
        json.endLine()
        return json.bytes
    }
}
