/// One POST. It is sent as it is: no redirect is followed, and no part of it is ever sent twice.
package struct CurlRequest: Sendable {
    /// An absolute URL, without user name and password.
    package var url: String
    /// The bytes to be posted.
    package var body: [UInt8]
    /// Whole header lines without line ends ("Content-Type: text/plain"). `Content-Length`, `Host` and
    /// `Accept-Encoding: gzip` are added; lines with control characters are refused.
    package var headers: [String]
    /// When the call must be over, on the clock of `EventLoop.now()`, in nanoseconds.
    package var deadline: UInt64
    /// How long name look-up, connecting and the TLS handshake may take together (within the deadline).
    package var connectTimeout: Duration
    /// A PEM file with the only authorities to be trusted; nil: the system's.
    package var caFile: String?
    /// Allows plain http; without it an http URL is refused.
    package var allowsHTTP: Bool
    /// The URL of a proxy. Nil: none, whatever the environment says.
    package var proxy: String?
    /// The longest answer body, after decompression.
    package var maximumResponseBytes: Int

    /// A request with the contract's limits: 5 s to connect, 10 MiB of answer, https only.
    package init(
        url: String, body: [UInt8], headers: [String] = [], deadline: UInt64,
        connectTimeout: Duration = .seconds(5), caFile: String? = nil, allowsHTTP: Bool = false,
        proxy: String? = nil, maximumResponseBytes: Int = 10 << 20
    ) {
        self.url = url
        self.body = body
        self.headers = headers
        self.deadline = deadline
        self.connectTimeout = connectTimeout
        self.caFile = caFile
        self.allowsHTTP = allowsHTTP
        self.proxy = proxy
        self.maximumResponseBytes = maximumResponseBytes
    }
}
