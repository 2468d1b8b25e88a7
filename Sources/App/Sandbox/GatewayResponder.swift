import EventLoop
import HTTP1
import HTTPServer

/// Answers the sandbox's requests by playing the steps of its gateway.
final class GatewayResponder: Responder {
    private let box: LoopBound<GatewayBox>
    private let maximumBodyBytes: Int

    init(_ box: LoopBound<GatewayBox>, maximumBodyBytes: Int) {
        self.box = box
        self.maximumBodyBytes = maximumBodyBytes
    }

    func decide(on request: ServerRequest, bodyLength: Int?) -> HeadDecision {
        .proceed(BodyPlan(limit: maximumBodyBytes))
    }

    func respond(to request: ServerRequest, reply: @escaping @Sendable (ServerResponse) -> Void) {
        let steps = box.value.gateway.answer(
            WireRequest(
                verb: request.method, path: request.path, query: request.query ?? "",
                contentType: request.headers.first(name: "Content-Type") ?? "", body: request.body))
        let stream = ResponseStream()
        reply(ServerResponse(unframed: stream, closesConnection: steps.contains(.close)))
        play(steps[...], to: stream)
    }

    func refuse(_ fault: HTTPRequestError, path: String, headers: HeaderFields) -> ServerResponse {
        let page = WireResponse.page(fault.status, "\(fault.status) \(WireResponse.reasons[fault.status] ?? "Status")")
        return ServerResponse(status: page.status, headers: [("Content-Type", page.contentType)], body: page.body)
    }

    /// Plays steps up to the next wait. A client that disconnects meanwhile has no effect.
    private func play(_ steps: ArraySlice<ResponseStep>, to stream: ResponseStream) {
        var rest = steps
        while let step = rest.popFirst() {
            switch step {
            case .write(let bytes): stream.put(bytes)
            case .close: return stream.finish()
            case .wait(let milliseconds):
                let after = rest
                box.loop.schedule(after: .milliseconds(milliseconds)) { self.play(after, to: stream) }
                return
            }
        }
        stream.finish()
    }
}
