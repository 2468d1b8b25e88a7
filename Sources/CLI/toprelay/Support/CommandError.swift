import ArgumentParser
import Glibc
import Postgres
import SystemPackage
import Vault

/// The error that ends a command, with a line for standard error and an exit code.
struct CommandError: Error {
    let message: String
    let code: ExitCode

    /// The command could not do its work: exit code 1.
    static func failed(_ message: String) -> CommandError { CommandError(message: message, code: ExitCode(1)) }

    /// The input was refused, or only partly used: exit code 2.
    static func refused(_ message: String) -> CommandError { CommandError(message: message, code: ExitCode(2)) }

    /// The arguments are not valid: exit code 64.
    static func usage(_ message: String) -> CommandError { CommandError(message: message, code: ExitCode(64)) }

    /// Turns an error of any module into a command's error.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandError: self = failure
        case let error as VaultError:
            self.init(message: error.description, code: ExitCode(error.isInputRefused ? 2 : 1))
        default: self.init(message: "\(error)", code: ExitCode(1))
        }
    }

    init(message: String, code: ExitCode) {
        self.message = message
        self.code = code
    }
}

/// Runs a command's work. An error is printed to standard error and becomes the exit code.
func reportingFailures(_ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let code as ExitCode {
        throw code
    } catch {
        let failure = CommandError(error)
        Output.errorLine("toprelay: \(failure.message)")
        throw failure.code
    }
}

/// The process's standard output and error.
enum Output {
    /// Writes a line to standard output.
    static func line(_ text: String) { bytes(Array((text + "\n").utf8)) }

    /// Writes bytes to standard output unchanged. If that fails, the process ends with 1: its output is not complete.
    static func bytes(_ bytes: [UInt8]) {
        do {
            try FileDescriptor.standardOutput.writeAll(bytes)
        } catch {
            // A reader such as `head` has enough.
            if error as? Errno != .brokenPipe { errorLine("toprelay: could not write to standard output: \(error)") }
            exit(1)
        }
    }

    /// Writes a line to standard error.
    static func errorLine(_ text: String) { _ = try? FileDescriptor.standardError.writeAll((text + "\n").utf8) }
}
