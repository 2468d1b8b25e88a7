import Foundation
import HTTPServer
import TestSupport
import Testing

@Suite("Requests that two servers could read differently, over a socket")
struct SmugglingTests {
    @Test("The responder sees just the requests that have one meaning, and the connection ends properly")
    func responderSeesJustRequests() async throws {
        try await serving { port, responder, server in
            func refusalCount() -> Int { server.metrics.refusedRequests.values.reduce(0) { $0 + $1.value } }
            for trick in SmugglingTricks.all {
                let (seen, refusals) = (responder.paths.count, refusalCount())
                let client = try RawClient(port: port)
                try? client.send(trick.bytes)
                client.endOutput()
                let answers = try client.readToEnd()
                #expect(Array(responder.paths.dropFirst(seen)) == trick.paths, "\(trick)")
                #expect(answers.components(separatedBy: "HTTP/1.1 200 OK").count - 1 == trick.paths.count, "\(trick)")
                #expect(refusalCount() - refusals == (trick.refusal == nil ? 0 : 1), "\(trick)")
            }
        }
    }
}
