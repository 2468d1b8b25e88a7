import Foundation
import HTTPServer
import TestSupport
import Testing

@Suite("Requests that two servers could read differently, over a socket")
struct SmugglingTests {
    @Test("The responder sees just the requests that have one meaning, and the connection ends properly")
    func tricks() async throws {
        for trick in SmugglingTricks.all {
            try await serving { port, responder, server in
                let client = try RawClient(port: port)
                try? client.send(trick.bytes)
                client.endOutput()
                let answers = try client.readToEnd()
                #expect(responder.paths == trick.paths, "\(trick)")
                #expect(answers.components(separatedBy: "HTTP/1.1 200 OK").count - 1 == trick.paths.count, "\(trick)")
                let refusals = server.statistics.refusedRequests.values.reduce(0) { $0 + $1.value }
                #expect(refusals == (trick.refusal == nil ? 0 : 1), "\(trick)")
            }
        }
    }
}
