internal import CLibcurl

/// How the body is given to libcurl.
///
/// A body that libcurl has in hand leaves joined to the head, in one system call and one segment; one that a callback
/// provides would leave after it, in another. libcurl could send a joined body again behind our back, when a connection
/// that it used again turns out to be closed: `begin` keeps it from that.
extension Transfer {
    /// libcurl joins shorter bodies only: its `MAX_INITIAL_POST_SIZE`.
    private static let joinedBytesLimit = 64 << 10

    /// Puts a short body where libcurl can take it; a long one is provided by the callback, without a copy.
    func joinBody() {
        dropJoined()
        guard !body.isEmpty, body.count < Transfer.joinedBytesLimit else { return }
        let copy = UnsafeMutableRawPointer.allocate(byteCount: body.count, alignment: 1)
        body.withUnsafeBytes { copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count) }
        joinedBody = copy
    }

    /// The request is over, and its handle out of the multi handle.
    func dropBody() {
        body = []
        dropJoined()
    }

    private func dropJoined() {
        joinedBody?.deallocate()
        joinedBody = nil
    }

    /// Whether libcurl may write the request to a connection that it has: once. It comes here again when the connection
    /// was closed under it, and may go on only if the kernel has not taken a byte of the request yet. (A body that the
    /// callback provides guards itself there.)
    func begin() -> Bool {
        if requestWasSentAtOnce {
            isAskedTwice = true
            return false
        }
        if !hasBegun { bytesSentBefore = easy_get_long(easy, CURLINFO_REQUEST_SIZE) }
        hasBegun = true
        return true
    }

    /// Whether the kernel has taken a byte of a request that has its whole body in its first write: one with a joined
    /// body, or with none.
    var requestWasSentAtOnce: Bool {
        guard hasBegun, joinedBody != nil || body.isEmpty else { return false }
        return easy_get_long(easy, CURLINFO_REQUEST_SIZE) > bytesSentBefore
    }

    /// libcurl's verdict, as it would be for a body that it cannot rewind, and with a head that is cut off being no answer.
    func finalCode(_ verdict: CURLcode) -> CURLcode {
        if isAskedTwice { return CURLE_SEND_FAIL_REWIND }
        return verdict == CURLE_OK && !isHeadWhole ? CURLE_PARTIAL_FILE : verdict
    }
}
