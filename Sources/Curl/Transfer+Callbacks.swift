internal import CLibcurl

/// libcurl calls these in the middle of `curl_multi_socket_action`, with the transfer as context. The client holds
/// every transfer whose handle is in the multi handle, so the unretained pointers stay good.
extension Transfer {
    func setCallbacks() -> CURLcode {
        let context = Unmanaged.passUnretained(self).toOpaque()
        for code in [
            easy_set_pointer(easy, CURLOPT_PRIVATE, context),
            easy_set_string(easy, CURLOPT_ERRORBUFFER, errorText),
            easy_set_read(easy, { Transfer.give($0, $1 &* $2, $3) }, context),
            easy_set_write(easy, { Transfer.take($0, $1 &* $2, $3) }, context),
            easy_set_header(easy, { Transfer.count($0, $1 &* $2, $3) }, context),
            easy_set_prerequest(easy, { context, _, _, _, _ in Transfer.begin(context) }, context),
            // The table is unretained: the client keeps it until the multi handle is gone, and with it every connection.
            easy_set_close(
                easy, { table, socket in Transfer.table(table)?.close(socket) ?? close_socket(socket) },
                Unmanaged.passUnretained(sockets).toOpaque()),
        ] where code != CURLE_OK {
            return code
        }
        return CURLE_OK
    }

    private static func from(_ context: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    private static func table(_ context: UnsafeMutableRawPointer?) -> SocketTable? {
        context.map { Unmanaged<SocketTable>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The connection is there, and the request is about to be written to it.
    private static func begin(_ context: UnsafeMutableRawPointer?) -> Int32 {
        guard let context else { return CURL_PREREQFUNC_ABORT }
        return from(context).begin() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
    }

    /// There is no SEEKFUNCTION: libcurl cannot go back, and so cannot send a request twice behind our back. It may
    /// begin anew without going back, though, if no byte of the body had left: that is refused here.
    private static func give(
        _ buffer: UnsafeMutablePointer<CChar>?, _ room: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let buffer, let context else { return Int(CURL_READFUNC_ABORT) }
        let transfer = from(context)
        transfer.bodyWasAskedFor = true
        let count = min(room, transfer.body.count - transfer.offset)
        guard count > 0 else {
            transfer.isAskedTwice = true
            return Int(CURL_READFUNC_ABORT)
        }
        transfer.body[transfer.offset..<transfer.offset + count].withUnsafeBytes {
            UnsafeMutableRawBufferPointer(start: buffer, count: count).copyMemory(from: $0)
        }
        transfer.offset += count
        return count
    }

    /// A piece of the body, as it comes.
    private static func take(
        _ data: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let data, let context else { return 0 }
        let transfer = from(context)
        guard count <= transfer.maximumResponseBytes - transfer.response.count else {
            transfer.isTooLarge = true
            return 0
        }
        transfer.response.append(contentsOf: UnsafeRawBufferPointer(start: data, count: count))
        return count
    }

    /// One line of the answer's head. libcurl takes a head that is cut off for a whole one, and an endless one for
    /// good.
    private static func count(
        _ data: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let data, let context else { return 0 }
        let transfer = from(context)
        transfer.headerBytes += count
        guard transfer.headerBytes <= maximumHeaderBytes else {
            transfer.isTooLarge = true
            return 0
        }
        let line = UnsafeRawBufferPointer(start: data, count: count)
        switch line.first {
        // An interim answer, or a proxy's, has a head of its own before the one that counts.
        case UInt8(ascii: "H") where line.starts(with: "HTTP/".utf8):
            transfer.isHeadWhole = false
            transfer.coding = .identity
        case UInt8(ascii: "C"), UInt8(ascii: "c"):
            if let coding = ContentCoding(headerLine: line) { transfer.coding = transfer.coding.followed(by: coding) }
        case 13 where count == 2 && line[1] == 10: transfer.isHeadWhole = true
        case 10 where count == 1: transfer.isHeadWhole = true
        default: break
        }
        return count
    }
}
