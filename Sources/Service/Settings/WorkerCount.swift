import FoundationEssentials

/// How many workers make calls.
public struct WorkerCount: Sendable, Equatable {
    /// The most workers that a process may have.
    public static let maximum = 64

    /// 1–64.
    public let count: Int

    /// Reads `auto` (one for every two processors, because PostgreSQL and the kernel need the others) or a number; nil
    /// for anything else.
    init?(_ text: String, processors: Int = ProcessInfo.processInfo.activeProcessorCount) {
        if text == "auto" {
            count = min(max(processors / 2, 1), Self.maximum)
        } else if let number = try? Setting<Int>.number(text, in: 1...Self.maximum, of: "workers") {
            count = number
        } else {
            return nil
        }
    }
}
