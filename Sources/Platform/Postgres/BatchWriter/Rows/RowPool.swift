/// Memory of rows that have been written, for the next rows. On the thread of its writer's loop only.
///
/// The rows of a call live until their commit. So the allocations of many calls alternate, which is the slow case of
/// malloc.
package final class RowPool {
    /// The room of the memory that is kept. Larger rows get memory of their own.
    static let room = 1024
    /// How many pieces of memory are kept at most.
    static let limit = 256

    private var free: [RowMemory] = []

    /// A pool without memory.
    init() { free.reserveCapacity(Self.limit) }

    func take(room: Int) -> RowMemory {
        guard room <= Self.room else { return RowMemory(room: room) }
        return free.popLast() ?? RowMemory(room: Self.room)
    }

    /// Takes memory back that nobody has any more.
    func put(_ memory: RowMemory) {
        if memory.room == Self.room, free.count < Self.limit { free.append(memory) }
    }
}

/// The memory of one row. The encoder fills it, and the row hands it out without a copy. Nothing writes to it while a
/// row has it.
final class RowMemory: @unchecked Sendable {
    /// Freed in `deinit`.
    let start: UnsafeMutableRawPointer
    let room: Int
    /// The bytes in use.
    var count = 0

    init(room: Int) {
        self.room = room
        start = .allocate(byteCount: max(room, 1), alignment: MemoryLayout<UInt64>.alignment)
    }

    deinit { start.deallocate() }

    func copy(from source: UnsafeRawPointer, count: Int, to place: Int) {
        (start + place).copyMemory(from: source, byteCount: count)
    }
}
