package import Synchronization

/// An object that is made on first use, and kept. Every thread may use it; all get the same object.
///
/// `Synchronization.AtomicLazyReference` does the same. Its generic code is not specialised in other modules, and looks
/// metadata up at each access. That costs 700 instructions, and a call has ten accesses.
package struct LazyReference<Object: AnyObject & Sendable>: ~Copyable, Sendable {
    /// The address of the object; 0 until there is one. It owns a reference.
    @usableFromInline let address = Atomic<UInt>(0)

    /// A reference without an object.
    @inlinable
    package init() {}

    /// The object. `make` may run on several threads at once on first use; one result is kept.
    @inlinable @inline(__always)
    package func value(_ make: () -> Object) -> Object {
        if let object = Self.object(at: address.load(ordering: .acquiring)) { return object }
        return keep(make())
    }

    @inlinable @inline(__always)
    static func object(at address: UInt) -> Object? {
        guard let pointer = UnsafeRawPointer(bitPattern: address) else { return nil }
        return Unmanaged<Object>.fromOpaque(pointer).takeUnretainedValue()
    }

    @inlinable @inline(never)
    func keep(_ object: Object) -> Object {
        let owned = Unmanaged.passRetained(object)
        let (isKept, other) = address.compareExchange(
            expected: 0, desired: UInt(bitPattern: owned.toOpaque()), ordering: .acquiringAndReleasing)
        guard !isKept, let first = Self.object(at: other) else { return object }
        owned.release()
        return first
    }

    @inlinable
    deinit {
        guard let pointer = UnsafeRawPointer(bitPattern: address.load(ordering: .acquiring)) else { return }
        Unmanaged<Object>.fromOpaque(pointer).release()
    }
}
