import Foundation
import JSON
import TestSupport

/// An owner of a token with the scope admin, at one replica.
struct Administrator: Sendable {
    let relay: RelayProcess
    let token: String

    /// Makes a token of its own, and waits until the replica knows it.
    init(_ stage: Stage) async throws {
        relay = stage.relay
        token = try await stage.line.token("admin-" + Example.newMarker(), ["--scope", "admin"])
        let (relay, token) = (relay, token)
        try await eventually("the token of the administrator is known") {
            try await relay.get("/v1/admin/catalog", token: token).status == 200
        }
    }

    /// Sends one request below `/v1/admin`.
    func send(
        _ method: String, _ path: String, _ body: String? = nil, headers: [(name: String, value: String)] = []
    ) async throws -> HTTPAnswer {
        var request = HTTPRequest(
            method: method, path: "/v1/admin" + path, headers: [("Authorization", "Bearer \(token)")] + headers,
            body: Array((body ?? "").utf8))
        let hasType = headers.contains { $0.name == "Content-Type" }
        if body != nil, !hasType { request.headers.append(("Content-Type", "application/json")) }
        return try await relay.send(request)
    }

    func get(_ path: String) async throws -> HTTPAnswer { try await send("GET", path) }

    func put(_ path: String, _ body: String, headers: [(name: String, value: String)] = []) async throws -> HTTPAnswer {
        try await send("PUT", path, body, headers: headers)
    }

    /// Stores sessions of an app, one a line.
    func putSessions(_ app: String, _ lines: [String]) async throws -> HTTPAnswer {
        try await send(
            "PUT", "/apps/\(app)/sessions", lines.map { $0 + "\n" }.joined(),
            headers: [("Content-Type", "application/x-ndjson")])
    }

    /// The lines of an answer as JSON.
    static func lines(_ answer: HTTPAnswer) -> [JSONValue] {
        answer.body.split(separator: 10).compactMap { try? JSONDocument(Array($0)).root }
    }
}
