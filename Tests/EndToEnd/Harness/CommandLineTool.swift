import Foundation
import TestSupport

/// The binary's commands, on one database.
struct CommandLineTool: Sendable {
    let database: String
    var masterKey = Stage.masterKey

    private var environment: [String: String] { ["DATABASE_URL": database, "TOPRELAY_MASTER_KEY": masterKey] }

    func run(_ arguments: [String], input: String = "", settings: [String: String] = [:]) async throws
        -> Command.Output
    {
        try await Command.run(
            [Repository.binary] + arguments, environment: environment.merging(settings) { _, own in own }, input: input)
    }

    @discardableResult
    func succeed(_ arguments: [String], input: String = "") async throws -> String {
        try await Command.succeed([Repository.binary] + arguments, environment: environment, input: input)
    }

    func put(_ app: StageApp) async throws {
        try await succeed(
            ["app", "put", app.name, "--app-key", app.key, "--secret-stdin", "--sign-method", app.signMethod]
                + app.options, input: app.secret + "\n")
        for (index, session) in app.sessions.enumerated() {
            try await succeed(
                ["session", "put", app.name, session.seller, "--session-stdin"] + (index == 0 ? ["--default"] : []),
                input: session.key)
        }
    }

    /// Makes a token and returns its text.
    func token(_ name: String, _ options: [String]) async throws -> String {
        try await succeed(["token", "create", name] + options)
    }
}
