import Catalog
import HTTPServer
import Problems
import Relay
import Requests
import Vault

/// Answers calls. All steps run on the worker's loop.
struct CallEndpoint: Sendable {
    let context: RequestContext
    let entry: Entry
    /// The request's body, which the request that is served does not hold.
    let body: RequestBody

    /// Answers one call; `reply` is called on the worker's loop.
    func serve(
        _ request: ServerRequest, receivedAt: UInt64, on worker: isolated Worker, reply: @Sendable (Reply) -> Void
    ) async {
        do throws(Problem) {
            reply(try await call(request, receivedAt: receivedAt, on: worker))
        } catch {
            reply(error.reply)
        }
    }

    private func call(
        _ request: ServerRequest, receivedAt: UInt64, on worker: isolated Worker
    ) async throws(Problem) -> Reply {
        let token: AccessToken
        do throws(Problem) {
            token = try context.confirmedCaller(by: worker)
        } catch {
            if (try? context.fields.isDryRun()) != true {
                worker.trace(context.fields.refusal(error, of: entry, by: context.caller?.name))
            }
            throw error
        }
        return await worker.call(try callRequest(request, receivedAt: receivedAt), by: token)
    }

    /// What the headers and the body of a call say.
    private func callRequest(_ request: ServerRequest, receivedAt: UInt64) throws(Problem) -> CallRequest {
        _ = try context.operation.checkedQuery(request.query)
        let fields = context.fields
        let boundary = try fields.boundary(entry)
        let key = try fields.idempotencyKey.value(emptyIsAbsent: false)
        let clientRequestID = try fields.clientRequestID()
        var call = CallRequest(
            entry: entry, body: body.take(), app: try fields.app.value(), seller: try fields.seller.value(),
            refs: try CallHeaders.refs(fields.refs),
            idempotencyKey: try key.map { value throws(Problem) in try CallHeaders.idempotencyKey(value) },
            clientRequestID: clientRequestID, traceID: CallHeaders.traceID(fields.traceParent),
            isDryRun: try fields.isDryRun(), receivedAt: receivedAt)
        call.boundary = boundary
        call.reservation = request.reservation
        return call
    }
}
