import Bytes
import Time

extension ConnectionStateMachine {
    /// The limits of a connection; times are nanoseconds.
    struct Settings {
        var maximumConnections: Int
        var headTimeout: UInt64
        var bodyTimeout: UInt64
        var idleTimeout: UInt64
        var evictableTime: UInt64
        var responseTimeout: UInt64
        var writeTimeout: UInt64
        var minimumWriteRate: Int
        var lingerTimeout: UInt64
        var lingerBytes: Int
        var bodyBudget: ByteBudget
        /// Decides on a request by its head and the announced length of its body: nil for a chunked body.
        var decide: (ServerRequest, _ bodyLength: Int?) -> HeadDecision

        /// The index of the connection's loop in the server's list.
        var loopIndex: Int

        init(
            _ configuration: HTTPServer.Configuration, loopIndex: Int = 0,
            decide: @escaping (ServerRequest, Int?) -> HeadDecision
        ) {
            maximumConnections = configuration.maximumConnections
            headTimeout = configuration.headTimeout.nanoseconds
            bodyTimeout = configuration.bodyTimeout.nanoseconds
            idleTimeout = configuration.idleTimeout.nanoseconds
            evictableTime = configuration.evictableTime.nanoseconds
            responseTimeout = configuration.responseTimeout.nanoseconds
            writeTimeout = configuration.writeTimeout.nanoseconds
            minimumWriteRate = max(1, configuration.minimumWriteRate)
            lingerTimeout = configuration.lingerTimeout.nanoseconds
            lingerBytes = configuration.lingerBytes
            self.loopIndex = loopIndex
            bodyBudget = configuration.bodyBudget
            self.decide = decide
        }

        /// The time between two checks of the deadlines: a quarter of the shortest timeout, 10 ms to 250 ms.
        var deadlineCheckInterval: UInt64 {
            let shortest = min(headTimeout, bodyTimeout, idleTimeout, responseTimeout, writeTimeout, lingerTimeout)
            return min(max(shortest / 4, 10_000_000), 250_000_000)
        }
    }
}
