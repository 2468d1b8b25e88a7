package import Audit
import Catalog
import EventLoop
import Masking
package import Problems
import Time
import Vault

/// Writes rejected requests to the trail. It is used only on the worker's loop.
///
/// No reply waits for it. It drops most requests of a flood, and those that PostgreSQL does not take.
package final class RejectedRequestWriter {
    /// How long rejected requests are collected before they are written.
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

    /// Queues a rejected request.
    package func record(_ rejected: RejectedRequest) {
        queue.add(rejected, now: EventLoop.now())
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

    /// Queues a call that was rejected. It omits dry runs, and the calls that a stopping replica rejects.
    /// - Parameter relayRequestID: the `X-Request-Id` of the reply if the caller gave none.
    func record(_ problem: Problem, _ request: CallRequest, by token: AccessToken, relayRequestID: CallID) {
        guard !request.isDryRun, problem.type != .draining else { return }
        var rejected = RejectedRequest(
            problem, atMilliseconds: WallClock.milliseconds(), caller: token.name, method: request.entry.method,
            app: request.app, seller: request.seller)
        rejected.refs = request.refs
        rejected.clientRequestID = request.clientRequestID
        rejected.traceID = request.traceID
        rejected.relayRequestID = request.clientRequestID == nil ? relayRequestID.text : nil
        record(rejected)
    }
}

extension RejectedRequest {
    /// The record of a problem. Values of the caller are masked.
    /// - Parameters:
    ///   - app: the value of `Top-App`.
    ///   - seller: the value of `Top-Seller`.
    package init(
        _ problem: Problem, atMilliseconds: Int64, caller: String?, method: String, app: String?, seller: String?
    ) {
        func pointer(_ fault: Fault) -> String { ValueMask().masked(fault.pointer(naming: CallerSuppliedName.shown)) }
        self.init(
            atMilliseconds: atMilliseconds, caller: caller, method: method, status: problem.type.status,
            type: problem.type.rawValue, pointers: problem.faults.prefix(Self.maximumPointers).map(pointer))
        self.app = app.map(CallerSuppliedName.shown)
        self.seller = seller
        detail = Self.masked(problem.detail, app: app, seller: seller)
        errors = problem.faults.prefix(Self.maximumErrors).map { fault in
            RequestError(
                pointer: pointer(fault), code: fault.code.rawValue, detail: ValueMask().masked(fault.detail))
        }
        idempotencyID = problem.idempotencyID
    }

    /// A detail without private values. It may quote a name from the caller's JSON, or the name of an app. The seller's
    /// name is not masked, because the row has it too.
    private static func masked(_ detail: String, app: String?, seller: String?) -> String {
        var detail = detail
        if let app, !app.isEmpty, CallerSuppliedName.shown(app) != app { detail = detail.replacing(app, with: "***") }
        let parts = detail.split(separator: "\"", omittingEmptySubsequences: false)
        let shown = parts.enumerated().map { index, part in
            index.isMultiple(of: 2) || String(part) == seller ? String(part) : CallerSuppliedName.shown(String(part))
        }
        return ValueMask().masked(shown.joined(separator: "\""))
    }
}
