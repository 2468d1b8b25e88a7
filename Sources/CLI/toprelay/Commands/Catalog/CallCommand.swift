import ArgumentParser
import Bytes
import Crypto
import Curl
import EventLoop
import JSON
import Service

/// `toprelay call`: one call through a running relay.
struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Makes one call through a running relay.",
        discussion: """
            The relay is TOPRELAY_URL or --url; the token TOPRELAY_TOKEN, or the contents of a file (TOPRELAY_TOKEN_FILE, \
            --token-file). Exit codes: 0 it was done, 2 the request was refused or only partly done, 1 anything else.
            """)

    /// The longest time of a call in seconds. It exceeds any relay's limit.
    private static let limitSeconds: UInt64 = 330
    private static let maximumBodyBytes = 16 << 20

    @Argument(help: "A method of the catalog.") var method: String
    @Argument(help: "The parameters as JSON: @FILE, or - for standard input; default: {}.") var body: String?
    @Option(help: "A file (byte[]) of the call, as NAME=@PATH. Repeatable.")
    var file: [String] = []
    @Option(help: "The app that signs.") var app: String?
    @Option(help: "The seller whose session is used.") var seller: String?
    @Option(help: "A document number of your own. Repeatable.") var ref: [String] = []
    @Option(help: "Keeps the request id the same on every repetition.") var idempotencyKey: String?
    @Flag(help: "Show what would be sent, and send nothing.") var dryRun = false
    @Option(help: "The relay's URL.") var url: String?
    @Option(help: "Read the token from a file.") var tokenFile: String?
    @Option(help: "Certificates (PEM) to trust for an https relay.") var caFile: String?
    @Flag(help: "Print responses and problems unchanged.") var json = false

    func run() async throws {
        try await reportingFailures {
            let id = "call-" + Hex.lower(SecureRandom.bytes(12))
            let result = try await RelayClient.post(try request(id: id))
            switch result.outcome {
            case .answered(let status, _, let bytes):
                let answer = CallOutput(status: status, bytes: bytes)
                if json {
                    Output.bytes(bytes + Array("\n".utf8))
                } else if status == 200 {
                    Output.bytes(IndentedJSON.of(bytes) + Array("\n".utf8))
                } else {
                    answer.problemLines.forEach(Output.errorLine)
                }
                guard answer.exitCode == 0 else { throw ExitCode(answer.exitCode) }
            case .failed(let failure):
                throw CommandError.failed(
                    result.mayHaveBeenSent
                        ? "no response: \(failure). The call may have been done; look for X-Request-Id \(id) in the trail"
                        : "could not reach the relay, nothing was sent: \(failure)")
            }
        }
    }

    private func request(id: String) throws -> CurlRequest {
        let settings = try CallSettings(Environment.variables, url: url, tokenFile: tokenFile)
        guard !method.isEmpty, method.utf8.allSatisfy(Self.isOfMethod) else {
            throw CommandError.refused("\(method) is not a method name")
        }
        let form = file.isEmpty ? nil : try CallForm(json: try parameters(), files: file)
        var headers = [
            "Content-Type: \(form?.contentType ?? "application/json")", "X-Request-Id: \(id)",
            "Authorization: Bearer \(settings.token)",
        ]
        if let app { headers.append("Top-App: \(app)") }
        if let seller { headers.append("Top-Seller: \(seller)") }
        if let idempotencyKey { headers.append("Idempotency-Key: \(idempotencyKey)") }
        if dryRun { headers.append("Top-Dry-Run: true") }
        headers += ref.map { "Top-Ref: \($0)" }
        guard headers.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }) else {
            throw CommandError.refused("an option or the token contains a control character")
        }
        return CurlRequest(
            url: settings.url + "/v1/top/" + method, body: try form?.body ?? parameters(), headers: headers,
            deadline: EventLoop.now() + Self.limitSeconds * 1_000_000_000, caFile: caFile, allowsHTTP: true)
    }

    private static func isOfMethod(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private func parameters() throws -> [UInt8] {
        guard let body else { return Array("{}".utf8) }
        if body == "-" { return try SecretInput.standardInput(upTo: Self.maximumBodyBytes) }
        guard body.hasPrefix("@") else {
            throw CommandError(message: "give the parameters as @FILE, or - for standard input", code: .init(64))
        }
        return try SecretInput.contents(String(body.dropFirst()))
    }
}

/// The relay to call, and the caller's token.
struct CallSettings {
    /// The URL without a final slash.
    let url: String
    let token: String

    /// Options take precedence over the environment.
    init(_ environment: [String: String], url: String?, tokenFile: String?) throws {
        var text = url ?? environment["TOPRELAY_URL"] ?? "http://127.0.0.1:8080"
        while text.hasSuffix("/") { text.removeLast() }
        guard text.hasPrefix("http://") || text.hasPrefix("https://") else {
            throw CommandError.refused("the relay's URL must begin with http:// or https://")
        }
        self.url = text
        let own = environment["TOPRELAY_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        let ownFile = environment["TOPRELAY_TOKEN_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        guard tokenFile != nil || own == nil || ownFile == nil else {
            throw CommandError.failed("TOPRELAY_TOKEN: TOPRELAY_TOKEN_FILE is set too: set one of the two")
        }
        if let file = tokenFile ?? ownFile {
            let secret = try SecretInput.read(fromStandardInput: false, file: file, what: "token")
            token = String(decoding: secret.bytes, as: UTF8.self)
        } else if let own {
            token = own
        } else {
            throw CommandError.failed("no token: set TOPRELAY_TOKEN or give --token-file")
        }
    }
}
