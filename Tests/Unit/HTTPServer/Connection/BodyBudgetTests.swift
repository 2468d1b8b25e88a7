import Bytes
import TestSupport
import Testing

@testable import HTTPServer

@Suite("The bytes of all bodies have a limit") struct BodyBudgetTests {
    private func machine(_ budget: ByteBudget) -> ConnectionStateMachine {
        var configuration = HTTPServer.Configuration(address: .tcp(host: "h", port: 0))
        configuration.bodyBudget = budget
        return ConnectionStateMachine(
            settings: .init(configuration) { request, _ in
                .proceed(BodyPlan(limit: 1000, isKept: request.path != "/unread"))
            }, now: 0)
    }

    private func head(_ path: String = "/a", length: Int?) -> Part {
        headPart(path, "POST", [length.map { ("Content-Length", "\($0)") } ?? ("Transfer-Encoding", "chunked")])
    }

    private func bytes(_ count: Int) -> Part { .body([UInt8](repeating: 120, count: count)) }

    @Test("Only bytes that have arrived count, and they count until the request is let go")
    func onlyBytesThatHaveArrived() {
        let budget = ByteBudget(limit: 100)
        var machine: ConnectionStateMachine? = machine(budget)
        _ = machine?.received(head(length: 60), now: 0)
        #expect(budget.heldBytes == 0)
        _ = machine?.received(bytes(50), now: 0)
        #expect(budget.heldBytes == 50)
        _ = machine?.received(bytes(10), now: 0)
        var action = machine?.received(.end, now: 0)
        machine = nil
        #expect(budget.heldBytes == 60)
        guard case .respond(let request, _)? = action else {
            Issue.record("the request was not handed over")
            return
        }
        action = nil
        request.reservation?.hold(90)
        #expect(budget.heldBytes == 90)
        request.reservation?.hold(120)
        #expect(budget.heldBytes == 120)
        request.reservation?.release()
        #expect(budget.heldBytes == 0)
    }

    @Test("A body that no longer fits is refused, and gives back what it held", arguments: [60, nil])
    func bodyThatNoLonger(length: Int?) {
        let budget = ByteBudget(limit: 100)
        let other = ByteReservation(of: budget)
        #expect(other.grow(by: 50))
        var machine = machine(budget)
        _ = machine.received(head(length: length), now: 0)
        #expect(machine.received(bytes(50), now: 0) == .nothing)
        #expect(machine.received(bytes(1), now: 0) == .refuse(.tooManyBodyBytes(limit: 100), path: "/a"))
        #expect(budget.heldBytes == 50 && budget.refusalCount == 1)
    }

    @Test("A body that is announced as longer than the whole budget is refused before it arrives")
    func tooLong() {
        let budget = ByteBudget(limit: 100)
        var first = machine(budget)
        #expect(first.received(head(length: 101), now: 0) == .refuse(.tooManyBodyBytes(limit: 100), path: "/a"))
        #expect(budget.refusalCount == 1)
        var unread = machine(budget)
        #expect(unread.received(head("/unread", length: 101), now: 0) == .nothing)
        #expect(unread.received(bytes(101), now: 0) == .nothing)
        #expect(budget.heldBytes == 0)
    }

    @Test("A connection that closes gives its bytes back")
    func connectionThatClosesGives() {
        let budget = ByteBudget(limit: 100)
        var machine = machine(budget)
        _ = machine.received(head(length: 60), now: 0)
        _ = machine.received(bytes(50), now: 0)
        machine.closed()
        #expect(budget.heldBytes == 0)
    }

    @Test("While a request holds the budget another gets 503 with Retry-After, and is served after the reply")
    func overTheWire() async throws {
        let budget = ByteBudget(limit: 1000)
        try await serving {
            $0.bodyBudget = budget
        } _: { port, responder, server in
            let first = try RawClient(port: port)
            try first.send(post("/held", String(repeating: "x", count: 800)))
            try await responder.waitForHeld(1)
            let second = try RawClient(port: port)
            try second.send(post("/echo", String(repeating: "x", count: 300)))
            let refused = try second.answer()
            #expect(refused.status == 503 && refused["retry-after"] == "1")
            #expect(server.metrics.refusedRequests[503]?.value == 1)
            responder.release()
            #expect(try first.answer().status == 200)
            #expect(budget.heldBytes == 0)
            try first.send(post("/echo", String(repeating: "x", count: 300)))
            #expect(try first.answer().status == 200)
        }
    }
}
