import Foundation

/// The project's files, in the tree that the tests were compiled from.
package enum Repository {
    package static let root = #filePath.components(separatedBy: "/Tests/Support/")[0]

    /// The folder of the files that tests read and do not run.
    package static let fixtures = root + "/Tests/Fixtures"

    /// The real binary: `TOPRELAY_BINARY`, or the one beside the test bundle.
    package static let binary: String = {
        if let path = ProcessInfo.processInfo.environment["TOPRELAY_BINARY"] { return path }
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = (own as NSString).deletingLastPathComponent + "/toprelay"
        return FileManager.default.fileExists(atPath: beside) ? beside : root + "/.build/debug/toprelay"
    }()

    /// The text of one file, by its path from the root.
    package static func text(_ path: String) throws -> String {
        try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    }
}
