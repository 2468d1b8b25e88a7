internal import CLibcurl
internal import EventLoop

/// libcurl and the loop. libcurl says in callbacks which sockets and which time it waits for; that is noted, and
/// applied when libcurl has returned, as neither it nor the loop may be called from inside a callback.
extension CurlClient {
    /// How often libcurl is called again at once when it says that there is more to do; the rest waits for the next
    /// turn.
    private static let roundsAtOnce = 8

    func setMultiOptions() -> Bool {
        // The client is unretained: it outlives the multi handle, which its `deinit` frees.
        let context = Unmanaged.passUnretained(self).toOpaque()
        let codes = [
            multi_set_socket(
                multi,
                { _, socket, wish, context, _ in
                    CurlClient.from(context)?.sockets.note(socket, wish)
                    return 0
                }, context),
            multi_set_timer(
                multi,
                { _, milliseconds, context in
                    CurlClient.from(context)?.alarm.note(milliseconds: milliseconds)
                    return 0
                }, context),
            multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.maximumIdleConnections),
            multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING)),
        ]
        return codes.allSatisfy { $0 == CURLM_OK }
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> CurlClient? {
        context.map { Unmanaged<CurlClient>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Lets libcurl do what is due, takes what has ended, and applies its wishes.
    func settle() {
        var rounds = 0
        while rounds < CurlClient.roundsAtOnce, alarm.takeDue() {
            act(curl_socket_timeout(), 0)
            rounds += 1
        }
        collect()
        sockets.apply { socket in
            // The watch of an idle connection must not keep the client.
            { [weak self] readiness in self?.isReady(socket, readiness) }
        }
        alarm.arm(on: loop) { self.ring() }
    }

    private func isReady(_ socket: Int32, _ readiness: Readiness) {
        guard sockets.isWanted(socket, readiness) else { return }
        act(socket, sockets.mask(of: socket, readiness))
        settle()
    }

    private func ring() {
        if alarm.takeElapsed(at: EventLoop.now()) {
            act(curl_socket_timeout(), 0)
            // libcurl calls back only when its next time differs from the one that it stated last. A transfer must
            // never be left without an alarm, so libcurl is asked when it was silent.
            if inFlight > 0, alarm.wanted == nil, !alarm.isDue { askForTime() }
        }
        settle()
    }

    /// Asks libcurl when it wants to be called next.
    private func askForTime() {
        var milliseconds = -1
        guard curl_multi_timeout(multi, &milliseconds) == CURLM_OK else { return }
        // At least one millisecond: libcurl has just been called, and its clock may run a little later than the loop's.
        alarm.note(milliseconds: milliseconds == 0 ? 1 : milliseconds)
    }

    private func act(_ socket: curl_socket_t, _ mask: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, mask, &running)
    }
}
