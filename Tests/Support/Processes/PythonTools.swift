import Foundation

/// Python packages that tests compare with, in a virtual environment that stays with the build.
package enum PythonTools {
    /// Makes the environment at first use and after a change of `packages`, and returns its folder.
    package static func folder(_ name: String, packages: [String]) async throws -> String {
        let folder = Repository.root + "/.build/" + name
        let wanted = Data(packages.joined(separator: "\n").utf8)
        if FileManager.default.contents(atPath: folder + "/ready") == wanted { return folder }
        try await Command.succeed(["python3", "-m", "venv", "--clear", folder])
        try await Command.succeed(
            [folder + "/bin/pip", "install", "--quiet"] + packages, limit: .seconds(300))
        _ = FileManager.default.createFile(atPath: folder + "/ready", contents: wanted)
        return folder
    }
}
