internal import CLibcurl

/// Holds back the head of a request until its body follows: libcurl gives the kernel the two apart, and so they would leave in two segments, each with its cost
/// for both ends.
///
/// Before a request libcurl tells the connection's local port, after it the socket; so a socket is corked from its second request on.
final class CorkTable {
    /// Ports remembered at most; those of connections that are gone are found out when they are used.
    private static let maximumPorts = 4096

    private var sockets: [Int32: Int32] = [:]
    private var corked: [Int32] = []

    /// A request is about to be written to the connection of a local port.
    func cork(port: Int32) {
        guard let socket = sockets[port] else { return }
        // The number may be another socket's by now.
        guard cork_socket(socket, port) != 0 else {
            sockets[port] = nil
            return
        }
        corked.append(socket)
    }

    /// The connection of a local port has this socket.
    func note(_ socket: Int32, port: Int32) {
        guard port > 0, sockets[port] == nil else { return }
        if sockets.count >= Self.maximumPorts { sockets.removeAll() }
        sockets[port] = socket
    }

    /// Lets go what was held back: libcurl has written what it could.
    func release() {
        guard !corked.isEmpty else { return }
        for socket in corked { uncork_socket(socket) }
        corked.removeAll(keepingCapacity: true)
    }
}
