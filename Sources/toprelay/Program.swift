import Subprocess
import SystemPackage

/// Runs a program to its end.
enum Program {
    /// The most that a program may print.
    private static let maximumOutputBytes = 64 << 10

    /// What the program printed, without the line end.
    /// - Throws: a failure with the program's own last words when it does not exit with 0.
    @discardableResult
    static func run(
        _ path: String, _ arguments: [String], in directory: String, as user: ServerUser?
    ) async throws -> String {
        var options = PlatformOptions()
        options.userID = user?.id
        options.groupID = user?.group
        if let user { options.supplementaryGroups = [user.group] }
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments), workingDirectory: FilePath(directory),
            platformOptions: options,
            input: .none, output: .string(limit: maximumOutputBytes), error: .string(limit: maximumOutputBytes))
        guard result.terminationStatus.isSuccess else {
            let words = result.standardError + result.standardOutput
            throw Failure.failed("\(path) failed: \(words.suffix(500))")
        }
        var text = result.standardOutput
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }
}
