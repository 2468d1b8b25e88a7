import Foundation

/// Python packages that tests compare with, in a virtual environment that stays with the build.
package enum PythonTools {
    /// Makes the environment at first use, and returns its folder.
    package static func folder(_ name: String, packages: [String]) async throws -> String {
        let folder = Repository.root + "/.build/" + name
        if FileManager.default.fileExists(atPath: folder + "/ready") { return folder }
        try await Command.succeed(["python3", "-m", "venv", "--clear", folder])
        try await Command.succeed(
            [folder + "/bin/pip", "install", "--quiet"] + packages, limit: .seconds(300))
        _ = FileManager.default.createFile(atPath: folder + "/ready", contents: nil)
        return folder
    }
}
