package import Audit
import Catalog
import EventLoop
package import Problems
import Time
import Vault

/// Writes rejected requests, which never become calls, to the trail. It lives on the worker's loop.
///
/// It does its best: nothing waits for it, and it keeps few requests of a flood.
package final class RejectedRequestWriter {
    /// How long rejected requests gather before they are written.
    private static let pause: Duration = .milliseconds(500)

    private let loop: EventLoop
    private let reader: TrailReader
    private var queue = RejectedRequestQueue()
    private var isWriting = false

    /// A writer that uses the connections of `reader`.
    init(loop: EventLoop, reader: TrailReader) {
        self.loop = loop
        self.reader = reader
    }

    /// Leaves a trace of a rejected request.
    package func trace(_ refusal: RejectedRequest) {
        queue.add(refusal, now: EventLoop.now())
        guard !queue.waiting.isEmpty, !isWriting else { return }
        isWriting = true
        let writer = LoopBound(self, loop: loop)
        Task(executorPreference: loop) { await writer.value.writeLater() }
    }

    private func writeLater() async {
        await loop.sleep(for: Self.pause)
        try? await reader.add(queue.takeAll())
        isWriting = false
    }

    /// Leaves a trace of a call that was refused. A dry run leaves none, and neither does a replica that stops.
    /// - Parameter relayRequestID: the `X-Request-Id` of the reply if the caller gave none.
    func trace(_ problem: Problem, _ request: CallRequest, by token: AccessToken, relayRequestID: CallID) {
        guard !request.isDryRun, problem.type != .draining else { return }
        var refusal = RejectedRequest(
            problem, atMilliseconds: WallClock.milliseconds(), caller: token.name, method: request.entry.method,
            app: request.app, seller: request.seller)
        refusal.refs = request.refs
        refusal.clientRequestID = request.clientRequestID
        refusal.traceID = request.traceID
        refusal.relayRequestID = request.clientRequestID == nil ? relayRequestID.text : nil
        trace(refusal)
    }
}

extension RejectedRequest {
    /// What the trail keeps of a problem. Values of the caller are masked.
    /// - Parameters:
    ///   - app: the value of `Top-App`.
    ///   - seller: the value of `Top-Seller`.
    package init(
        _ problem: Problem, atMilliseconds: Int64, caller: String?, method: String, app: String?, seller: String?
    ) {
        func pointer(_ fault: Fault) -> String { ValueMask().masked(fault.pointer(naming: ChosenName.shown)) }
        self.init(
            atMilliseconds: atMilliseconds, caller: caller, method: method, status: problem.type.status,
            type: problem.type.rawValue, pointers: problem.faults.prefix(Self.maximumPointers).map(pointer))
        self.app = app.map(ChosenName.shown)
        self.seller = seller
        detail = Self.masked(problem.detail, app: app, seller: seller)
        errors = problem.faults.prefix(Self.maximumErrors).map { fault in
            RequestError(
                pointer: pointer(fault), code: fault.code.rawValue, detail: ValueMask().masked(fault.detail))
        }
        idempotencyID = problem.idempotencyID
    }

    /// A detail without private values. It may quote a name of the caller's JSON or the name of an app. The seller's
    /// name stays, because it is stored anyway.
    private static func masked(_ detail: String, app: String?, seller: String?) -> String {
        var detail = detail
        if let app, !app.isEmpty, ChosenName.shown(app) != app { detail = detail.replacing(app, with: "***") }
        let parts = detail.split(separator: "\"", omittingEmptySubsequences: false)
        let shown = parts.enumerated().map { index, part in
            index.isMultiple(of: 2) || String(part) == seller ? String(part) : ChosenName.shown(String(part))
        }
        return ValueMask().masked(shown.joined(separator: "\""))
    }
}
