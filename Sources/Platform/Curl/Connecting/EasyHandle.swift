internal import CLibcurl
internal import Sockets
internal import Time

/// An easy handle of libcurl that makes one connection and carries bytes over it. It is used only on the thread of the
/// loop.
///
/// libcurl resolves names, connects, and handles TLS and proxies. It does not interpret what is sent.
final class EasyHandle {
    /// The result of an attempt to send or receive.
    enum Transfer {
        /// The number of bytes, at least one.
        case bytes(Int)
        /// No byte can be sent or received now. A send must be repeated with the same bytes.
        case again
        /// The peer has closed its sending half. Only `receive` returns this.
        case end
        case failed(CURLcode)
    }

    let easy: UnsafeMutableRawPointer
    /// The connection that owns the handle.
    weak var connection: Connection?
    /// Whether libcurl is making the connection.
    var isUnderWay = false
    /// Retained because the multi handle must be freed after this one.
    private let connector: Connector
    private let share: AddressShare
    /// The socket of a connection without TLS, taken from libcurl: see ``takeSocket()``.
    private(set) var plainSocket: StreamSocket?
    /// libcurl writes its message about a failure here.
    private let errorText: UnsafeMutablePointer<CChar>
    private var isClosed = false

    /// Nil if there is no memory.
    init?(connector: Connector, share: AddressShare) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        self.connector = connector
        self.share = share
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        connector.handleCount += 1
    }

    deinit {
        close()
        errorText.deallocate()
    }

    /// The handle of libcurl's pointer. Its connection owns it, so nothing is retained here.
    static func of(_ easy: UnsafeMutableRawPointer) -> EasyHandle? {
        easy_get_private(easy).map { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Closes the connection and frees the handle. Later calls do nothing.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        connector.remove(self)
        curl_easy_cleanup(easy)
        plainSocket?.close()
        plainSocket = nil
        connector.handleCount -= 1
    }
}

// MARK: - A socket of our own

extension EasyHandle {
    /// Takes the socket of a connection without TLS away from libcurl. A tunnel is such a connection, too.
    ///
    /// libcurl believes that such a connection is idle. When it makes another connection, it closes idle ones that look
    /// dead or old. The kernel may at once reuse the number of the closed socket for another client's socket, which
    /// must never get a request. So the relay uses its own descriptor from here on, and libcurl closes the original
    /// one.
    /// - Returns: false if the process has no descriptor left.
    func takeSocket() -> Bool {
        guard let own = StreamSocket(descriptor: socket, isTCP: true).duplicate() else { return false }
        plainSocket = own
        connector.remove(self)
        return true
    }
}

// MARK: - Bytes

extension EasyHandle {
    /// Sends bytes from `start` on. After `again` the same bytes must be sent again, at the same place in memory.
    func send(_ bytes: [UInt8], from start: Int) -> Transfer {
        if let plainSocket {
            let rest = bytes.span.extracting(start..<bytes.count)
            return Self.transfer(plainSocket.write(rest), CURLE_SEND_ERROR)
        }
        return bytes.withUnsafeBytes { bytes in
            guard let first = bytes.baseAddress else { return .failed(CURLE_SEND_ERROR) }
            var count = 0
            let code = curl_easy_send(easy, first + start, bytes.count - start, &count)
            return Self.transfer(code, count, atZero: .again)
        }
    }

    /// Receives into the beginning of `buffer`, at most `buffer.count` bytes.
    func receive(into buffer: inout [UInt8]) -> Transfer {
        if let plainSocket { return Self.transfer(plainSocket.read(into: &buffer), CURLE_RECV_ERROR) }
        return buffer.withUnsafeMutableBytes { buffer in
            var count = 0
            let code = curl_easy_recv(easy, buffer.baseAddress, buffer.count, &count)
            return Self.transfer(code, count, atZero: .end)
        }
    }

    private static func transfer(_ code: CURLcode, _ count: Int, atZero: Transfer) -> Transfer {
        switch code {
        case CURLE_OK: count > 0 ? .bytes(count) : atZero
        case CURLE_AGAIN: .again
        default: .failed(code)
        }
    }

    private static func transfer(_ result: StreamSocket.Transfer, _ failure: CURLcode) -> Transfer {
        switch result {
        case .bytes(let count): count > 0 ? .bytes(count) : .again
        case .wouldBlock: .again
        case .end: .end
        case .broken: .failed(failure)
        }
    }

    /// Whether the socket is open and has nothing to read. It reads no byte.
    func isSilent(_ socket: Int32) -> Bool { StreamSocket(descriptor: socket, isTCP: true).isSilent }
}

// MARK: - Information from libcurl

extension EasyHandle {
    /// The socket of the connection; negative if there is none.
    var socket: Int32 { easy_get_socket(easy) }
    /// libcurl's `CURLINFO_SSL_VERIFYRESULT`: an `X509_V_…` number; 0 if the chain is valid.
    var verifyResult: Int { easy_get_long(easy, CURLINFO_SSL_VERIFYRESULT) }
    /// The HTTP status of the proxy's last answer to `CONNECT`; 0 if there is none.
    var proxyStatus: Int { easy_get_long(easy, CURLINFO_HTTP_CONNECTCODE) }
    /// How long connecting took, in nanoseconds.
    var connectNanoseconds: UInt64 { nanoseconds(CURLINFO_CONNECT_TIME_T) }
    /// How long it took until the TLS handshake ended, in nanoseconds; 0 without TLS.
    var tlsNanoseconds: UInt64 { nanoseconds(CURLINFO_APPCONNECT_TIME_T) }

    /// libcurl's message about a failure: at most 200 printable characters.
    var detail: String {
        let text = String(cString: errorText).utf8.prefix(200).map { $0 >= 0x20 && $0 < 0x7F ? $0 : 0x3F }
        return String(decoding: text, as: UTF8.self)
    }

    private func nanoseconds(_ info: CURLINFO) -> UInt64 { UInt64(max(0, easy_get_offset(easy, info))) * 1000 }
}

// MARK: - Options

extension EasyHandle {
    /// Sets the options that libcurl needs to connect.
    func prepare(
        for exchange: Exchange, _ settings: CurlClient.Settings, _ trust: CurlLibrary.Trust, now: UInt64
    ) throws(TransferError) {
        var options = OptionSetter(easy: easy)
        options.set(CURLOPT_PRIVATE, Unmanaged.passUnretained(self).toOpaque())
        options.set(CURLOPT_ERRORBUFFER, errorText)
        options.set(CURLOPT_CONNECT_ONLY, 1)
        options.set(CURLOPT_SHARE, share.share)
        options.set(CURLOPT_NOSIGNAL, 1)
        options.set(CURLOPT_URL, exchange.template.key.url)
        options.set(CURLOPT_PROTOCOLS_STR, "https,http")
        options.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        options.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        options.set(CURLOPT_BUFFERSIZE, Connection.inputBytes)
        setNetwork(&options, exchange.template.destination.key, settings)
        setTrust(&options, caFile: exchange.template.destination.key.caFile, settings, trust)
        let left = Self.milliseconds(exchange.deadline > now ? exchange.deadline - now : 0)
        options.set(CURLOPT_TIMEOUT_MS, left)
        options.set(CURLOPT_CONNECTTIMEOUT_MS, min(left, max(1, Int(exchange.connectTimeout.milliseconds))))
        try options.end()
    }

    private func setNetwork(
        _ options: inout OptionSetter, _ destination: Destination.Key, _ settings: CurlClient.Settings
    ) {
        // "" and not nil: with nil, libcurl would use http_proxy of the environment.
        options.set(CURLOPT_PROXY, destination.proxy?.address ?? "")
        options.set(CURLOPT_NOPROXY, "")
        if let proxy = destination.proxy {
            options.set(CURLOPT_HTTPPROXYTUNNEL, 1)
            if let user = proxy.user {
                options.set(CURLOPT_PROXYUSERNAME, user)
                options.set(CURLOPT_PROXYPASSWORD, proxy.password)
            }
        }
        options.set(CURLOPT_TCP_NODELAY, 1)
        options.set(CURLOPT_TCP_KEEPALIVE, 1)
        options.set(CURLOPT_TCP_KEEPIDLE, 10)
        options.set(CURLOPT_TCP_KEEPINTVL, 5)
        // Our own pool limits the age. libcurl would close a TLS connection that carries a call.
        options.set(CURLOPT_MAXAGE_CONN, Int(Int32.max))
        options.set(CURLOPT_DNS_CACHE_TIMEOUT, Int(settings.addressCache.components.seconds))
        // Otherwise freeing a handle during a slow look-up would block the loop until the look-up ends.
        options.set(CURLOPT_QUICK_EXIT, 1)
    }

    private func setTrust(
        _ options: inout OptionSetter, caFile: String?, _ settings: CurlClient.Settings, _ trust: CurlLibrary.Trust
    ) {
        options.set(CURLOPT_SSL_VERIFYPEER, 1)
        options.set(CURLOPT_SSL_VERIFYHOST, 2)
        options.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        options.set(CURLOPT_CA_CACHE_TIMEOUT, Int(settings.authorityCache.components.seconds))
        options.set(CURLOPT_CAINFO, caFile ?? trust.file)
        // A CA file is the only authority. Otherwise libcurl would also use the folder of the system.
        options.set(CURLOPT_CAPATH, caFile == nil ? trust.folder : nil)
    }

    /// Rounds up to at least 1, because 0 means "no limit" to libcurl.
    private static func milliseconds(_ nanoseconds: UInt64) -> Int {
        max(1, Int(min((nanoseconds / 1_000_000) + 1, UInt64(Int32.max))))
    }
}

/// Sets options until one fails, and remembers the error.
private struct OptionSetter {
    let easy: UnsafeMutableRawPointer
    private var code = CURLE_OK

    init(easy: UnsafeMutableRawPointer) { self.easy = easy }

    mutating func set(_ option: CURLoption, _ value: Int) {
        if code == CURLE_OK { code = easy_set_long(easy, option, value) }
    }

    mutating func set(_ option: CURLoption, _ value: String?) {
        if code == CURLE_OK { code = easy_set_string(easy, option, value) }
    }

    mutating func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
        if code == CURLE_OK { code = easy_set_pointer(easy, option, value) }
    }

    /// Throws the first error.
    func end() throws(TransferError) {
        if code != CURLE_OK { throw TransferError(code) }
    }
}
