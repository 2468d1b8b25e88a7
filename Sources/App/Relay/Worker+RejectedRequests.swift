package import Audit
import Catalog
import EventLoop
import Problems
import Time
import Vault

/// Requests that never become calls leave a trace.
extension Worker {
    /// How long rejected requests gather before they are written.
    private static let rejectedRequestPause: Duration = .milliseconds(500)

    /// Leaves a trace of a request that did not become a call. Best effort: nothing waits for it, and a flood leaves few.
    package func trace(_ refusal: RejectedRequest) {
        refusalQueue.add(refusal, now: EventLoop.now())
        guard !refusalQueue.waiting.isEmpty, !isWritingRefusals else { return }
        isWritingRefusals = true
        Task {
            await loop.sleep(for: Self.rejectedRequestPause)
            try? await reader.add(refusalQueue.takeAll())
            isWritingRefusals = false
        }
    }

    func trace(_ problem: Problem, _ request: CallRequest, by token: AccessToken) {
        guard !request.isDryRun, problem.type != .draining else { return }
        var refusal = RejectedRequest(
            atMilliseconds: WallClock.milliseconds(), caller: token.name, method: request.entry.method,
            status: problem.type.status, type: problem.type.rawValue,
            pointers: problem.faults.prefix(RejectedRequest.maximumPointers).map {
                ValueMask().masked($0.pointer(naming: ChosenName.shown))
            })
        refusal.app = request.app.map(ChosenName.shown)
        refusal.seller = request.seller
        refusal.refs = request.refs
        refusal.clientRequestID = request.clientRequestID
        trace(refusal)
    }
}
