import Synchronization

/// A value that is set once, after the parts that will ask for it have been made.
final class OnceSet<Value: Sendable>: Sendable {
    private let reference = AtomicLazyReference<Box>()

    private final class Box: Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    /// The value, or nil while it is not set.
    var value: Value? { reference.load()?.value }

    /// Sets the value; a second one is ignored.
    func set(_ value: Value) { _ = reference.storeIfNil(Box(value)) }
}
