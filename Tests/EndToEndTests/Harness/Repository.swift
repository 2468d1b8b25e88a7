import Foundation

/// Where the project's files are.
enum Repository {
    static let root = #filePath.components(separatedBy: "/Tests/EndToEndTests/")[0]

    /// The real binary: `TOPRELAY_BINARY`, or the one beside the test bundle.
    static let binary: String = {
        if let path = ProcessInfo.processInfo.environment["TOPRELAY_BINARY"] { return path }
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = (own as NSString).deletingLastPathComponent + "/toprelay"
        return FileManager.default.fileExists(atPath: beside) ? beside : root + "/.build/debug/toprelay"
    }()
}
