import HTTPServer
import HTTP1
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Requests that their head decides") struct HeadDecisionTests {
    private let denied = ServerResponse(status: 401)

    private func machine() -> ConnectionStateMachine {
        let configuration = HTTPServer.Configuration(address: .tcp(host: "h", port: 0))
        return ConnectionStateMachine(
            settings: .init(configuration) { [denied] request, _ in
                switch request.path {
                case "/denied": .respond(denied)
                case "/unread": .proceed(BodyPlan(limit: 3, isKept: false))
                default: .proceed(BodyPlan(limit: 100))
                }
            }, now: 0)
    }

    private func head(_ path: String, length: Int?, expects: Bool = false) -> Part {
        let framing = length.map { ("Content-Length", "\($0)") } ?? ("Transfer-Encoding", "chunked")
        return headPart(path, "POST", [framing] + (expects ? [("Expect", "100-continue")] : []))
    }

    private func bytes(_ count: Int) -> Part {
        .body([UInt8](repeating: 120, count: count))
    }

    private func framing(_ connection: ResponseFraming.Connection) -> ResponseFraming {
        ResponseFraming(isHead: false, connection: connection)
    }

    @Test("A refusal whose body arrived with its head leaves the connection open", arguments: [0, 3, nil])
    func refusalWhoseBodyArrived(length: Int?) {
        var machine = machine()
        #expect(machine.received(head("/denied", length: length), now: 1) == .nothing)
        if length != 0 { #expect(machine.received(bytes(3), now: 1) == .nothing) }
        #expect(machine.received(.end, now: 1) == .respondFromHead(denied, number: 1))
        #expect(
            machine.responded(1, with: denied, serverIsClosing: false, now: 1) == .send(denied, framing(.implied)))
        #expect(machine.isIdle)
        #expect(machine.readCompleted(now: 1) == .nothing)
    }

    @Test("A refusal does not wait for a body that has not arrived, and closes the connection")
    func refusalDoesNotWait() {
        var machine = machine()
        #expect(machine.received(head("/denied", length: 50), now: 1) == .nothing)
        #expect(machine.received(bytes(3), now: 1) == .nothing)
        #expect(machine.readCompleted(now: 1) == .respondFromHead(denied, number: 1))
        #expect(machine.responded(1, with: denied, serverIsClosing: false, now: 1) == .send(denied, framing(.close)))
        #expect(machine.received(bytes(47), now: 2) == .nothing)
        #expect(machine.received(.end, now: 2) == .nothing)
        #expect(machine.flushed(now: 3) == .closeOutput)
    }

    @Test("A client that waits for a go-ahead gets the refusal in its place")
    func clientThatWaitsForGo() {
        var machine = machine()
        #expect(
            machine.received(head("/denied", length: 50, expects: true), now: 1) == .respondFromHead(denied, number: 1))
        #expect(machine.responded(1, with: denied, serverIsClosing: false, now: 1) == .send(denied, framing(.close)))
    }

    @Test("A refusal waits for the response before it, and then goes out without its body")
    func refusalWaitsForAnswer() {
        var machine = machine()
        _ = machine.received(head("/a", length: 0), now: 0)
        _ = machine.received(.end, now: 0)
        machine.inputIsWaiting = true
        #expect(machine.readCompleted(now: 0) == .nothing)
        _ = machine.responded(1, with: ServerResponse(status: 200), serverIsClosing: false, now: 1)
        machine.inputIsWaiting = false
        #expect(machine.received(head("/denied", length: 50), now: 1) == .nothing)
        #expect(machine.received(bytes(3), now: 1) == .nothing)
        #expect(machine.readCompleted(now: 1) == .respondFromHead(denied, number: 2))
    }

    @Test("A body that is not kept counts towards its limit and does not reach the responder")
    func bodyThatIsNotKept() {
        var machine = machine()
        _ = machine.received(head("/unread", length: nil), now: 0)
        #expect(machine.received(bytes(3), now: 0) == .nothing)
        var longer = machine
        #expect(longer.received(bytes(1), now: 0) == .refuse(.payloadTooLarge(limit: 3), path: "/unread"))
        guard case .respond(let request, _) = machine.received(.end, now: 0) else {
            Issue.record("the request was not handed over")
            return
        }
        #expect(request.body.isEmpty)
    }

    @Test("Connections stay open after refusals without a body, and the context of a decision comes back")
    func keepsAlive() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(get("/denied") + post("/denied", "abc") + get("/context"))
            #expect(try client.answer().text == "denied")
            let second = try client.answer()
            #expect(second.status == 401 && second["connection"] == nil)
            #expect(try client.answer().text == "/context")
            #expect(responder.paths == ["/context"])
            #expect(responder.heads == ["/denied", "/denied", "/context"])
            #expect(server.metrics.requests.value == 3)
        }
    }

    @Test("A client that sends a large body at once can read its refusal", arguments: [2_000_000, 7_000_000])
    func clientThatSendsLarge(length: Int) async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send(post("/denied", String(repeating: "x", count: length)))
            let answer = try client.answer()
            #expect(answer.status == 401 && answer["connection"] == "close")
            #expect(try client.isAtEnd())
        }
    }

    @Test("A client that waits for a go-ahead gets its refusal from the server")
    func clientThatWaitsForGoAhead() async throws {
        try await serving { port, _, _ in
            let client = try RawClient(port: port)
            try client.send("POST /denied HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.answer().status == 401)
            #expect(try client.isAtEnd())
        }
    }
}
