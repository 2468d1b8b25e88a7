internal import CLibcurl

/// An easy handle of libcurl's that makes one connection and carries bytes over it. On the loop's thread only.
///
/// libcurl looks up names, connects, and speaks TLS and with proxies. It knows nothing of what is sent.
final class EasyHandle {
    /// What an attempt to move bytes came to.
    enum Transfer {
        /// So many bytes were moved, at least one.
        case bytes(Int)
        /// Nothing can be moved now. A send must be repeated with the same bytes.
        case again
        /// The peer has closed its sending half. Only `receive` gives this.
        case end
        case failed(CURLcode)
    }

    let easy: UnsafeMutableRawPointer
    /// The connection that the handle belongs to, which keeps the handle.
    weak var connection: Connection?
    /// Whether libcurl is making the connection.
    var isUnderWay = false
    /// Holds the multi handle, which must be freed after this one.
    private let connector: Connector
    private let share: AddressShare
    /// The socket of a connection without TLS and proxy, which libcurl has given up: see ``takeSocket()``.
    private(set) var plainSocket: Int32?
    /// libcurl writes its own words on a failure here.
    private let errorText: UnsafeMutablePointer<CChar>
    private var isClosed = false

    /// Nil if memory is out.
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

    /// The handle of an easy handle. The connection keeps it: nothing is retained here.
    static func of(_ easy: UnsafeMutableRawPointer) -> EasyHandle? {
        easy_get_private(easy).map { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Closes the connection and frees the handle. Again: nothing.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        connector.remove(self)
        curl_easy_cleanup(easy)
        if let plainSocket { close_socket(plainSocket) }
        plainSocket = nil
        connector.handleCount -= 1
    }
}

// MARK: - A socket of our own

extension EasyHandle {
    /// Takes the socket of a connection without TLS and proxy out of libcurl's hands.
    ///
    /// libcurl believes that such a connection is idle. Whenever it makes another one, it closes those that look dead or
    /// have been idle for long. The number of a socket that it has closed may be that of another client's socket at
    /// once, which must never get a request. So the socket is ours from here on, and libcurl closes its own descriptor.
    /// - Returns: false if the process has no descriptor left.
    func takeSocket() -> Bool {
        let own = duplicate_socket(socket)
        guard own >= 0 else { return false }
        plainSocket = own
        connector.remove(self)
        return true
    }
}

// MARK: - Bytes

extension EasyHandle {
    /// Sends bytes from `start` on. After `again` the same bytes must be given, at the same place in memory.
    func send(_ bytes: [UInt8], from start: Int) -> Transfer {
        bytes.withUnsafeBytes { bytes in
            guard let first = bytes.baseAddress else { return .failed(CURLE_SEND_ERROR) }
            guard let plainSocket else {
                var count = 0
                let code = curl_easy_send(easy, first + start, bytes.count - start, &count)
                return Self.transfer(code, count, atZero: .again)
            }
            let count = send_bytes(plainSocket, first + start, bytes.count - start)
            return Self.transfer(count, CURLE_SEND_ERROR, atZero: .again)
        }
    }

    /// Receives into the beginning of `buffer`, at most as much as it holds.
    func receive(into buffer: inout [UInt8]) -> Transfer {
        buffer.withUnsafeMutableBytes { buffer in
            guard let plainSocket else {
                var count = 0
                let code = curl_easy_recv(easy, buffer.baseAddress, buffer.count, &count)
                return Self.transfer(code, count, atZero: .end)
            }
            let count = receive_bytes(plainSocket, buffer.baseAddress, buffer.count)
            return Self.transfer(count, CURLE_RECV_ERROR, atZero: .end)
        }
    }

    private static func transfer(_ code: CURLcode, _ count: Int, atZero: Transfer) -> Transfer {
        switch code {
        case CURLE_OK: count > 0 ? .bytes(count) : atZero
        case CURLE_AGAIN: .again
        default: .failed(code)
        }
    }

    /// - Parameter count: what a system call gave: -1 to wait, -2 for an error.
    private static func transfer(_ count: Int, _ failure: CURLcode, atZero: Transfer) -> Transfer {
        if count > 0 { return .bytes(count) }
        return count == 0 ? atZero : count == -1 ? .again : .failed(failure)
    }

    /// Whether the socket has nothing to read and has not been closed. Takes no byte.
    func isSilent(_ socket: Int32) -> Bool { peek_socket(socket) == 0 }
}

// MARK: - What libcurl tells

extension EasyHandle {
    /// The socket of the connection; negative if there is none.
    var socket: Int32 { easy_get_socket(easy) }
    /// libcurl's `CURLINFO_SSL_VERIFYRESULT`: an `X509_V_…` number, 0 where the chain is good.
    var verifyResult: Int { easy_get_long(easy, CURLINFO_SSL_VERIFYRESULT) }
    /// How long it took to connect, in nanoseconds.
    var connectNanoseconds: UInt64 { nanoseconds(CURLINFO_CONNECT_TIME_T) }
    /// How long it took until TLS was agreed on, in nanoseconds; 0 without TLS.
    var tlsNanoseconds: UInt64 { nanoseconds(CURLINFO_APPCONNECT_TIME_T) }

    /// libcurl's own words on a failure: at most 200 printable characters.
    var detail: String {
        let text = String(cString: errorText).utf8.prefix(200).map { $0 >= 0x20 && $0 < 0x7F ? $0 : 0x3F }
        return String(decoding: text, as: UTF8.self)
    }

    private func nanoseconds(_ info: CURLINFO) -> UInt64 { UInt64(max(0, easy_get_offset(easy, info))) * 1000 }
}

// MARK: - Options

extension EasyHandle {
    /// Sets what libcurl needs to know to connect.
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
        options.set(CURLOPT_CONNECTTIMEOUT_MS, min(left, Self.milliseconds(exchange.connectTimeout)))
        try options.end()
    }

    private func setNetwork(
        _ options: inout OptionSetter, _ destination: Destination.Key, _ settings: CurlClient.Settings
    ) {
        // "" and not nil: with nil, http_proxy in the environment would take the traffic.
        options.set(CURLOPT_PROXY, destination.proxy ?? "")
        options.set(CURLOPT_NOPROXY, "")
        options.set(CURLOPT_TCP_NODELAY, 1)
        options.set(CURLOPT_TCP_KEEPALIVE, 1)
        options.set(CURLOPT_TCP_KEEPIDLE, 10)
        options.set(CURLOPT_TCP_KEEPINTVL, 5)
        // Our own pool has the limits of age: libcurl would close a connection with TLS that carries a call.
        options.set(CURLOPT_MAXAGE_CONN, Int(Int32.max))
        options.set(CURLOPT_DNS_CACHE_TIMEOUT, Int(settings.addressCache.components.seconds))
        // A handle that is freed while its look-up hangs would otherwise wait for it, and the loop with it.
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
        // An own file is the only authority: libcurl would ask the system's folder too.
        options.set(CURLOPT_CAPATH, caFile == nil ? trust.folder : nil)
    }

    /// Rounded up, and at least 1: libcurl takes 0 as "no limit".
    private static func milliseconds(_ nanoseconds: UInt64) -> Int {
        max(1, Int(min((nanoseconds / 1_000_000) + 1, UInt64(Int32.max))))
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return max(1, Int(min(max(0, seconds), 1_000_000)) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}

/// Sets options until one is refused, and remembers why.
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

    /// Throws the first refusal.
    func end() throws(TransferError) {
        if code != CURLE_OK { throw TransferError(code) }
    }
}
