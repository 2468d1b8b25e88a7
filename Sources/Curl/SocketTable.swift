internal import CLibcurl
internal import EventLoop

/// What libcurl wants of its sockets. It says so in the middle of its work; the wishes are noted then and applied
/// after, the last word on a socket alone.
struct SocketTable {
    private struct Slot {
        var watch: Watch?
        /// libcurl's `CURL_POLL_…`.
        var wish: Int32 = 0
        /// libcurl let go of the socket since the wishes were last applied. It has closed it, perhaps, and another of
        /// the same number may be meant now: epoll knows nothing of that one.
        var wasReleased = false
        var isNoted = false
    }

    /// At the socket's number.
    private var slots: [Slot] = []
    private var noted: [Int32] = []

    mutating func note(_ socket: Int32, _ wish: Int32) {
        guard socket >= 0 else { return }
        let index = Int(socket)
        while slots.count <= index { slots.append(Slot()) }
        slots[index].wish = wish
        if wish == CURL_POLL_REMOVE { slots[index].wasReleased = true }
        if !slots[index].isNoted {
            slots[index].isNoted = true
            noted.append(socket)
        }
    }

    mutating func apply(on loop: EventLoop, handler: (Int32) -> (Readiness) -> Void) {
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
            if let watch = slots[index].watch {
                watch.update(interest)
            } else {
                slots[index].watch = loop.watch(socket, for: interest, handler(socket))
            }
        }
        noted.removeAll(keepingCapacity: true)
    }

    mutating func cancelAll() {
        for slot in slots { slot.watch?.cancel() }
        slots = []
        noted = []
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

    private static func interest(_ wish: Int32) -> Interest {
        var interest: Interest = []
        if wish & CURL_POLL_IN != 0 { interest.insert(.read) }
        if wish & CURL_POLL_OUT != 0 { interest.insert(.write) }
        return interest
    }
}
