import Foundation

/// A program that is run to its end.
package enum Command {
    package struct Output: Sendable {
        package let code: Int32
        package let bytes: [UInt8]
        package let errors: String

        package var text: String { String(decoding: bytes, as: UTF8.self) }

        /// Standard output without its last line end.
        package var line: String {
            let text = text
            return text.hasSuffix("\n") ? String(text.dropLast()) : text
        }
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// Runs a program with a text on its standard input. A signal counts as 128 plus its number, as in a shell.
    ///
    /// - Parameter limit: the longest run on an idle machine. It is multiplied by `TEST_TIME_SCALE`.
    package static func run(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", folder: String = "/tmp",
        limit: Duration = .seconds(120)
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
        let output = FileManager.default.contents(atPath: files + "/out") ?? Data()
        return Output(code: code, bytes: Array(output), errors: read(files + "/err"))
    }

    /// Runs a program that must end with 0, and returns what it printed.
    package static func output(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", folder: String = "/tmp",
        limit: Duration = .seconds(120)
    ) async throws -> Output {
        let output = try await run(
            arguments, environment: environment, input: input, folder: folder, limit: limit)
        guard output.code == 0 else {
            let shown = arguments.prefix(12).joined(separator: " ")
            throw Failure(description: "\(shown) ended with \(output.code): \(output.errors)\(output.text)")
        }
        return output
    }

    /// Runs a program that must end with 0, and returns what it printed without its last line end.
    @discardableResult
    package static func succeed(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", folder: String = "/tmp",
        limit: Duration = .seconds(120)
    ) async throws -> String {
        try await output(arguments, environment: environment, input: input, folder: folder, limit: limit).line
    }

    /// The text of a file; empty if there is none.
    package static func read(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
