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
        // `setpriv` changes the user in the new program: swift-subprocess would do it between fork and exec, where glibc's
        // setgroups() may wait for ever for threads that the child does not have.
        let command = (user.map { $0.prefix } ?? []) + [path] + arguments
        let result = try await Subprocess.run(
            .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())),
            workingDirectory: FilePath(directory),
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
