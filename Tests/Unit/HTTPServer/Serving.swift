import EventLoop
import HTTPServer
import Logging
import TestSupport

/// Runs a test against a server on a free port, and ends the server.
func serving(
    loops count: Int = 1, _ change: (inout HTTPServer.Configuration) -> Void = { _ in },
    _ test: @escaping @Sendable (Int, TestResponder, HTTPServer) async throws -> Void
) async throws {
    var configuration = HTTPServer.Configuration(address: .tcp(host: "127.0.0.1", port: 0))
    change(&configuration)
    let responder = TestResponder()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let loops = try (0..<count).map { try EventLoop(name: "http-\($0)") }
    defer { for loop in loops { loop.shutdown() } }
    let server = HTTPServer(configuration: configuration, loops: loops, responder: responder, logger: logger)
    try await server.start()
    do {
        try await limited(seconds: 180) { try await test(server.port ?? 0, responder, server) }
    } catch {
        await server.close()
        throw error
    }
    await server.close()
}

/// A request with the fields that it needs.
func post(_ path: String, _ body: String, _ fields: String = "") -> String {
    "POST \(path) HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}

/// A `GET` without a body.
func get(_ path: String, _ fields: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n"
}
