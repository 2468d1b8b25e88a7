package import Bytes

extension HTTPServer {
    /// The settings of a server. Every time and size has a limit here.
    package struct Configuration: Sendable {
        /// Where to listen.
        package var address: ListenAddress
        /// Connections that the kernel may hold back until they are accepted.
        package var backlog: Int32 = 1024
        /// Connections that are served at once. A request on a further one takes the place of the connection that has been
        /// idle longest; if none is idle, it gets 503.
        package var maximumConnections = 4096
        /// Connections above ``maximumConnections`` that may be open at the same time. For a further one, the oldest of
        /// them gets its 503 and is closed.
        package var maximumRefusals = 256
        /// The time that a connection must have been idle before a request on a surplus connection may take its place. A
        /// client that has just connected, or that calls often, keeps its connection.
        package var evictableTime: Duration = .milliseconds(250)
        /// The longest request target, in bytes (414).
        package var maximumTargetBytes = 8 * 1024
        /// The head of a request, from its first byte to its empty line, in bytes (431).
        package var maximumHeaderBytes = 32 * 1024
        /// The number of header fields of a request (431).
        package var maximumHeaderFields = 100
        /// The bytes of all bodies that are gathered or in work; a body that does not fit is refused with 503.
        package var bodyBudget = ByteBudget()
        /// The most that is read from a connection at once, in bytes. It bounds what pipelined requests can pile up.
        package var maximumReadBytes = 32 * 1024
        /// The time from the first byte of a request to the end of its head (408).
        package var headTimeout: Duration = .seconds(10)
        /// The time from the first byte of a request to the end of its body (408).
        package var bodyTimeout: Duration = .seconds(30)
        /// The time that a connection may be idle before the next request; then it is closed.
        package var idleTimeout: Duration = .seconds(75)
        /// The time that a request may be in work. Beyond it the connection is closed, the work goes on. It guards
        /// against a responder that forgets a request, so it is to be longer than any real call.
        package var answerTimeout: Duration = .seconds(180)
        /// The time that a client has to read its answer, and one second more for each ``minimumWriteRate``.
        package var writeTimeout: Duration = .seconds(30)
        /// Bytes a second that a client must be able to read after ``writeTimeout``.
        package var minimumWriteRate = 64 * 1024
        /// After an answer that closes the connection: the time in which further input is read and dropped, so that
        /// the client can read the answer before it sees a reset.
        package var lingerTimeout: Duration = .seconds(5)
        /// The most that is read and dropped in that time, in bytes.
        package var lingerBytes = 8 * 1024 * 1024
        /// On a graceful shutdown: how long to go on accepting, with `Connection: close` on every answer.
        package var drainDelay: Duration = .zero
        /// On a graceful shutdown, after ``drainDelay``: how long to wait for requests in work.
        package var drainTimeout: Duration = .seconds(35)

        /// Settings with their defaults.
        package init(address: ListenAddress) {
            self.address = address
        }
    }
}
