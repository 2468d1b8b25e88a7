import EventLoop

/// Limits how many large calls are checked and recorded at a time. It is used only on the worker's loop.
///
/// Until its intent is durable, a call holds its parameters, their masked form and two encoded rows: about four times
/// its body. While a call with a large body waits here, it holds only the body.
final class LargeCallGate {
    /// Permission to be checked and recorded. It ends with `leave()`, or when it is released.
    final class Pass {
        private let gate: LargeCallGate
        private var bytes: Int

        fileprivate init(_ gate: LargeCallGate, _ bytes: Int) {
            self.gate = gate
            self.bytes = bytes
        }

        /// Lets the next call in.
        func leave() {
            gate.leave(bytes)
            bytes = 0
        }

        deinit { leave() }
    }

    private final class Waiter {
        let bytes: Int
        var timer: LoopTimer?
        private var continuation: CheckedContinuation<Bool, Never>?

        init(_ bytes: Int, _ continuation: CheckedContinuation<Bool, Never>) {
            self.bytes = bytes
            self.continuation = continuation
        }

        func resume(_ isAdmitted: Bool) {
            timer?.cancel()
            continuation?.resume(returning: isAdmitted)
            continuation = nil
        }
    }

    /// Smaller bodies need no pass.
    static let smallBytes = 64 << 10
    /// The bytes of all bodies with a pass. A single body may be larger. The rows of this many bytes fill two batches.
    static let usualLimit = 4 << 20

    private let loop: EventLoop
    private let limit: Int
    private var inside = 0
    private var waiting: [Waiter] = []
    private var isClosed = false

    init(loop: EventLoop, limit: Int = usualLimit) {
        self.loop = loop
        self.limit = limit
    }

    /// Waits for a pass, in order of arrival, until `deadline` on the clock of `EventLoop.now()`.
    /// - Returns: nil if the wait took too long, or if the gate was closed.
    func enter(bytes: Int, until deadline: UInt64, isolation: isolated (any Actor)? = #isolation) async -> Pass? {
        if isClosed { return nil }
        if waiting.isEmpty, hasRoom(for: bytes) {
            inside += bytes
            return Pass(self, bytes)
        }
        let isAdmitted = await withCheckedContinuation { continuation in
            let waiter = Waiter(bytes, continuation)
            waiter.timer = loop.schedule(at: deadline) { [self] in giveUp(waiter) }
            waiting.append(waiter)
        }
        return isAdmitted ? Pass(self, bytes) : nil
    }

    /// Refuses all waiting calls, and all later ones.
    func close() {
        isClosed = true
        let refused = waiting
        waiting = []
        for waiter in refused { waiter.resume(false) }
    }

    private func hasRoom(for bytes: Int) -> Bool { inside == 0 || bytes <= limit - inside }

    private func leave(_ bytes: Int) {
        inside -= bytes
        admit()
    }

    private func admit() {
        while let waiter = waiting.first, hasRoom(for: waiter.bytes) {
            waiting.removeFirst()
            inside += waiter.bytes
            waiter.resume(true)
        }
    }

    private func giveUp(_ waiter: Waiter) {
        waiting.removeAll { $0 === waiter }
        waiter.resume(false)
        admit()
    }
}
