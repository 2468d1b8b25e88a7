internal import EventLoop

/// The one timer that libcurl asks for. libcurl changes its mind with every transfer, mostly to something later: a
/// timer that runs is left alone then, and looks at the time again when it fires.
struct CurlAlarm {
    /// When libcurl wants to be called; nil: not at all.
    private(set) var wanted: UInt64?
    /// libcurl wants to be called at once.
    private(set) var isDue = false
    private var timer: LoopTimer?

    /// From libcurl's timer callback, in the middle of its work: nothing else happens here.
    mutating func note(milliseconds: Int) {
        isDue = milliseconds == 0
        wanted = milliseconds > 0 ? EventLoop.now() + UInt64(milliseconds) * 1_000_000 : nil
    }

    /// Whether libcurl is to be called now; it has been told.
    mutating func takeDue() -> Bool {
        defer { isDue = false }
        return isDue
    }

    /// Makes the loop's timer fit the last word.
    mutating func arm(on loop: EventLoop, _ body: @escaping () -> Void) {
        guard let deadline = isDue ? EventLoop.now() : wanted else { return }
        if let timer, timer.isPending {
            guard timer.deadline > deadline else { return }
            timer.cancel()
        }
        timer = loop.schedule(at: deadline, body)
    }

    /// The timer has fired: whether libcurl's time has come.
    func isOver(at now: UInt64) -> Bool {
        isDue || wanted.map { $0 <= now } ?? false
    }

    mutating func cancel() {
        timer?.cancel()
        timer = nil
        wanted = nil
        isDue = false
    }
}
