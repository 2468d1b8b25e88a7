internal import CLibcurl

extension Transfer {
    /// What is the same for every request.
    func setFixedOptions(_ settings: CurlClient.Settings) -> CURLcode {
        var options = OptionSetter(easy: easy)
        options.set(CURLOPT_NOSIGNAL, 1)
        options.set(CURLOPT_POST, 1)
        options.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        options.set(CURLOPT_FOLLOWLOCATION, 0)
        // The header list asks for gzip, and `Gunzip` decodes it: libcurl takes a body without its trailer for a whole one.
        options.set(CURLOPT_HTTP_CONTENT_DECODING, 0)
        options.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        options.set(CURLOPT_PROTOCOLS_STR, "https")
        // "" and not nil: nil would let http_proxy in the environment take the traffic.
        options.set(CURLOPT_PROXY, "")
        options.set(CURLOPT_NOPROXY, "")

        options.set(CURLOPT_SSL_VERIFYPEER, 1)
        options.set(CURLOPT_SSL_VERIFYHOST, 2)
        options.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        options.set(CURLOPT_CA_CACHE_TIMEOUT, Int(settings.authorityCache.components.seconds))

        options.set(CURLOPT_TCP_NODELAY, 1)
        options.set(CURLOPT_TCP_KEEPALIVE, 1)
        options.set(CURLOPT_TCP_KEEPIDLE, 10)
        options.set(CURLOPT_TCP_KEEPINTVL, 5)
        options.set(CURLOPT_MAXAGE_CONN, Int(settings.idleConnectionAge.components.seconds))
        options.set(CURLOPT_MAXLIFETIME_CONN, Int(settings.connectionLifetime.components.seconds))
        options.set(CURLOPT_DNS_CACHE_TIMEOUT, Int(settings.addressCache.components.seconds))
        // A transfer that gives up while its look-up hangs would otherwise wait for it, and the loop with it.
        options.set(CURLOPT_QUICK_EXIT, 1)
        // The least that libcurl takes: it allocates both for each transfer.
        options.set(CURLOPT_BUFFERSIZE, 16 << 10)
        options.set(CURLOPT_UPLOAD_BUFFERSIZE, 16 << 10)
        return options.end(setCallbacks())
    }

    /// What the request says, as far as the handle is not set to it already.
    func setOptions(of request: CurlRequest, _ parts: ParsedURL?, _ headers: HeaderList, now: UInt64) -> CURLcode {
        var options = OptionSetter(easy: easy)
        if url != request.url {
            guard !request.url.utf8.contains(0) else { return CURLE_URL_MALFORMAT }
            url = request.url
            options.set(CURLOPT_URL, url)
            options.set(CURLOPT_CURLU, parts.map { UnsafeMutableRawPointer($0.parts) })
            // The handle used the old parts until now.
            self.parts = parts
        }
        if self.headers !== headers {
            options.set(CURLOPT_HTTPHEADER, headers.list)
            // The handle used the old list until now.
            self.headers = headers
        }
        if caFile != request.caFile {
            caFile = request.caFile
            options.set(CURLOPT_CAINFO, caFile ?? trust.file)
            // An own file is to be the only authority: the system's folder would be asked as well.
            options.set(CURLOPT_CAPATH, caFile == nil ? trust.folder : nil)
        }
        if allowsHTTP != request.allowsHTTP {
            allowsHTTP = request.allowsHTTP
            options.set(CURLOPT_PROTOCOLS_STR, allowsHTTP ? "https,http" : "https")
        }
        if proxy != request.proxy {
            proxy = request.proxy
            options.set(CURLOPT_PROXY, proxy ?? "")
        }
        let left = Transfer.milliseconds(request.deadline > now ? request.deadline - now : 0)
        options.set(CURLOPT_TIMEOUT_MS, left)
        options.set(CURLOPT_CONNECTTIMEOUT_MS, min(left, Transfer.milliseconds(request.connectTimeout)))
        options.set(CURLOPT_POSTFIELDS, joinedBody)
        options.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: body.count)
        // libcurl takes 0 as "no limit"; the write callback keeps the limit to the byte.
        options.set(CURLOPT_MAXFILESIZE_LARGE, offset: max(1, maximumResponseBytes))
        return options.end()
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

    mutating func set(_ option: CURLoption, offset value: Int) {
        if code == CURLE_OK { code = easy_set_offset(easy, option, curl_off_t(value)) }
    }

    mutating func set(_ option: CURLoption, _ value: String?) {
        if code == CURLE_OK { code = easy_set_string(easy, option, value) }
    }

    mutating func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
        if code == CURLE_OK { code = easy_set_pointer(easy, option, value) }
    }

    mutating func set(_ option: CURLoption, _ value: UnsafeMutablePointer<curl_slist>) {
        if code == CURLE_OK { code = easy_set_list(easy, option, value) }
    }

    /// The first refusal, or `last`.
    func end(_ last: CURLcode = CURLE_OK) -> CURLcode { code == CURLE_OK ? last : code }
}
