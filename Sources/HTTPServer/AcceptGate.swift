import Atomics
import NIOCore

/// Accepts no connection while as many are open as may be: the next one waits in the kernel. So the process keeps the
/// file descriptors that its other parts need, however many clients come at once.
///
/// It stands in the pipeline of the listening channel, which accepts one connection for each read.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    private let limit: Int
    private let open: ServerStatistics.Figure
    private let isHeldBack = ManagedAtomic(false)

    /// - Parameters:
    ///   - limit: connections that may be open, those that wait for a refusal among them.
    ///   - open: the connections that are open; the gate counts them.
    init(limit: Int, open: ServerStatistics.Figure) {
        self.limit = limit
        self.open = open
    }

    func read(context: ChannelHandlerContext) {
        if open.value >= limit {
            isHeldBack.store(true, ordering: .sequentiallyConsistent)
            // A connection that has closed just now did not see that it is waited for.
            guard open.value < limit, isHeldBack.exchange(false, ordering: .sequentiallyConsistent) else { return }
        }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        open.add(1)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let (open, isHeldBack) = (open, isHeldBack)
        unwrapInboundIn(data).closeFuture.whenComplete { _ in
            open.add(-1)
            guard isHeldBack.exchange(false, ordering: .sequentiallyConsistent) else { return }
            bound.eventLoop.execute { bound.value.pipeline.read() }
        }
        context.fireChannelRead(data)
    }
}
