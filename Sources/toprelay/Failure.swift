import ArgumentParser
import Postgres
import Vault

/// How a command ends when it does not end well: a line on standard error, and an exit code.
struct Failure: Error {
    let message: String
    let code: ExitCode

    /// The command could not do its work: exit code 1.
    static func failed(_ message: String) -> Failure { Failure(message: message, code: ExitCode(1)) }

    /// The input was refused, or only partly used: exit code 2.
    static func refused(_ message: String) -> Failure { Failure(message: message, code: ExitCode(2)) }

    /// The command was given what it does not take: exit code 64.
    static func usage(_ message: String) -> Failure { Failure(message: message, code: ExitCode(64)) }

    /// What an error of any module means for a command.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
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

/// Runs a command's work; what goes wrong is said on standard error and becomes the exit code.
func reportingFailures(_ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let code as ExitCode {
        throw code
    } catch {
        let failure = Failure(error)
        Output.errorLine("toprelay: \(failure.message)")
        throw failure.code
    }
}
