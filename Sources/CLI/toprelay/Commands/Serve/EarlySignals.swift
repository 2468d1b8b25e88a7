import Synchronization
import UnixSignals

/// Notes SIGINT and SIGTERM while a command starts. The command can then stop its parts in order.
final class EarlySignals: Sendable {
    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    private let flag = Flag()
    private let watch: Task<Void, Never>

    /// Returns once signals are caught. A signal that comes later no longer ends the process.
    init() async {
        let flag = flag
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        watch = Task {
            for await _ in signals {
                flag.isSet.store(true, ordering: .relaxed)
            }
        }
    }

    /// Throws if a signal has arrived.
    func check() throws {
        if flag.isSet.load(ordering: .relaxed) { throw CommandError.failed("stopped") }
    }

    /// Stops. Another part handles signals from now on.
    func stop() { watch.cancel() }
}
