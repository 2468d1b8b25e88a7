import HTTP1
import Testing

@testable import HTTPServer

@Suite struct StreamMachineTests {
    private static let second: UInt64 = 1_000_000_000
    private let answer = ServerResponse(status: 200, stream: ResponseStream())

    /// A connection whose first request is answered in pieces.
    private func streaming(
        _ method: String = "GET", version: String = "1.1", serverIsClosing: Bool = false
    ) -> (ConnectionStateMachine, ConnectionStateMachine.Action) {
        let configuration = HTTPServer.Configuration(address: .tcp(host: "h", port: 0))
        var machine = ConnectionStateMachine(
            settings: .init(configuration) { _, _ in .proceed(BodyPlan(limit: 100)) }, now: 0)
        _ = machine.received(head(method, version), now: 0)
        _ = machine.received(.end, now: 0)
        let action = machine.responded(1, with: answer, serverIsClosing: serverIsClosing, now: 1)
        return (machine, action)
    }

    private func head(_ method: String = "GET", _ version: String = "1.1") -> Part {
        headPart("/a", method, version: version)
    }

    private func chunked(_ connection: ResponseFraming.Connection = .implied, isHead: Bool = false) -> ResponseFraming {
        ResponseFraming(isHead: isHead, connection: connection, body: .chunked)
    }

    @Test("A stream takes pieces until it ends, and leaves the connection idle")
    func streamTakesPiecesUntilItEnds() {
        var (machine, action) = streaming()
        #expect(action == .send(answer, chunked()))
        #expect(machine.phase == .streaming && machine.takesPieces)
        #expect(machine.deadline == 1 + 180 * Self.second)
        machine.wrotePiece(10, canWriteMore: true, now: 5)
        #expect(machine.deadline == 5 + 180 * Self.second)
        #expect(
            machine.streamFinished(0, canWriteMore: true, serverIsClosing: false, now: 6) == .endStream(chunked()))
        #expect(machine.isIdle)
        #expect(machine.deadline == 6 + 75 * Self.second)
        #expect(machine.streamFinished(0, canWriteMore: true, serverIsClosing: false, now: 7) == .nothing)
        #expect(machine.streamAborted() == .nothing)
    }

    @Test("While the channel cannot write, no piece is taken, and the client has its time to read")
    func whileChannelCannotWrite() {
        var (machine, _) = streaming()
        machine.wrotePiece(640 * 1024, canWriteMore: false, now: 5)
        #expect(machine.phase == .stalled && !machine.takesPieces)
        #expect(machine.deadline == 5 + 40 * Self.second)
        machine.wrotePiece(1, canWriteMore: true, now: 6)
        #expect(machine.phase == .stalled)
        machine.canWrite(now: 7)
        #expect(machine.takesPieces)
        #expect(machine.deadline == 7 + 180 * Self.second)
        machine.wrotePiece(1, canWriteMore: false, now: 8)
        #expect(machine.checkDeadline(now: 8 + 30 * Self.second) == .close(.writeTimeout))
        #expect(machine.phase == .closed)
        #expect(machine.streamAborted() == .nothing)
    }

    @Test("A responder that writes nothing ends the connection")
    func responderThatWritesNothing() {
        var (machine, _) = streaming()
        #expect(machine.checkDeadline(now: 1 + 180 * Self.second) == .close(.responseTimeout))
    }

    @Test("An end that the channel cannot write holds back the next request")
    func backedUp() {
        var (machine, _) = streaming()
        machine.wrotePiece(1, canWriteMore: false, now: 3)
        #expect(!machine.takesInput)
        #expect(
            machine.streamFinished(0, canWriteMore: false, serverIsClosing: false, now: 4) == .endStream(chunked()))
        #expect(machine.phase == .backedUp)
        #expect(!machine.takesInput)
        machine.canWrite(now: 5)
        #expect(machine.takesInput)
    }

    @Test("What comes while pieces go out waits, and no more is read")
    func whatComesWhilePieces() {
        var (machine, _) = streaming()
        #expect(machine.wantsInput)
        #expect(machine.received(head(), now: 2) == .nothing)
        #expect(machine.failed(.expectationFailed) == .nothing)
        machine.inputIsWaiting = true
        #expect(!machine.wantsInput && machine.phase == .streaming)
        #expect(machine.closeIfIdle(now: 1) == .nothing)
        _ = machine.streamFinished(0, canWriteMore: true, serverIsClosing: false, now: 3)
        #expect(machine.takesInput && !machine.isIdle)
    }

    @Test("A client that has ended its side, or a server that closes, ends the connection with the body")
    func clientThatHasEnded() {
        var (ended, _) = streaming()
        #expect(ended.inputEnded() == .nothing)
        #expect(
            ended.streamFinished(0, canWriteMore: true, serverIsClosing: false, now: 2)
                == .endStream(chunked(.close)))
        #expect(ended.phase == .flushing)
        #expect(ended.flushed(now: 3) == .close(.lingered))

        var (closing, _) = streaming()
        #expect(
            closing.streamFinished(0, canWriteMore: true, serverIsClosing: true, now: 2)
                == .endStream(chunked(.close)))
        #expect(closing.flushed(now: 3) == .closeOutput)

        var (announced, action) = streaming(serverIsClosing: true)
        #expect(action == .send(answer, chunked(.close)))
        #expect(announced.takesPieces)
        #expect(announced.streamAborted() == .close(.aborted))
        #expect(announced.phase == .closed)
    }

    @Test("HTTP/1.0 ends the body with the connection; HEAD has no body at all")
    func http10Ends() {
        var (old, action) = streaming(version: "1.0")
        let framing = ResponseFraming(isHead: false, connection: .close, body: .untilClose)
        #expect(action == .send(answer, framing))
        #expect(old.streamFinished(0, canWriteMore: true, serverIsClosing: false, now: 2) == .endStream(framing))

        let (head, headAction) = streaming("HEAD")
        #expect(headAction == .send(answer, chunked(isHead: true)))
        #expect(head.isIdle && !head.takesPieces)
    }
}
