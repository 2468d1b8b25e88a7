import Dispatch
import Foundation
import Glibc
import Synchronization

/// Notes SIGINT and SIGTERM while a command starts its parts, so that it can stop them in order instead of dying.
final class EarlySignals: Sendable {
    private let hasCome = Atomic(false)
    private let sources: [any DispatchSourceSignal]

    init() {
        let queue = DispatchQueue(label: "early-signals")
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGINT, SIGTERM] {
            unsafe signal(number, SIG_IGN)
            sources.append(DispatchSource.makeSignalSource(signal: number, queue: queue))
        }
        self.sources = sources
        for source in sources {
            source.setEventHandler { [self] in hasCome.store(true, ordering: .relaxed) }
            source.resume()
        }
    }

    /// Throws when a signal has come.
    func check() throws {
        if hasCome.load(ordering: .relaxed) { throw Failure.failed("stopped") }
    }

    /// From now on somebody else listens.
    func stop() { for source in sources { source.cancel() } }
}
