import HTTP1
import Testing

@testable import HTTPServer

@Suite("The life of a connection when all slots are taken")
struct SlotMachineTests {
    private static let second: UInt64 = 1_000_000_000
    private let tooMany = ConnectionStateMachine.Action.refuse(.tooManyConnections(limit: 4096), path: "")
    private let answer = ServerResponse(status: 200, body: [1, 2, 3])
    private let refusal = ServerResponse(status: 503)

    private func machine(_ admission: ConnectionStateMachine.Admission, now: UInt64 = 0) -> ConnectionStateMachine {
        let configuration = HTTPServer.Configuration(address: .tcp(host: "h", port: 0))
        return ConnectionStateMachine(
            settings: .init(configuration) { _, _ in .proceed(BodyPlan(limit: 100)) }, admission: admission, now: now)
    }

    private func head(length: Int = 0) -> Part { headPart("/a", "POST", [("Content-Length", "\(length)")]) }

    /// A connection that has answered its first request.
    private func served(at now: UInt64) -> ConnectionStateMachine {
        var machine = machine(.admitted)
        _ = machine.received(head(), now: now)
        _ = machine.received(.end, now: now)
        _ = machine.responded(1, with: answer, serverIsClosing: false, now: now)
        return machine
    }

    @Test("The first head on a surplus connection makes it leave its socket")
    func surplusHead() {
        var machine = machine(.surplus)
        machine.receivedFragment(now: 1)
        #expect(machine.received(head(length: 3), now: 2) == .seekSlot)
        #expect(machine.phase == .closed)
        #expect(machine.received(.body([1, 2, 3]), now: 2) == .nothing)
        #expect(machine.received(.end, now: 2) == .nothing)
        #expect(machine.checkDeadline(now: .max) == .nothing)
    }

    @Test("A surplus connection without a request is refused after 250 ms, and may linger for 1 s")
    func firstRequest() {
        var machine = machine(.surplus, now: 7)
        let end = 7 + ConnectionStateMachine.firstRequestTime
        #expect(machine.checkDeadline(now: end - 1) == .nothing)
        #expect(machine.checkDeadline(now: end) == tooMany)
        #expect(
            machine.refused(with: refusal, now: end)
                == .send(refusal, ResponseFraming(isHead: false, connection: .close))
        )
        #expect(machine.flushed(now: end) == .closeOutput)
        #expect(machine.deadline == end + ConnectionStateMachine.refusalLingerTime)
    }

    @Test("An evicted surplus connection is refused once, and then closes without lingering")
    func evictedSurplus() {
        for isPartial in [false, true] {
            var machine = machine(.surplus)
            if isPartial { machine.receivedFragment(now: 1) }
            #expect(machine.refuseSurplus() == tooMany)
            _ = machine.refused(with: refusal, now: 2)
            #expect(machine.flushed(now: 2) == .closeOutput)
            #expect(machine.refuseSurplus() == .nothing)
            #expect(machine.evictSurplus() == .close(.evicted))
            #expect(machine.evictSurplus() == .nothing)
        }
    }

    @Test("A surplus connection whose 503 is not yet written closes as well")
    func evictedWhileWriting() {
        var machine = machine(.refused)
        #expect(machine.received(head(), now: 0) == tooMany)
        #expect(machine.refuseSurplus() == .nothing)
        _ = machine.refused(with: refusal, now: 0)
        #expect(machine.phase == .flushing)
        #expect(machine.refuseSurplus() == .nothing)
        #expect(machine.evictSurplus() == .close(.evicted))
    }

    @Test("A connection with a slot is never evicted as surplus")
    func admittedConnection() {
        var machine = served(at: 0)
        #expect(machine.refuseSurplus() == .nothing)
        #expect(machine.evictSurplus() == .nothing)
        #expect(machine.isIdle)
    }

    @Test("An idle connection tells since when, and gives up its slot")
    func evictedIdle() {
        var new = machine(.admitted, now: 3)
        #expect(new.idleSince == 3)
        #expect(new.evictIdle() == .close(.evicted))
        #expect(new.evictIdle() == .nothing)
        var served = served(at: 5 * Self.second)
        #expect(served.idleSince == 5 * Self.second)
        #expect(served.evictIdle() == .close(.evicted))
    }

    @Test("A connection with a request begun, in work or not yet answered in full keeps its slot")
    func busyConnection() {
        var partial = machine(.admitted)
        partial.receivedFragment(now: 0)
        var body = machine(.admitted)
        _ = body.received(head(length: 3), now: 0)
        var working = machine(.admitted)
        _ = working.received(head(), now: 0)
        _ = working.received(.end, now: 0)
        var backedUp = served(at: 0)
        backedUp.cannotWrite(100, now: 0)
        var pipelined = served(at: 0)
        pipelined.inputIsWaiting = true
        var flushing = machine(.admitted)
        _ = flushing.received(head(), now: 0)
        _ = flushing.received(.end, now: 0)
        _ = flushing.responded(1, with: answer, serverIsClosing: true, now: 0)
        for var machine in [partial, body, working, backedUp, pipelined, flushing] {
            #expect(machine.idleSince == nil)
            #expect(machine.evictIdle() == .nothing)
            #expect(machine.phase != .closed)
        }
    }

    @Test("Connections without a slot have none to give up")
    func withoutPlace() {
        for admission in [ConnectionStateMachine.Admission.surplus, .refused] {
            var machine = machine(admission)
            #expect(machine.idleSince == nil)
            #expect(machine.evictIdle() == .nothing)
        }
    }
}
