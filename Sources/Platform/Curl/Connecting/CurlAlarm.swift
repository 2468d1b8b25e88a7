internal import EventLoop

/// The single timer that libcurl asks for. It fires once. Then libcurl is called and asks for the next time.
///
/// libcurl changes the time with every connection that it makes, mostly to a later time. A running loop timer is kept
/// in that case. It compares the time with the clock when it fires.
struct CurlAlarm {
    /// When libcurl wants to be called; nil for never.
    private(set) var wanted: UInt64?
    /// Whether libcurl wants to be called at once.
    private(set) var isDue = false
    private var timer: LoopTimer?

    /// Stores the time of libcurl's timer callback. It runs in the middle of libcurl's work, so nothing else may happen
    /// here.
    /// - Parameter milliseconds: the wait from now; negative if libcurl needs no call.
    mutating func note(milliseconds: Int) {
        isDue = milliseconds == 0
        wanted = milliseconds > 0 ? EventLoop.now() + UInt64(milliseconds) * 1_000_000 : nil
    }

    /// Whether libcurl has to be called at once. Resets the request.
    mutating func takeDue() -> Bool {
        defer { isDue = false }
        return isDue
    }

    /// Whether the time has come. Resets it, because libcurl reports the next one when it is called.
    mutating func takeElapsed(at now: UInt64) -> Bool {
        if takeDue() { return true }
        guard let wanted, wanted <= now else { return false }
        self.wanted = nil
        return true
    }

    /// Sets the loop's timer to the latest time.
    mutating func arm(on loop: EventLoop, _ body: @escaping () -> Void) {
        // An unneeded timer fires once without effect. That is cheaper than cancelling a timer for each call.
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
