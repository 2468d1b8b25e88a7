package import Bytes

extension HTTPServer {
    /// The settings of a server. Every time and size has a limit here.
    package struct Configuration: Sendable {
        /// Where to listen.
        package var address: ListenAddress
        /// Connections that the kernel may hold back until they are accepted.
        package var backlog: Int32 = 1024
        /// Connections that are served at once: the slots. A request on a further connection takes the slot of the
        /// connection that has been idle longest. If no connection is idle, the request gets 503.
        package var maximumConnections = 4096
        /// Surplus connections: those above ``maximumConnections`` that may be open at the same time. When one more
        /// arrives, the oldest surplus connection gets its 503 and is closed.
        package var maximumRefusals = 256
        /// How long a connection must have been idle before a request on a surplus connection may take its slot. A
        /// client that has just connected, or that calls often, keeps its connection.
        package var evictableTime: Duration = .milliseconds(250)
        /// The longest request target, in bytes (414).
        package var maximumTargetBytes = 8 * 1024
        /// The head of a request, from its first byte to its empty line, in bytes (431).
        package var maximumHeaderBytes = 32 * 1024
        /// The number of header fields of a request (431).
        package var maximumHeaderFields = 100
        /// The bytes of all bodies that are being received or processed. A body that does not fit is refused with 503.
        package var bodyBudget = ByteBudget()
        /// The most that is read from a connection at once, in bytes. It limits the memory of pipelined requests.
        package var maximumReadBytes = 32 * 1024
        /// The time from the first byte of a request to the end of its head (408).
        package var headTimeout: Duration = .seconds(10)
        /// The time from the first byte of a request to the end of its body (408).
        package var bodyTimeout: Duration = .seconds(30)
        /// How long a connection may be idle before the next request. Then it is closed.
        package var idleTimeout: Duration = .seconds(75)
        /// How long the responder may work on a request. After that the connection is closed, and the work continues.
        /// It guards against a responder that forgets a request, so it must be longer than any real call.
        package var responseTimeout: Duration = .seconds(180)
        /// The time in which a client must read its response. Each ``minimumWriteRate`` bytes add one second.
        package var writeTimeout: Duration = .seconds(30)
        /// Bytes a second that a client must be able to read after ``writeTimeout``.
        package var minimumWriteRate = 64 * 1024
        /// How long further input is read and dropped after a response that closes the connection. Without it, a reset
        /// could reach the client before the response.
        package var lingerTimeout: Duration = .seconds(5)
        /// The most that is read and dropped in that time, in bytes.
        package var lingerBytes = 8 * 1024 * 1024
        /// On a graceful shutdown: how long to continue accepting, with `Connection: close` on every response.
        package var drainDelay: Duration = .zero
        /// On a graceful shutdown, after ``drainDelay``: how long to wait for running requests.
        package var drainTimeout: Duration = .seconds(35)

        /// Settings with their defaults.
        package init(address: ListenAddress) {
            self.address = address
        }
    }
}
