import Audit
import Catalog
import EventLoop
import HTTPServer
import Problems
import Relay
import Requests
import Vault

/// Passes calls to the call pipeline, on the loop of their connection.
struct CallEndpoint {
    let context: RequestContext
    let entry: Entry

    /// Answers one call. `reply` is called once, on the loop's thread, perhaps before this function returns.
    func serve(
        _ request: consuming ServerRequest, receivedAt: UInt64, on worker: Worker,
        reply: @escaping @Sendable (Reply) -> Void
    ) {
        do throws(Problem) {
            let token = try confirmedCaller(by: worker)
            worker.pipeline.value.start(try callRequest(request, receivedAt: receivedAt), by: token, reply: reply)
        } catch {
            reply(error.reply)
        }
    }

    /// The caller. If its token is not valid any more, the request is recorded as a rejected request.
    private func confirmedCaller(by worker: Worker) throws(Problem) -> AccessToken {
        do throws(Problem) {
            return try context.confirmedCaller(by: worker)
        } catch {
            throw context.fields.rejected(error, of: entry, by: context.caller?.name, on: worker)
        }
    }

    /// The call that the headers and the body describe.
    private func callRequest(_ request: consuming ServerRequest, receivedAt: UInt64) throws(Problem) -> CallRequest {
        _ = try context.operation.checkedQuery(request.query)
        let fields = context.fields
        if entry.isRaw { try fields.checkIsJSON() }
        let boundary = entry.isRaw ? nil : try fields.boundary(entry)
        let key = try fields.idempotencyKey.value(emptyIsAbsent: false)
        let clientRequestID = try fields.clientRequestID()
        return CallRequest(
            entry: entry, body: request.body, app: try fields.app.value(), seller: try fields.seller.value(),
            refs: try CallHeaders.refs(fields.refs),
            idempotencyKey: try key.map { value throws(Problem) in try CallHeaders.idempotencyKey(value) },
            clientRequestID: clientRequestID, traceID: CallHeaders.traceID(fields.traceParent),
            isDryRun: try fields.isDryRun(), timeoutSeconds: try fields.timeoutSeconds(), receivedAt: receivedAt,
            boundary: boundary, reservation: request.reservation)
    }
}
