internal import CLibcurl
internal import EventLoop

/// An easy handle of libcurl's with what its callbacks work on. Used for one request after the other, because a new
/// handle costs about as much as a call.
final class Transfer {
    /// The most bytes of answer headers.
    static let maximumHeaderBytes = 256 << 10

    let easy: UnsafeMutableRawPointer
    /// Its place among the client's busy transfers; -1 while idle.
    var place = -1
    var continuation: UnsafeContinuation<CurlResult, Never>?

    // What the handle is set to: options are set again only when they change.
    let trust: CurlLibrary.Trust
    var url = ""
    var parts: ParsedURL?
    var headers: HeaderList?
    var caFile: String?
    var allowsHTTP = false
    var proxy: String?
    /// libcurl writes its own words on a failure here.
    let errorText: UnsafeMutablePointer<CChar>

    let sockets: SocketTable

    // The request under way.
    var body: [UInt8] = []
    /// The body's bytes at a place that stays, if libcurl is to send them joined to the head.
    var joinedBody: UnsafeMutableRawPointer?
    /// libcurl has begun to send.
    var hasBegun = false
    /// What it had sent before: to a proxy, for a tunnel.
    var bytesSentBefore = 0
    var offset = 0
    var bodyWasAskedFor = false
    var isAskedTwice = false
    var response: [UInt8] = []
    var maximumResponseBytes = 0
    var headerBytes = 0
    /// The empty line after the headers has come.
    var isHeadWhole = false
    var isTooLarge = false
    /// How the body is coded, by the head that was read last.
    var coding = ContentCoding.identity

    /// Nil: libcurl has no memory, or refuses an option.
    init?(trust: CurlLibrary.Trust, sockets: SocketTable, settings: CurlClient.Settings) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        self.trust = trust
        self.sockets = sockets
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        guard setFixedOptions(settings) == CURLE_OK else { return nil }
    }

    /// The handle must be out of the multi handle by now.
    deinit {
        curl_easy_cleanup(easy)
        errorText.deallocate()
        dropBody()
    }

    /// The transfer of a handle. The client keeps it alive: nothing is retained here.
    static func of(_ easy: UnsafeMutableRawPointer) -> Transfer? {
        easy_get_private(easy).map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Makes the handle ready for a request; libcurl's code if it refuses something.
    func prepare(_ request: CurlRequest, _ parts: ParsedURL?, _ headers: HeaderList, now: UInt64) -> CURLcode {
        body = request.body
        joinBody()
        offset = 0
        hasBegun = false
        bytesSentBefore = 0
        bodyWasAskedFor = false
        isAskedTwice = false
        maximumResponseBytes = request.maximumResponseBytes
        headerBytes = 0
        isHeadWhole = false
        isTooLarge = false
        coding = .identity
        errorText[0] = 0
        return setOptions(of: request, parts, headers, now: now)
    }

    /// What became of the request, and an empty transfer.
    func takeResult(_ verdict: CURLcode, isShutDown: Bool) -> CurlResult {
        var code = finalCode(verdict)
        let wasAsked = bodyWasAskedFor || requestWasSentAtOnce
        if code == CURLE_OK, easy_get_long(easy, CURLINFO_NUM_CONNECTS) > 0 {
            sockets.connectionStands(easy_get_socket(easy))
        }
        let contentType = easy_get_string(easy, CURLINFO_CONTENT_TYPE).map { String(cString: $0) }
        var received = response
        response = []
        if code == CURLE_OK { code = decode(&received) }
        if code == CURLE_OK, let charset = contentType.flatMap({ Charset(declaredBy: $0) }) {
            if let text = charset.utf8(received, limit: maximumResponseBytes) {
                received = text
            } else {
                isTooLarge = true
                code = CURLE_FILESIZE_EXCEEDED
            }
        }
        let outcome: CurlResult.Outcome =
            code == CURLE_OK
            ? .answered(
                status: easy_get_long(easy, CURLINFO_RESPONSE_CODE),
                contentType: contentType, body: received)
            : .failed(failure(code, wasAsked: wasAsked, isShutDown: isShutDown))
        return CurlResult(outcome: outcome, bodyWasAskedFor: wasAsked, timings: timings())
    }

    /// Takes the content coding off a whole body.
    private func decode(_ body: inout [UInt8]) -> CURLcode {
        switch coding {
        case .identity: return CURLE_OK
        case .other: return CURLE_BAD_CONTENT_ENCODING
        case .gzip:
            // An answer without a body may announce a coding all the same.
            if body.isEmpty { return CURLE_OK }
            do throws(Gunzip.Failure) {
                body = try Gunzip.inflate(body, limit: maximumResponseBytes)
                return CURLE_OK
            } catch {
                if error == .tooLarge { isTooLarge = true }
                return error == .tooLarge ? CURLE_FILESIZE_EXCEEDED : CURLE_BAD_CONTENT_ENCODING
            }
        }
    }

    private func failure(_ code: CURLcode, wasAsked: Bool, isShutDown: Bool) -> CurlFailure {
        let detail = String(cString: errorText).utf8.prefix(200).map { $0 >= 0x20 && $0 < 0x7F ? $0 : 0x3F }
        return CurlFailure(
            FailedTransfer(
                code: code, url: url, verifyResult: easy_get_long(easy, CURLINFO_SSL_VERIFYRESULT),
                isPastConnect: easy_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T) > 0, bodyWasAskedFor: wasAsked,
                isTooLarge: isTooLarge, isAskedTwice: isAskedTwice, isShutDown: isShutDown,
                detail: String(decoding: detail, as: UTF8.self)))
    }

    private func timings() -> CurlTimings {
        func nanoseconds(_ info: CURLINFO) -> UInt64 { UInt64(max(0, easy_get_offset(easy, info))) * 1000 }
        var timings = CurlTimings()
        timings.connectNanoseconds = nanoseconds(CURLINFO_CONNECT_TIME_T)
        timings.tlsNanoseconds = nanoseconds(CURLINFO_APPCONNECT_TIME_T)
        timings.firstByteNanoseconds = nanoseconds(CURLINFO_STARTTRANSFER_TIME_T)
        timings.totalNanoseconds = nanoseconds(CURLINFO_TOTAL_TIME_T)
        timings.reused =
            easy_get_long(easy, CURLINFO_NUM_CONNECTS) == 0
            && easy_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T) > 0
        if timings.reused {
            // libcurl gives the time at which it picked the connection.
            timings.connectNanoseconds = 0
            timings.tlsNanoseconds = 0
        }
        return timings
    }
}
