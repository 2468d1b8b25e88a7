internal import CEventLoop

/// How the process's allocator treats large blocks.
package enum ProcessMemory {
    /// Freed blocks of at least this many bytes return to the system.
    static let largeBlockBytes: Int32 = 256 << 10

    /// Returns the memory of large bodies to the system when it is freed. Call it once at the start of the process.
    package static func returnLargeBlocks() { loop_map_large_blocks(largeBlockBytes) }
}
