package import Audit
import Catalog
import EventLoop
import Problems
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
