import EventLoop

/// Lets few large calls at a time be checked and recorded. On the worker's loop only.
///
/// Until its intent is durable, a call holds its parameters, their masked form and two encoded rows: about four times
/// its body. Calls with large bodies wait their turn here with the body alone.
final class LargeCallGate {
    /// The right to be checked and recorded. It ends with `leave()`, or when it is released.
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

    private final class Visitor {
        let bytes: Int
        var timer: LoopTimer?
        private var continuation: CheckedContinuation<Bool, Never>?

        init(_ bytes: Int, _ continuation: CheckedContinuation<Bool, Never>) {
            self.bytes = bytes
            self.continuation = continuation
        }

        func answer(_ isAdmitted: Bool) {
            timer?.cancel()
            continuation?.resume(returning: isAdmitted)
            continuation = nil
        }
    }

    /// Smaller bodies need no pass.
    static let smallBytes = 64 << 10
    /// The bytes of the bodies that are inside together; a single body may be larger. Their rows fill two batches.
    static let usualLimit = 4 << 20

    private let loop: EventLoop
    private let limit: Int
    private var inside = 0
    private var waiting: [Visitor] = []
    private var isClosed = false

    init(loop: EventLoop, limit: Int = usualLimit) {
        self.loop = loop
        self.limit = limit
    }

    /// Waits for room in order of arrival, until `deadline` on the clock of `EventLoop.now()`.
    /// - Returns: nil if there was none in time or the gate was closed.
    func enter(bytes: Int, until deadline: UInt64, isolation: isolated (any Actor)? = #isolation) async -> Pass? {
        if isClosed { return nil }
        if waiting.isEmpty, hasRoom(for: bytes) {
            inside += bytes
            return Pass(self, bytes)
        }
        let isAdmitted = await withCheckedContinuation { continuation in
            let visitor = Visitor(bytes, continuation)
            visitor.timer = loop.schedule(at: deadline) { [self] in giveUp(visitor) }
            waiting.append(visitor)
        }
        return isAdmitted ? Pass(self, bytes) : nil
    }

    /// Turns away all that wait, and everyone from now on.
    func close() {
        isClosed = true
        let turnedAway = waiting
        waiting = []
        for visitor in turnedAway { visitor.answer(false) }
    }

    private func hasRoom(for bytes: Int) -> Bool { inside == 0 || bytes <= limit - inside }

    private func leave(_ bytes: Int) {
        inside -= bytes
        admit()
    }

    private func admit() {
        while let visitor = waiting.first, hasRoom(for: visitor.bytes) {
            waiting.removeFirst()
            inside += visitor.bytes
            visitor.answer(true)
        }
    }

    private func giveUp(_ visitor: Visitor) {
        waiting.removeAll { $0 === visitor }
        visitor.answer(false)
        admit()
    }
}
