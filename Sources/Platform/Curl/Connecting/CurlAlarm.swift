internal import EventLoop

/// The one timer that libcurl asks for. It is one-shot: once it has fired, libcurl is called and the alarm is spent
/// until libcurl asks again.
///
/// libcurl changes its wish with every connection that it makes, mostly to a later time. A loop timer that already runs
/// is kept then, and compares the wish with the clock when it fires.
struct CurlAlarm {
    /// When libcurl wants to be called; nil: not at all.
    private(set) var wanted: UInt64?
    /// libcurl wants to be called at once.
    private(set) var isDue = false
    private var timer: LoopTimer?

    /// Keeps what libcurl's timer callback says. It comes in the middle of libcurl's work, so nothing else happens here.
    ///
    /// - Parameter milliseconds: the wait from now; negative means that libcurl needs no call.
    mutating func note(milliseconds: Int) {
        isDue = milliseconds == 0
        wanted = milliseconds > 0 ? EventLoop.now() + UInt64(milliseconds) * 1_000_000 : nil
    }

    /// Whether libcurl is to be called now. The wish is spent.
    mutating func takeDue() -> Bool {
        defer { isDue = false }
        return isDue
    }

    /// Whether the wished time has come. The wish is spent then: libcurl states the next one when it is called.
    mutating func takeElapsed(at now: UInt64) -> Bool {
        if takeDue() { return true }
        guard let wanted, wanted <= now else { return false }
        self.wanted = nil
        return true
    }

    /// Makes the loop's timer fit the latest wish.
    mutating func arm(on loop: EventLoop, _ body: @escaping () -> Void) {
        // A timer that nothing is wanted of any more fires once, for nothing: cheaper than to cancel one for each call.
        guard let deadline = isDue ? EventLoop.now() : wanted else { return }
        if let timer, timer.isPending {
            guard timer.deadline > deadline else { return }
            timer.cancel()
        }
        timer = loop.schedule(at: deadline, body)
    }

    mutating func cancel() {
        timer?.cancel()
        timer = nil
        wanted = nil
        isDue = false
    }
}
