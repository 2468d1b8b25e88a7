import EventLoop
import Logging
import Metrics
import Problems
import Relay
import Telemetry

/// Whether the replica's loops turn: what `/livez` answers.
///
/// PostgreSQL, the vault and draining have no part in it. A restart helps a stalled loop and none of these.
struct Liveness: Sendable {
    private let watchdog: LoopWatchdog

    /// Watches these loops once `start()` was called.
    init(_ loops: [EventLoop], limit: Duration, logger: Logger) {
        watchdog = LoopWatchdog(
            loops, limit: limit,
            onStall: { stall in
                logger.record(.error, "A loop is stalled", [.loop: stall.loop, .reason: stall.description])
            },
            onRecovery: { loop in logger.record(.notice, "A stalled loop turns again", [.loop: loop]) })
    }

    /// Starts the watchdog's thread.
    /// - Throws: when the system gives no thread.
    func start() throws { try watchdog.start() }

    /// Ends the watch, before the loops end.
    func stop() { watchdog.stop() }

    /// The stalls that each loop has had, for the metric.
    var counts: [(loop: String, stalls: Int)] { watchdog.counts }

    /// 200 while every loop turns, otherwise 503 with one line for each stalled loop.
    var reply: Reply {
        let stalls = watchdog.stalls
        if stalls.isEmpty { return Self.alive }
        return Self.reply(503, stalls.map { $0.description + "\n" }.joined())
    }

    /// The answer while every loop turns.
    static var alive: Reply { reply(200, "alive\n") }

    private static func reply(_ status: Int, _ text: String) -> Reply {
        Reply(status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }
}
