import HTTP1
import Testing

@testable import HTTPServer

@Suite struct ConnectionStateMachineTests {
    typealias Action = ConnectionStateMachine.Action

    private static let second: UInt64 = 1_000_000_000
    private let answer = ServerResponse(status: 200, body: [1, 2, 3])

    private func machine(_ admission: ConnectionStateMachine.Admission = .admitted) -> ConnectionStateMachine {
        let configuration = HTTPServer.Configuration(address: .tcp(host: "h", port: 0))
        return ConnectionStateMachine(
            settings: .init(configuration) { request, _ in .proceed(BodyPlan(limit: request.path == "/small" ? 4 : 100))
            },
            admission: admission, now: 0)
    }

    private func head(
        _ path: String, _ method: String = "POST", length: Int? = 0, _ fields: [(String, String)] = []
    ) -> Part {
        headPart(path, method, (length.map { [("Content-Length", "\($0)")] } ?? []) + fields)
    }

    private func body(_ bytes: [UInt8]) -> Part { .body(bytes) }

    private func request(_ path: String, _ bytes: [UInt8] = [], at time: UInt64 = 0) -> ServerRequest {
        ServerRequest(
            method: "POST", path: path, headers: ["Host": "h", "Content-Length": "\(bytes.count)"], body: bytes,
            receivedAt: time)
    }

    private func keep(_ isHead: Bool = false) -> ResponseFraming {
        ResponseFraming(isHead: isHead, connection: .implied)
    }
    private func close(_ isHead: Bool = false) -> ResponseFraming {
        ResponseFraming(isHead: isHead, connection: .close)
    }

    @Test("A request is handed over when it is whole, and its response leaves the connection idle")
    func requestIsHandedOver() {
        var machine = machine()
        #expect(machine.received(head("/a", length: 3), now: 5) == .nothing)
        #expect(machine.phase == .body)
        #expect(machine.deadline == 5 + 30 * Self.second)
        #expect(machine.received(body([1]), now: 6) == .nothing)
        #expect(machine.received(body([2, 3]), now: 7) == .nothing)
        #expect(machine.received(.end, now: 8) == .respond(request("/a", [1, 2, 3], at: 5), number: 1))
        #expect(machine.phase == .working)
        #expect(machine.deadline == 8 + 180 * Self.second)
        #expect(machine.responded(1, with: answer, serverIsClosing: false, now: 9) == .send(answer, keep()))
        #expect(machine.isIdle)
        #expect(machine.deadline == 9 + 75 * Self.second)
        #expect(machine.takesInput && machine.wantsInput)
    }

    @Test("The responder decides once per request, knows the announced length, and its limit holds")
    func decidesOnce() {
        var asked: [String] = []
        let configuration = HTTPServer.Configuration(address: .tcp(host: "h", port: 0))
        let settings = ConnectionStateMachine.Settings(configuration) { request, length in
            asked.append("\(request.path) \(length.map { "\($0)" } ?? "chunked")")
            return .proceed(BodyPlan(limit: request.path == "/more" ? 5 : 3))
        }
        func begin(_ head: Part) -> (Action, ConnectionStateMachine) {
            var machine = ConnectionStateMachine(settings: settings, now: 0)
            return (machine.received(head, now: 0), machine)
        }
        #expect(begin(head("/none")).0 == .nothing)
        #expect(begin(head("/more", length: 5)).0 == .nothing)
        #expect(begin(head("/more", length: 6)).0 == .refuse(.payloadTooLarge(limit: 5), path: "/more"))
        #expect(begin(head("/less", length: 4)).0 == .refuse(.payloadTooLarge(limit: 3), path: "/less"))
        var (_, chunked) = begin(head("/chunked", length: nil, [("Transfer-Encoding", "chunked")]))
        #expect(asked == ["/none 0", "/more 5", "/more 6", "/less 4", "/chunked chunked"])
        #expect(chunked.received(body([1, 2, 3]), now: 0) == .nothing)
        #expect(chunked.received(body([4]), now: 0) == .refuse(.payloadTooLarge(limit: 3), path: "/chunked"))
        #expect(asked.count == 5)
    }

    @Test("The time for a request counts once, from its first byte, however its head and body stall")
    func oneTimeForARequest() {
        var machine = machine()
        machine.receivedFragment(now: 5)
        #expect(machine.deadline == 5 + 10 * Self.second)
        machine.receivedFragment(now: 6)
        #expect(machine.received(head("/a", length: 3), now: 5 + 9 * Self.second) == .nothing)
        #expect(machine.deadline == 5 + 30 * Self.second)
        #expect(machine.received(body([1]), now: 5 + 20 * Self.second) == .nothing)
        #expect(machine.checkDeadline(now: 4 + 30 * Self.second) == .nothing)
        #expect(
            machine.checkDeadline(now: 5 + 30 * Self.second) == .refuse(.requestTimeout(seconds: 30), path: "/a"))
    }

    @Test("While a request is in work no input is parsed, and when some waits no more is read")
    func whileRequestIsInWork() {
        var machine = machine()
        _ = machine.received(head("/a"), now: 0)
        _ = machine.received(.end, now: 0)
        #expect(machine.wantsInput && !machine.takesInput)
        for part in [head("/b", length: 1), body([9]), .end] {
            #expect(machine.received(part, now: 1) == .nothing)
        }
        #expect(machine.failed(.versionUnsupported) == .nothing)
        machine.inputIsWaiting = true
        #expect(!machine.wantsInput)
        #expect(machine.responded(1, with: answer, serverIsClosing: false, now: 2) == .send(answer, keep()))
        #expect(machine.takesInput && !machine.isIdle)
        machine.inputIsWaiting = false
        _ = machine.received(head("/b", length: 1), now: 2)
        _ = machine.received(body([9]), now: 2)
        #expect(machine.received(.end, now: 2) == .respond(request("/b", [9], at: 2), number: 2))
        #expect(machine.wantsInput)
    }

    @Test("A response to another request than the one in work changes nothing")
    func answerToAnotherRequest() {
        var machine = machine()
        #expect(machine.responded(1, with: answer, serverIsClosing: false, now: 0) == .nothing)
        _ = machine.received(head("/a"), now: 0)
        _ = machine.received(.end, now: 0)
        #expect(machine.responded(2, with: answer, serverIsClosing: false, now: 0) == .nothing)
        #expect(machine.responded(1, with: answer, serverIsClosing: false, now: 0) == .send(answer, keep()))
        #expect(machine.responded(1, with: answer, serverIsClosing: false, now: 0) == .nothing)
    }

    @Test("A go-ahead is sent for a body that is awaited and allowed")
    func continueResponse() {
        let expects = [("Expect", "100-continue")]
        var allowed = machine()
        #expect(allowed.received(head("/a", length: 3, expects), now: 0) == .sendContinue)
        var empty = machine()
        #expect(empty.received(head("/a", length: 0, expects), now: 0) == .nothing)
        var tooLong = machine()
        #expect(
            tooLong.received(head("/small", length: 5, expects), now: 0)
                == .refuse(.payloadTooLarge(limit: 4), path: "/small"))
        var other = machine()
        #expect(other.failed(.expectationFailed) == .refuse(.expectationFailed, path: ""))
    }

    @Test("A body of unknown length is refused when it passes the limit, and the rest of it is dropped")
    func passesLimit() {
        var machine = machine()
        #expect(machine.received(head("/small", length: nil, [("Transfer-Encoding", "chunked")]), now: 0) == .nothing)
        #expect(machine.received(body([1, 2, 3, 4]), now: 0) == .nothing)
        #expect(machine.received(body([5]), now: 0) == .refuse(.payloadTooLarge(limit: 4), path: "/small"))
        #expect(machine.refused(with: answer, now: 1) == .send(answer, close()))
        #expect(machine.received(body([6]), now: 1) == .nothing)
        #expect(machine.received(.end, now: 1) == .nothing)
        #expect(machine.flushed(now: 2) == .closeOutput)
        #expect(machine.deadline == 2 + 5 * Self.second)
        #expect(machine.drop(8 * 1024 * 1024) == .nothing)
        #expect(machine.drop(1) == .close(.lingered))
        #expect(machine.phase == .closed)
        #expect(machine.drop(1) == .nothing)
    }

    @Test("A response that closes is flushed, then the output is closed, then the client's end is awaited")
    func answerThatClosesIsFlushed() {
        var machine = machine()
        _ = machine.received(head("/a", "HEAD"), now: 0)
        _ = machine.received(.end, now: 0)
        _ = machine.received(head("/b"), now: 0)
        #expect(machine.responded(1, with: answer, serverIsClosing: true, now: 0) == .send(answer, close(true)))
        #expect(machine.phase == .flushing && !machine.takesInput && machine.dropsInput)
        #expect(machine.flushed(now: 0) == .closeOutput)
        #expect(machine.phase == .lingering)
        #expect(machine.inputEnded() == .close(.lingered))
    }

    @Test("When the client has ended its side, waiting requests are served and the last response closes")
    func whenClientHasEnded() {
        var machine = machine()
        _ = machine.received(head("/a"), now: 0)
        _ = machine.received(.end, now: 0)
        machine.inputIsWaiting = true
        #expect(machine.inputEnded() == .nothing)
        #expect(machine.responded(1, with: answer, serverIsClosing: false, now: 0) == .send(answer, keep()))
        #expect(machine.inputEnded() == .nothing)
        machine.inputIsWaiting = false
        _ = machine.received(head("/b"), now: 0)
        #expect(machine.received(.end, now: 0) == .respond(request("/b"), number: 2))
        #expect(machine.inputEnded() == .nothing)
        #expect(machine.responded(2, with: answer, serverIsClosing: false, now: 0) == .send(answer, close()))
        #expect(machine.flushed(now: 0) == .close(.lingered))
    }

    @Test("A request that the client does not complete is refused; a connection without one just closes")
    func endedEarly() {
        let early = HTTPRequestError.malformed(detail: "it ends too early")
        var partial = machine()
        partial.receivedFragment(now: 0)
        #expect(partial.inputEnded() == .refuse(early, path: ""))
        var body = machine()
        _ = body.received(head("/a", length: 3), now: 0)
        #expect(body.inputEnded() == .refuse(early, path: "/a"))
        var idle = machine()
        #expect(idle.inputEnded() == .close(.clientGone))
    }

    @Test("After a fault nothing more is parsed")
    func afterFaultNothingMoreIsParsed() {
        var machine = machine()
        #expect(machine.failed(.versionUnsupported) == .refuse(.versionUnsupported, path: ""))
        #expect(machine.failed(.expectationFailed) == .nothing)
        #expect(machine.refused(with: answer, now: 0) == .send(answer, close()))
        #expect(machine.failed(.expectationFailed) == .nothing)
        #expect(machine.received(head("/a"), now: 0) == .nothing)
    }

    @Test("Each phase has its deadline and its end")
    func eachPhaseHasItsDeadline() {
        var idle = machine()
        #expect(idle.checkDeadline(now: 75 * Self.second - 1) == .nothing)
        #expect(idle.checkDeadline(now: 75 * Self.second) == .close(.idle))
        #expect(idle.deadline == .max)

        var partial = machine()
        partial.receivedFragment(now: 0)
        partial.receivedFragment(now: 9 * Self.second)
        #expect(partial.checkDeadline(now: 10 * Self.second) == .refuse(.requestTimeout(seconds: 10), path: ""))

        var body = machine()
        _ = body.received(head("/a", length: 3), now: 0)
        #expect(body.checkDeadline(now: 30 * Self.second) == .refuse(.requestTimeout(seconds: 30), path: "/a"))

        var working = machine()
        _ = working.received(head("/a"), now: 0)
        _ = working.received(.end, now: 0)
        #expect(working.checkDeadline(now: 180 * Self.second) == .close(.responseTimeout))
        #expect(working.responded(1, with: answer, serverIsClosing: false, now: 0) == .nothing)
    }

    @Test("A response that cannot be written holds back reading and the next request until it can")
    func backPressure() {
        var machine = machine()
        _ = machine.received(head("/a"), now: 0)
        _ = machine.received(.end, now: 0)
        _ = machine.responded(1, with: answer, serverIsClosing: false, now: 0)
        machine.cannotWrite(64 * 1024 * 10, now: 0)
        #expect(machine.phase == .backedUp)
        #expect(machine.deadline == 40 * Self.second)
        #expect(!machine.wantsInput && !machine.takesInput)
        machine.canWrite(now: 1)
        #expect(machine.wantsInput && machine.takesInput)
        #expect(machine.deadline == 1 + 75 * Self.second)

        var slow = self.machine()
        _ = slow.received(head("/a"), now: 0)
        _ = slow.received(.end, now: 0)
        _ = slow.responded(1, with: answer, serverIsClosing: false, now: 0)
        slow.cannotWrite(10, now: 0)
        #expect(slow.checkDeadline(now: 30 * Self.second) == .close(.writeTimeout))
    }

    @Test("Only a connection on which nothing is under way closes at once when the server stops")
    func onlyConnectionOnWhichNothing() {
        var idle = machine()
        _ = idle.received(head("/a"), now: 0)
        _ = idle.received(.end, now: 0)
        _ = idle.responded(1, with: answer, serverIsClosing: false, now: 0)
        #expect(idle.closeIfIdle(now: 1) == .close(.drained))
        #expect(idle.closeIfIdle(now: 2) == .nothing)
        // The first request of a new connection may be on its way.
        var new = machine()
        #expect(new.closeIfIdle(now: 7) == .nothing)
        #expect(new.deadline == 7 + ConnectionStateMachine.firstRequestTime)
        #expect(new.checkDeadline(now: new.deadline) == .close(.idle))
        var partial = machine()
        partial.receivedFragment(now: 0)
        #expect(partial.closeIfIdle(now: 1) == .nothing)
        var body = machine()
        _ = body.received(head("/a", length: 3), now: 0)
        #expect(body.closeIfIdle(now: 1) == .nothing)
    }

    @Test("A connection for which no slot was found is refused at its first request")
    func notAdmitted() {
        var machine = machine(.refused)
        #expect(machine.received(head("/a"), now: 0) == .refuse(.tooManyConnections(limit: 4096), path: ""))
    }

    @Test("A closed connection does nothing more")
    func closedConnectionDoesNothing() {
        var machine = machine()
        _ = machine.received(head("/a", length: 3), now: 0)
        machine.closed()
        #expect(machine.received(body([1]), now: 0) == .nothing)
        #expect(machine.failed(.expectationFailed) == .nothing)
        #expect(machine.inputEnded() == .nothing)
        #expect(!machine.takesInput && !machine.dropsInput)
        #expect(machine.checkDeadline(now: .max) == .nothing)
        #expect(machine.flushed(now: 0) == .nothing)
        #expect(!machine.wantsInput)
    }
}
