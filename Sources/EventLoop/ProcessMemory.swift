internal import CEventLoop

/// How the process's allocator treats large blocks.
package enum ProcessMemory {
    /// Blocks of this many bytes and more go back to the system when they are freed.
    static let largeBlockBytes: Int32 = 256 << 10

    /// Gives the memory of large bodies back to the system as soon as it is free. To be called once, at the start of the
    /// process.
    package static func returnLargeBlocks() { loop_map_large_blocks(largeBlockBytes) }
}
