internal import CLibcurl
internal import EventLoop

/// Makes connections with libcurl's multi handle, driven by the loop.
///
/// libcurl reports in callbacks which sockets and which time it waits for. Every call of libcurl ends with `settle`,
/// which collects the connections that were established or failed.
final class Connector {
    /// How often libcurl is called again in one turn if it asks for that. More calls wait for the next turn.
    private static let roundsAtOnce = 8

    /// How many connections a connector may have. libcurl searches all of them for one that has bytes to carry.
    private static let maximumHandles = 128

    /// The number of easy handles, whatever the state of their connections is.
    var handleCount = 0
    var hasRoom: Bool { handleCount < Self.maximumHandles }

    private let loop: EventLoop
    private let multi: UnsafeMutableRawPointer
    private var alarm = CurlAlarm()
    /// The sockets that libcurl waits for while it connects or resolves names.
    private var watches: [Int32: Watch] = [:]
    /// The number of connections that libcurl is making.
    private var underWay = 0

    init(loop: EventLoop) throws(CurlError) {
        guard let multi = curl_multi_init() else { throw .setUpFailed("out of memory") }
        self.loop = loop
        self.multi = multi
        guard setMultiOptions() else { throw .setUpFailed("an option of the multi handle was rejected") }
    }

    /// Every easy handle retains the connector, so none is left here. This may run on another thread. libcurl closes
    /// its sockets, which removes them from epoll.
    deinit {
        multi_set_socket(multi, nil, nil)
        multi_set_timer(multi, nil, nil)
        curl_multi_cleanup(multi)
    }

    /// Starts to make a connection. The connection is notified when it is established or has failed, possibly at once.
    func connect(_ handle: EasyHandle) throws(TransferError) {
        guard curl_multi_add_handle(multi, handle.easy) == CURLM_OK else { throw TransferError(CURLE_FAILED_INIT) }
        handle.isUnderWay = true
        underWay += 1
        // Adding the handle has set the alarm to "now".
        settle()
    }

    /// Removes a handle from libcurl, which closes its connection. The end of a client may call this on another thread.
    func remove(_ handle: EasyHandle) {
        if handle.isUnderWay { underWay -= 1 }
        handle.isUnderWay = false
        curl_multi_remove_handle(multi, handle.easy)
        // libcurl may want another time now.
        if loop.isOnLoop { arm() }
    }

    /// Cancels the alarm and forgets the sockets. libcurl must not be making a connection.
    func shutdown() {
        alarm.cancel()
        for watch in watches.values { watch.cancel() }
        watches = [:]
    }
}

// MARK: - libcurl's wishes

extension Connector {
    private func setMultiOptions() -> Bool {
        // The connector is not retained: it outlives the multi handle, which its `deinit` frees.
        let context = Unmanaged.passUnretained(self).toOpaque()
        let codes = [
            multi_set_socket(
                multi,
                { _, socket, wish, context, _ in
                    Connector.from(context)?.note(socket, wish)
                    return 0
                }, context),
            multi_set_timer(
                multi,
                { _, milliseconds, context in
                    Connector.from(context)?.alarm.note(milliseconds: milliseconds)
                    return 0
                }, context),
            multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING)),
            // Our own pool has the limit. Otherwise libcurl would search for idle connections to close, and find none.
            multi_set_long(multi, CURLMOPT_MAXCONNECTS, Int(Int32.max)),
        ]
        return codes.allSatisfy { $0 == CURLM_OK }
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Connector? {
        context.map { Unmanaged<Connector>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Watches a socket for the events that libcurl waits for. libcurl unregisters each socket before it closes it.
    private func note(_ socket: Int32, _ wish: Int32) {
        var interest: Interest = []
        if wish & CURL_POLL_IN != 0 { interest.insert(.read) }
        if wish & CURL_POLL_OUT != 0 { interest.insert(.write) }
        if wish == CURL_POLL_REMOVE {
            if let watch = watches.removeValue(forKey: socket), loop.isOnLoop { watch.cancel() }
        } else if let watch = watches[socket], watch.isActive {
            watch.update(interest)
        } else {
            watches[socket] = loop.watch(socket, for: interest) { [weak self] in self?.isReady(socket, $0) }
        }
    }
}

// MARK: - Driving libcurl

extension Connector {
    private func settle() {
        var rounds = 0
        while rounds < Self.roundsAtOnce, alarm.takeDue() {
            act(curl_socket_timeout(), 0)
            rounds += 1
        }
        collect()
        arm()
    }

    /// Collects the connections that were established or failed.
    private func collect() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                let handle = EasyHandle.of(easy)
            else { continue }
            let code = message.pointee.data.result
            handle.isUnderWay = false
            underWay -= 1
            handle.connection?.connected(code)
        }
    }

    private func arm() {
        alarm.arm(on: loop) { [weak self] in self?.ring() }
    }

    private func isReady(_ socket: Int32, _ readiness: ReadyEvents) {
        act(socket, Self.mask(of: readiness, watches[socket]?.interest ?? []))
        settle()
    }

    private func ring() {
        if alarm.takeElapsed(at: EventLoop.now()) {
            act(curl_socket_timeout(), 0)
            // libcurl calls back only if its next time differs from the last one that it reported. libcurl needs an
            // alarm as long as it is making a connection, so ask it if it did not report a time.
            if underWay > 0, alarm.wanted == nil, !alarm.isDue { askForTime() }
        }
        settle()
    }

    /// Asks libcurl when it wants to be called next.
    private func askForTime() {
        var milliseconds = -1
        guard curl_multi_timeout(multi, &milliseconds) == CURLM_OK else { return }
        // Wait at least one millisecond. libcurl has just been called, and its clock may be slightly behind the loop's.
        alarm.note(milliseconds: milliseconds == 0 ? 1 : milliseconds)
    }

    private func act(_ socket: curl_socket_t, _ mask: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, mask, &running)
    }

    /// The events to report to libcurl for a socket. libcurl finds hang-ups and errors by reading and writing.
    private static func mask(of readiness: ReadyEvents, _ interest: Interest) -> Int32 {
        let isBroken = readiness.contains(.hangUp) || readiness.contains(.error)
        var mask: Int32 = 0
        if readiness.contains(.readable) || isBroken && interest.contains(.read) { mask |= CURL_CSELECT_IN }
        if readiness.contains(.writable) || isBroken && interest.contains(.write) { mask |= CURL_CSELECT_OUT }
        return mask == 0 ? CURL_CSELECT_ERR : mask
    }
}
