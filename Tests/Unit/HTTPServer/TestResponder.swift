import Dispatch
import HTTP1
import HTTPServer
import Locks
import TestSupport

/// Answers by path: `/echo` gives the body back, `/held` waits until it is released, `/big` gives 8 MiB, `/loop` the
/// number of its loop; all else says what it got. `/stream` and what is below it gives a body that the test writes.
/// `/denied` is answered 401 from its head alone, and `/unread` drops its body.
final class TestResponder: Responder {
    private struct State: Sendable {
        var held: [@Sendable (ServerResponse) -> Void] = []
        var paths: [String] = []
        var heads: [String] = []
        var streams: [ResponseStream] = []
    }

    /// What the decision on a head passes on.
    private final class Path: Sendable {
        let text: String

        init(_ text: String) { self.text = text }
    }

    private let state = Locked(State())

    func decide(on request: ServerRequest, bodyLength: Int?) -> HeadDecision {
        state.withLock { $0.heads.append(request.path) }
        switch request.path {
        case "/denied": return .respond(ServerResponse(status: 401, body: Array("denied".utf8)))
        case "/unread": return .proceed(BodyPlan(limit: 1024 * 1024, isKept: false))
        default:
            return .proceed(BodyPlan(limit: request.path == "/small" ? 10 : 1024 * 1024, context: Path(request.path)))
        }
    }

    func respond(to request: ServerRequest, reply: @escaping @Sendable (ServerResponse) -> Void) {
        state.withLock { $0.paths.append(request.path) }
        switch request.path {
        case "/context":
            reply(ServerResponse(status: 200, body: Array("\((request.context as? Path)?.text ?? "none")".utf8)))
        case "/echo": reply(ServerResponse(status: 200, body: request.body))
        case "/later":
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) {
                reply(ServerResponse(status: 200, body: Array("later".utf8)))
            }
        case "/held": state.withLock { $0.held.append(reply) }
        case "/forgotten": break
        case "/loop": reply(ServerResponse(status: 200, body: Array("\(request.loopIndex)".utf8)))
        case "/unframed", "/unframed/close":
            let stream = ResponseStream()
            reply(ServerResponse(unframed: stream, closesConnection: request.path.hasSuffix("close")))
            stream.put(Array("HTTP/1.1 299 Own\r\nContent-Length: 9\r\n\r\nbro".utf8))
            if request.path == "/unframed" { stream.put(Array("ken-off".utf8.prefix(6))) }
            stream.finish()
        case let path where path.hasPrefix("/stream"):
            let stream = ResponseStream()
            reply(ServerResponse(status: path.hasSuffix("204") ? 204 : 200, headers: [("X-A", "b")], stream: stream))
            state.withLock { $0.streams.append(stream) }
        case "/big": reply(ServerResponse(status: 200, body: [UInt8](repeating: 120, count: 8 * 1024 * 1024)))
        case "/none": reply(ServerResponse(status: 204))
        case "/close": reply(ServerResponse(status: 200, body: Array("bye".utf8), closesConnection: true))
        case "/twice":
            reply(ServerResponse(status: 200, body: Array("first".utf8)))
            reply(ServerResponse(status: 500, body: Array("second".utf8)))
        case "/fields":
            reply(
                ServerResponse(
                    status: 200,
                    headers: [
                        ("X-Cut", "a\r\nX-Evil: b"), ("Content-Length", "999"), ("connection", "upgrade"),
                        ("X Bad", "1"), ("X-Good", "ü"),
                    ]))
        default:
            let text = "\(request.method) \(request.path) \(request.query ?? "-") \(request.body.count)"
            reply(ServerResponse(status: 200, headers: [("Content-Type", "text/plain")], body: Array(text.utf8)))
        }
    }

    func refuse(_ fault: HTTPRequestError, path: String, headers: HeaderFields) -> ServerResponse {
        var headers = [("Content-Type", "text/plain")]
        if fault.status == 503 { headers.append(("Retry-After", "1")) }
        return ServerResponse(status: fault.status, headers: headers, body: Array("\(path)|\(fault)".utf8))
    }

    /// The paths of all requests that the responder was asked about so far.
    var heads: [String] { state.withLock { $0.heads } }

    /// The paths of all requests so far.
    var paths: [String] { state.withLock { $0.paths } }

    /// Answers the requests that are held.
    func release(_ response: ServerResponse = ServerResponse(status: 200, body: Array("released".utf8))) {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for reply in held { reply(response) }
    }

    /// The stream of the latest request for one, once there are as many.
    func stream(_ count: Int = 1) async throws -> ResponseStream {
        try await eventually { self.state.withLock { $0.streams.count } >= count }
        return state.withLock { $0.streams[count - 1] }
    }

    /// Waits until a number of requests are held.
    func waitForHeld(_ count: Int) async throws {
        try await eventually { self.state.withLock { $0.held.count } >= count }
    }
}
