import Foundation

/// A program that is run to its end.
enum Command {
    struct Output: Sendable {
        let code: Int32
        let text: String
        let errors: String

        /// Standard output without its last line end.
        var line: String { text.hasSuffix("\n") ? String(text.dropLast()) : text }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a program with a text on its standard input; a signal counts as 128 and its number, as in a shell.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", folder: String = "/tmp",
        limit: Duration = .seconds(60)
    ) async throws -> Output {
        let files = try Watchdog.shared.makeFolder("command")
        defer { try? FileManager.default.removeItem(atPath: files) }
        try input.write(toFile: files + "/in", atomically: false, encoding: .utf8)
        let child = try Child(
            arguments, environment: environment, input: files + "/in", output: files + "/out", errors: files + "/err",
            folder: folder)
        let code: Int32 =
            switch try await child.wait(limit) {
            case .exited(let code): code
            case .killed(let signal): 128 + signal
            }
        return Output(code: code, text: read(files + "/out"), errors: read(files + "/err"))
    }

    /// Runs a program that must end with 0, and returns what it printed without its last line end.
    @discardableResult
    static func succeed(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", folder: String = "/tmp",
        limit: Duration = .seconds(60)
    ) async throws -> String {
        let output = try await run(
            arguments, environment: environment, input: input, folder: folder, limit: limit)
        guard output.code == 0 else {
            let shown = arguments.prefix(12).joined(separator: " ")
            throw Failure(description: "\(shown) ended with \(output.code): \(output.errors)\(output.text)")
        }
        return output.line
    }

    static func read(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
