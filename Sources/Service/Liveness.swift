import EventLoop
import Logging
import Metrics
import Problems
import Relay
import Telemetry

/// Whether the replica's loops turn. `/livez` shows it.
///
/// PostgreSQL, the vault and draining do not matter here. A restart fixes a stalled loop, but none of these.
struct Liveness: Sendable {
    private let watchdog: LoopWatchdog

    /// Watches these loops after `start()`.
    init(_ loops: [EventLoop], limit: Duration, logger: Logger) {
        watchdog = LoopWatchdog(
            loops, limit: limit,
            onStall: { stall in
                logger.record(.error, "Loop stalled", [.loop: stall.loop, .reason: stall.description])
            },
            onRecovery: { loop in logger.record(.notice, "Stalled loop turns again", [.loop: loop]) })
    }

    /// Starts the watchdog's thread.
    /// - Throws: if the system gives no thread.
    func start() throws { try watchdog.start() }

    /// Ends the watch. Call it before the loops end.
    func stop() { watchdog.stop() }

    /// The number of stalls of each loop, for the metric.
    var counts: [(loop: String, stalls: Int)] { watchdog.counts }

    /// 200 while every loop turns. Otherwise 503 with one line for each stalled loop.
    var reply: Reply {
        let stalls = watchdog.stalls
        if stalls.isEmpty { return Self.alive }
        return Self.reply(503, stalls.map { $0.description + "\n" }.joined())
    }

    /// The reply while every loop turns.
    static var alive: Reply { reply(200, "alive\n") }

    private static func reply(_ status: Int, _ text: String) -> Reply {
        Reply(status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }
}
