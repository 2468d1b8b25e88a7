import Foundation

/// Runs a program to its end.
enum Subprocess {
    /// What the program printed on standard output, without surrounding blanks.
    /// - Throws: a failure with the program's own last words when it does not exit with 0.
    static func run(_ command: [String], in directory: URL) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = directory
        process.standardInput = FileHandle.nullDevice
        // Files, not pipes: a server that outlives pg_ctl would keep a pipe open for ever.
        let output = FileManager.default.temporaryDirectory.appending(path: "toprelay-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: output) }
        let handle = try FileHandle(forWritingTo: output)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        try handle.close()
        let text = ((try? String(contentsOf: output, encoding: .utf8)) ?? "").trimmingCharacters(
            in: .whitespacesAndNewlines)
        guard process.terminationStatus == 0 else {
            throw Failure.failed(
                "\(command.first { $0.contains("postgresql") } ?? command[0]) failed: \(text.suffix(500))")
        }
        return text
    }
}
