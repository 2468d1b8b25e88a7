import NIOCore
import NIOHTTP1

/// One connection: gathers whole requests, and plays the steps of each answer before it looks at the next.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    /// How many requests may wait behind the one that is being answered.
    static let maximumWaiting = 16

    private let box: GatewayBox
    private var context: ChannelHandlerContext?
    private var incoming: WireRequest?
    private var waiting: [WireRequest] = []
    private var steps: ArraySlice<Step> = []
    private var isAnswering = false
    private var isKeptAlive = true
    private var timer: Scheduled<Void>?
    private var idleTimer: Scheduled<Void>?

    init(_ box: GatewayBox) {
        self.box = box
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelActive(context: ChannelHandlerContext) {
        guard box.connections.count < box.configuration.maximumConnections else {
            return context.close(promise: nil)
        }
        box.connections[ObjectIdentifier(self)] = self
        awaitRequest(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        idleTimer?.cancel()
        self.context = nil
        box.connections[ObjectIdentifier(self)] = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let buffer):
            guard let count = incoming?.body.count else { return }
            guard count + buffer.readableBytes <= box.configuration.maximumBodyBytes else { return refuse(context) }
            incoming?.body += buffer.readableBytesView
        case .end:
            guard let request = incoming else { return }
            incoming = nil
            guard waiting.count < Self.maximumWaiting else { return context.close(promise: nil) }
            waiting.append(request)
            answerNext(context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // A client that does not read its answers gets no further ones.
        answerNext(context)
    }

    /// Closes the connection, whatever is going on.
    func close() {
        context?.close(promise: nil)
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        idleTimer?.cancel()
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        incoming = WireRequest(
            verb: head.method.rawValue, path: String(parts.first ?? ""), query: parts.count > 1 ? String(parts[1]) : "",
            contentType: head.headers.first(name: "content-type") ?? "", isKeptAlive: head.isKeepAlive)
        if head.headers.first(name: "expect")?.lowercased() == "100-continue", !isAnswering {
            write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), context)
        }
    }

    private func refuse(_ context: ChannelHandlerContext) {
        incoming = nil
        var response = WireResponse.page(413, "413 Content Too Large")
        response.closes = true
        write(response.head + response.body, context)
        context.close(promise: nil)
    }

    private func answerNext(_ context: ChannelHandlerContext) {
        guard !isAnswering, !waiting.isEmpty, context.channel.isWritable else { return }
        let request = waiting.removeFirst()
        isAnswering = true
        isKeptAlive = request.isKeptAlive
        steps = box.gateway.answer(request)[...]
        play(context)
    }

    private func play(_ context: ChannelHandlerContext) {
        while let step = steps.popFirst() {
            switch step {
            case .write(let bytes): write(bytes, context)
            case .close: return context.close(promise: nil)
            case .wait(let milliseconds):
                timer = context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) {
                    self.context.map(self.play)
                }
                return
            }
        }
        isAnswering = false
        guard isKeptAlive else { return context.close(promise: nil) }
        if waiting.isEmpty { awaitRequest(context) } else { answerNext(context) }
    }

    /// A connection on which nothing comes is closed after a while.
    private func awaitRequest(_ context: ChannelHandlerContext) {
        idleTimer?.cancel()
        let idle = TimeAmount.seconds(Int64(box.configuration.idleSeconds))
        idleTimer = context.eventLoop.assumeIsolated().scheduleTask(in: idle) { self.close() }
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
    }
}
