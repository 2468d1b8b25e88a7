import Synchronization
import UnixSignals

/// Notes SIGINT and SIGTERM while a command starts its parts, so that it can stop them in order instead of dying.
final class EarlySignals: Sendable {
    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    private let flag = Flag()
    private let watch: Task<Void, Never>

    init() {
        let flag = flag
        watch = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                flag.isSet.store(true, ordering: .relaxed)
            }
        }
    }

    /// Throws when a signal has come.
    func check() throws {
        if flag.isSet.load(ordering: .relaxed) { throw Failure.failed("stopped") }
    }

    /// From now on somebody else listens.
    func stop() { watch.cancel() }
}
