internal import CLibcurl
internal import EventLoop

/// What libcurl wants of its sockets. It says so in the middle of its work; the wishes are noted then and applied
/// after, the last word on a socket alone.
///
/// libcurl lets go of a connection's socket at the end of each request, and takes it up with the next. Once a request
/// has been answered on it, its watch is left as it is meanwhile, which spares two system calls a request: libcurl tells
/// when it closes such a socket, so that its number cannot become another socket's unnoticed.
final class SocketTable {
    private struct Slot {
        var watch: Watch?
        /// libcurl's `CURL_POLL_…`.
        var wish: Int32 = 0
        /// The socket of a connection that stands, whose end comes by `close`. Of others (of an attempt to connect, or the one on
        /// which a name look-up reports) libcurl tells only that it lets go of them.
        var isConnection = false
        /// libcurl let go of another socket since the wishes were last applied. It has closed it, perhaps, and one of the same number
        /// may be meant now: epoll knows nothing of that one.
        var wasReleased = false
        var isNoted = false
    }

    private let loop: EventLoop
    /// At the socket's number.
    private var slots: [Slot] = []
    private var noted: [Int32] = []

    init(loop: EventLoop) { self.loop = loop }

    func note(_ socket: Int32, _ wish: Int32) {
        guard let index = place(of: socket) else { return }
        slots[index].wish = wish
        if wish == CURL_POLL_REMOVE, !slots[index].isConnection { slots[index].wasReleased = true }
        if !slots[index].isNoted {
            slots[index].isNoted = true
            noted.append(socket)
        }
    }

    /// A request has been answered on the socket.
    func connectionStands(_ socket: Int32) {
        if let index = place(of: socket) { slots[index].isConnection = true }
    }

    /// Closes a connection's socket for libcurl; 0: done. The end of a client may come to this off the loop's thread: closing takes
    /// the socket out of epoll then.
    func close(_ socket: Int32) -> Int32 {
        if let index = place(of: socket) {
            if loop.isOnLoop { slots[index].watch?.cancel() }
            slots[index].watch = nil
            slots[index].isConnection = false
        }
        return close_socket(socket)
    }

    func apply(handler: (Int32) -> (Readiness) -> Void) {
        guard !noted.isEmpty else { return }
        for socket in noted {
            let index = Int(socket)
            slots[index].isNoted = false
            if slots[index].wasReleased {
                slots[index].wasReleased = false
                slots[index].watch?.cancel()
                slots[index].watch = nil
            }
            guard slots[index].wish != CURL_POLL_REMOVE else { continue }
            let interest = SocketTable.interest(slots[index].wish)
            if let watch = slots[index].watch, watch.isActive {
                watch.update(interest)
            } else {
                slots[index].watch = loop.watch(socket, for: interest, handler(socket))
            }
        }
        noted.removeAll(keepingCapacity: true)
    }

    func cancelAll() {
        for slot in slots { slot.watch?.cancel() }
        slots = []
        noted = []
    }

    /// Whether libcurl waits for the socket.
    ///
    /// If not, the connection is idle. libcurl looks at it again only before its next use, so its end is handled here:
    /// the socket is shut down at once, which takes it out of CLOSE_WAIT. libcurl finds it dead and closes it later.
    /// Until then only the peer's end is watched: data on an idle connection would be reported in every turn.
    func isWanted(_ socket: Int32, _ readiness: Readiness) -> Bool {
        guard let index = place(of: socket) else { return false }
        if slots[index].wish != CURL_POLL_REMOVE { return true }
        if readiness.isDisjoint(with: [.peerClosed, .hangUp, .error]) {
            slots[index].watch?.update(.peerClose)
        } else {
            slots[index].watch?.cancel()
            slots[index].watch = nil
            shut_down_socket(socket)
        }
        return false
    }

    /// What to tell libcurl of a socket. It finds out about hang-ups and errors by reading and writing.
    func mask(of socket: Int32, _ readiness: Readiness) -> Int32 {
        var mask: Int32 = 0
        if readiness.contains(.readable) { mask |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { mask |= CURL_CSELECT_OUT }
        if readiness.contains(.hangUp) || readiness.contains(.error) {
            let wish = slots[Int(socket)].wish
            if wish & CURL_POLL_IN != 0 { mask |= CURL_CSELECT_IN }
            if wish & CURL_POLL_OUT != 0 { mask |= CURL_CSELECT_OUT }
            if mask == 0 { mask = CURL_CSELECT_ERR }
        }
        return mask
    }

    private func place(of socket: Int32) -> Int? {
        guard socket >= 0 else { return nil }
        let index = Int(socket)
        while slots.count <= index { slots.append(Slot()) }
        return index
    }

    private static func interest(_ wish: Int32) -> Interest {
        var interest: Interest = []
        if wish & CURL_POLL_IN != 0 { interest.insert(.read) }
        if wish & CURL_POLL_OUT != 0 { interest.insert(.write) }
        return interest
    }
}
