import ArgumentParser
import Service
import TOP
import Vault

/// `toprelay app`: the apps registered with TOP.
struct AppCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "app", abstract: "Manages apps: the keys and secrets that sign calls.",
        subcommands: [Put.self, List.self, Remove.self, Pause.self, Resume.self])

    struct Put: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "put", abstract: "Adds an app, or changes what is given of the app with this name.",
            discussion: "A new app needs --app-key and a secret. An empty text removes an optional value.")

        @Argument(help: "The name that callers give in Top-App.") var name: String
        @Option(help: "TOP's app_key.") var appKey: String?
        @Flag(help: "Read the app secret from standard input.") var secretStdin = false
        @Option(help: "Read the app secret from a file.") var secretFile: String?
        @Option(help: "The app's gateway; default: TOPRELAY_GATEWAY_URL.") var gateway: String?
        @Option(help: "md5, hmac or hmac-sha256, which is the one of a new app.") var signMethod: String?
        @Flag(help: "Make it the default app.") var `default` = false
        @Option(help: "Bind methods to the app, in place of all others; a glob with *. Repeatable.")
        var method: [String] = []
        @Flag(help: "Allow a plain http gateway that is not on this machine.") var allowHttp = false
        @Option(help: "top or qimen-cloud.") var kind: AppKind?
        @Option(help: "The provider's app key, for qimen-cloud: sent as target_app_key.") var targetAppKey: String?
        @Option(help: "The customer's id, for qimen-cloud: sent as customerId.") var customerId: String?
        @Option(help: "oauth, or top for taobao.top.auth.token.*: where authorisation codes are exchanged.")
        var auth: AppAuth.Exchange?
        @Option(help: "The page on which sellers authorise the app; default: TOP's.") var oauthAuthorizeUrl: String?
        @Option(help: "The address that exchanges codes and refresh tokens; default: TOP's.") var oauthTokenUrl: String?
        @Option(help: "A parameter of each call, as NAME=VALUE, in place of all others. Repeatable.")
        var param: [AppConstant] = []
        @Option(help: "An HTTP proxy for the app's calls, as http://[USER@]HOST:PORT; \"none\" removes it.")
        var proxy: String?
        @Option(help: "Read the password of the proxy's user from a file.") var proxyPasswordFile: String?

        func run() async throws {
            try await reportingFailures {
                if let signMethod, SignMethod(rawValue: signMethod) == nil {
                    throw CommandError.usage("unknown sign method \(signMethod): use md5, hmac or hmac-sha256")
                }
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: true)
                let secret = try SecretInput.readOptional(
                    fromStandardInput: secretStdin, file: secretFile, what: "secret")
                let input = AppInput(
                    name: name, appKey: appKey, secret: secret, gatewayURL: PatchValue(option: gateway),
                    signMethod: signMethod, allowsHTTP: allowHttp ? true : nil, kind: kind,
                    targetAppKey: PatchValue(option: targetAppKey), customerID: PatchValue(option: customerId),
                    constants: param.isEmpty ? nil : param.map(\.constant),
                    auth: AppAuthInput(
                        exchange: auth, authorizeURL: PatchValue(option: oauthAuthorizeUrl),
                        tokenURL: PatchValue(option: oauthTokenUrl)),
                    makesDefault: `default` ? true : nil,
                    methods: method.isEmpty ? nil : method.filter { !$0.isEmpty },
                    proxy: try SecretInput.proxy(proxy, passwordFile: proxyPasswordFile))
                let (isNew, isDefault) = try await DatabaseSession.run(settings) { session in
                    try await session.vault().putApp(input)
                }
                Output.line("\(isNew ? "added" : "changed") app \(name)\(isDefault ? " (default)" : "")")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists the apps, without their secrets.")

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let apps = try await DatabaseSession.run(settings) { session in try await session.vault().listApps() }
                var table = TextTable(
                    "NAME", "KIND", "APP KEY", "SIGN", "DEFAULT", "SESSIONS", "GATEWAY", "PROXY", "METHODS", "PAUSED")
                for app in apps {
                    table.add(
                        app.name, app.kind, app.appKey, app.signMethod, app.isDefault ? "yes" : "", "\(app.sessions)",
                        app.gatewayURL ?? "", app.proxyURL ?? "",
                        app.methods.joined(separator: " "),
                        app.isPaused ? "yes" : app.pausedMethods.joined(separator: " "))
                }
                table.lines.forEach(Output.line)
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "rm", abstract: "Removes an app and its sessions.")

        @Argument(help: "The app's name.") var name: String

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let name = name
                let sessions = try await DatabaseSession.run(settings) { session in
                    try await session.vault().removeApp(name)
                }
                Output.line("removed app \(name) and \(sessions) session(s)")
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "Pauses the calls of an app, or of some methods of it.")

        @Argument(help: "The app's name.") var app: String
        @Option(help: "Only this method; a glob with *.") var method: String?

        func run() async throws { try await AppCommand.pause(app, method, isPaused: true) }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Resumes the calls of an app. Without a method it ends every pause.")

        @Argument(help: "The app's name.") var app: String
        @Option(help: "Only this method; a glob with *, as it was paused.") var method: String?

        func run() async throws { try await AppCommand.pause(app, method, isPaused: false) }
    }

    fileprivate static func pause(_ app: String, _ method: String?, isPaused: Bool) async throws {
        try await reportingFailures {
            let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
            try await DatabaseSession.run(settings) { session in
                try await session.vault().pauseApp(app, method: method, isPaused: isPaused)
            }
            let what = method.map { "\($0) of app \(app)" } ?? "app \(app)"
            Output.line("\(isPaused ? "paused" : "resumed") \(what)")
        }
    }
}

extension AppKind: ExpressibleByArgument {}

extension AppAuth.Exchange: ExpressibleByArgument {}

/// `NAME=VALUE`: a constant parameter of an app.
struct AppConstant: ExpressibleByArgument {
    let constant: AppAddressing.Constant

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        constant = AppAddressing.Constant(
            name: String(argument[..<equals]), value: String(argument[argument.index(after: equals)...]))
    }
}
