import Synchronization

/// A floating-point number that several threads may change. It is stored as its bits.
final class AtomicDouble: Sendable {
    private let bits: Atomic<UInt64>

    init(_ value: Double = 0) {
        bits = Atomic(value.bitPattern)
    }

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    func add(_ amount: Double) {
        var current = bits.load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: current) + amount).bitPattern
            let (done, original) = bits.weakCompareExchange(
                expected: current, desired: sum, successOrdering: .relaxed, failureOrdering: .relaxed)
            if done { return }
            current = original
        }
    }
}
