import Dispatch
import Logging
import Locks
import Time

/// Takes log lines from any thread and writes them on its own thread, so that a full pipe never blocks an event loop.
/// It queues at most `maximumBytes`. Further lines are dropped and counted, and a later line reports their number.
package final class LogWriter: Sendable {
    private struct State: Sendable {
        var waiting: [UInt8] = []
        var isWriting = false
        var droppedSinceNotice = 0
        var dropped = 0
    }

    private let state = Locked(State())
    private let queue = DispatchQueue(label: "toprelay.log")
    private let maximumBytes: Int
    private let noticeFormat: LogFormat
    private let sink: @Sendable ([UInt8]) -> Void

    /// Makes a writer.
    /// - Parameters:
    ///   - noticeFormat: the format of the line that reports dropped lines.
    ///   - sink: takes complete lines, several at once under load, from one thread at a time.
    package init(
        maximumBytes: Int = 4 * 1024 * 1024, noticeFormat: LogFormat = .json,
        to sink: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.maximumBytes = maximumBytes
        self.noticeFormat = noticeFormat
        self.sink = sink
    }

    /// Makes a writer to the standard error stream.
    package static func standardError(
        maximumBytes: Int = 4 * 1024 * 1024, noticeFormat: LogFormat = .json
    ) -> LogWriter {
        LogWriter(maximumBytes: maximumBytes, noticeFormat: noticeFormat, to: StandardError.write)
    }

    /// Takes one line with its line feed. It never waits for the output.
    package func write(_ line: [UInt8]) {
        let mustStart = state.withLock { state -> Bool in
            guard state.waiting.count + line.count <= maximumBytes else {
                state.dropped += 1
                state.droppedSinceNotice += 1
                return false
            }
            state.waiting += line
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustStart { queue.async { self.drain() } }
    }

    /// Waits until all lines are written. Call it at the end of the program.
    package func flush() {
        queue.sync {}
    }

    private func drain() {
        while true {
            let (lines, dropped) = state.withLock { state -> ([UInt8], Int) in
                var lines: [UInt8] = []
                swap(&lines, &state.waiting)
                let dropped = state.droppedSinceNotice
                state.droppedSinceNotice = 0
                if lines.isEmpty && dropped == 0 { state.isWriting = false }
                return (lines, dropped)
            }
            if lines.isEmpty && dropped == 0 { return }
            if !lines.isEmpty { sink(lines) }
            if dropped > 0 { sink(notice(dropped)) }
        }
    }

    private func notice(_ dropped: Int) -> [UInt8] {
        LogRecord(
            milliseconds: WallClock.milliseconds(), level: .warning, logger: "toprelay.log",
            message: "Dropped log records because the output is too slow", fields: [("count", String(dropped))]
        ).line(noticeFormat)
    }
}
