import ArgumentParser
import Crypto
import TOP

/// `toprelay sign`: the signature of parameters, for comparison with another implementation.
struct SignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Prints the signature of parameters.")

    @Option(help: "Read the app secret from a file.") var secretFile: String
    @Option(help: "md5, hmac or hmac-sha256.") var signMethod: String
    @Option(help: "A body that is appended unchanged to the signed text.") var bodyFile: String?
    @Argument(help: "Parameters as name=value.") var parameters: [String] = []

    func run() async throws {
        try await reportingFailures {
            guard let method = SignMethod(rawValue: signMethod) else {
                throw CommandError.usage("unknown sign method \(signMethod): use md5, hmac or hmac-sha256")
            }
            let secret = try SecretInput.read(fromStandardInput: false, file: secretFile, what: "secret")
            let body = try bodyFile.map(SecretInput.contents)
            let pairs = try parameters.map { argument in
                let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, !parts[0].isEmpty else {
                    throw CommandError.usage("\(argument) does not have the form name=value")
                }
                return Parameter(name: String(parts[0]), value: String(parts[1]))
            }
            guard Set(pairs.map(\.name)).count == pairs.count else {
                throw CommandError.refused("a parameter is given twice")
            }
            Output.line(try Signer(method: method, secret: secret).sign(pairs, body: body))
        }
    }
}
