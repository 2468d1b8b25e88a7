/// One POST request. It is sent unchanged: no redirect is followed, and no part is ever sent twice.
package struct CurlRequest: Sendable {
    /// An absolute URL, without user name and password.
    package var url: String
    /// The body.
    package var body: [UInt8]
    /// Complete header lines without line ends, such as "Content-Type: text/plain". `Content-Length`, `Host` and
    /// `Accept-Encoding: gzip` are added. Lines with control characters are an error.
    package var headers: [String]
    /// When the request times out, in nanoseconds on the clock of `EventLoop.now()`.
    package var deadline: UInt64
    /// How long name resolution, connecting and the TLS handshake may take together, within the deadline.
    package var connectTimeout: Duration
    /// A PEM file with the only trusted authorities; nil for those of the system.
    package var caFile: String?
    /// Whether plain http is allowed. Otherwise an http URL is an error.
    package var allowsHTTP: Bool
    /// The proxy. If it is nil, no proxy is used, whatever the environment states.
    package var proxy: CurlProxy?
    /// The maximum size of the response body in bytes, after decompression.
    package var maximumResponseBytes: Int

    /// Makes a request with the contract's limits: 5 s to connect, 10 MiB of response, https only.
    package init(
        url: String, body: [UInt8], headers: [String] = [], deadline: UInt64,
        connectTimeout: Duration = .seconds(5), caFile: String? = nil, allowsHTTP: Bool = false,
        proxy: CurlProxy? = nil, maximumResponseBytes: Int = 10 << 20
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
