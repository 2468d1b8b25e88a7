import Subprocess
import SystemPackage

/// Runs a program and waits for its end.
enum Program {
    /// The largest output of a program in bytes.
    private static let maximumOutputBytes = 64 << 10

    /// Returns the program's output without the line end.
    /// - Throws: with the program's last messages if it does not exit with 0.
    @discardableResult
    static func run(
        _ path: String, _ arguments: [String], in directory: String, as user: ServerUser?
    ) async throws -> String {
        // `setpriv` changes the user in the new program. swift-subprocess would do it between fork and exec, where
        // glibc's setgroups() may wait forever for threads that the child does not have.
        let command = (user.map { $0.prefix } ?? []) + [path] + arguments
        let result = try await Subprocess.run(
            .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())),
            workingDirectory: FilePath(directory),
            input: .none, output: .string(limit: maximumOutputBytes), error: .string(limit: maximumOutputBytes))
        guard result.terminationStatus.isSuccess else {
            let words = result.standardError + result.standardOutput
            throw CommandError.failed("\(path) failed: \(words.suffix(500))")
        }
        var text = result.standardOutput
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }
}
