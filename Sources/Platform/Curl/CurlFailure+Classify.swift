internal import CLibcurl

/// What is known about a failed transfer.
struct FailedTransfer {
    var code: CURLcode
    var url: String
    /// libcurl's `CURLINFO_SSL_VERIFYRESULT`: an `X509_V_…` number; 0 if the chain is valid.
    var verifyResult = 0
    /// Whether name resolution, connecting and the TLS handshake had succeeded.
    var isConnected = false
    var isShutDown = false
    /// The HTTP status of the proxy's answer, 0 if there is none; nil without a proxy.
    var proxyStatus: Int?
    /// The message of libcurl or OpenSSL, for TLS errors.
    var detail = ""
}

extension CurlFailure {
    init(_ transfer: FailedTransfer) {
        let kind = Kind(transfer)
        let what: String
        switch kind {
        case .tls(let fault): what = fault.text(transfer.detail)
        case .timeout(.connect): what = "timed out while connecting"
        case .timeout(.call): what = "timed out before the response was complete"
        case .tooLarge: what = "the response is larger than allowed"
        case .shutDown: what = "the client was shut down"
        case .proxy(let fault): what = fault.text
        default: what = String(cString: curl_easy_strerror(transfer.code))
        }
        self.init(
            code: Int32(bitPattern: transfer.code.rawValue), kind: kind,
            description: "\(what) (\(CurlFailure.authority(of: transfer.url)), curl \(transfer.code.rawValue))")
    }

    /// The text "host:port" of a URL as it is written, without user name and password; "?" if it has none.
    static func authority(of url: String) -> String {
        let bytes = Array(url.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else {
            return "?"
        }
        var authority = bytes[(colon + 3)...].prefix {
            $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
        }
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) { authority = authority[(at + 1)...] }
        authority = authority.prefix { $0 > 0x20 && $0 < 0x7F }.prefix(255)
        return authority.isEmpty ? "?" : String(decoding: authority, as: UTF8.self)
    }
}

extension CurlFailure.Kind {
    init(_ transfer: FailedTransfer) {
        switch transfer.code {
        case _ where transfer.isShutDown: self = .shutDown
        case _ where CurlFailure.ProxyFault(transfer) != nil:
            self = CurlFailure.ProxyFault(transfer).map { .proxy($0) } ?? .other
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED, CURLE_BAD_FUNCTION_ARGUMENT:
            self = .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .resolve
        case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED: self = .connect
        case CURLE_OPERATION_TIMEDOUT: self = .timeout(transfer.isConnected ? .call : .connect)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED:
            self = .tls(CurlFailure.TLSFault(transfer))
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            // Before the request was sent, the way to the server broke, for example at a proxy.
            self = transfer.isConnected ? .cut : .connect
        case CURLE_FILESIZE_EXCEEDED: self = .tooLarge
        case CURLE_BAD_CONTENT_ENCODING: self = .badEncoding
        case CURLE_WEIRD_SERVER_REPLY: self = .notHTTP
        default: self = .other
        }
    }
}

extension CurlFailure.ProxyFault {
    /// Nil if the proxy is not at fault: there is none, its tunnel is there, or nothing was tried.
    init?(_ transfer: FailedTransfer) {
        guard let status = transfer.proxyStatus, !transfer.isConnected, !(200..<300).contains(status) else {
            return nil
        }
        switch transfer.code {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT: return nil
        case _ where status >= 300: self = .refused(status: status)
        case CURLE_COULDNT_RESOLVE_PROXY: self = .unresolved
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: self = .unreachable
        case CURLE_OPERATION_TIMEDOUT: self = .timeout
        default: self = .closed
        }
    }

    var text: String {
        switch self {
        case .unresolved: "the proxy's name has no address"
        case .unreachable: "there is no connection to the proxy"
        case .refused(407): "the proxy refused the user or the password with HTTP status 407"
        case .refused(let status): "the proxy refused the connection with HTTP status \(status)"
        case .timeout: "timed out while connecting through the proxy"
        case .closed: "the proxy ended the connection without an answer"
        }
    }
}

extension CurlFailure.TLSFault {
    /// The numbers are OpenSSL's `X509_V_ERR_…` (x509_vfy.h). libcurl checks the host name itself, after the chain was
    /// found valid and before it stores the chain's result. The result is still 1 then.
    init(_ transfer: FailedTransfer) {
        switch (transfer.code, transfer.verifyResult) {
        case (CURLE_SSL_CACERT_BADFILE, _): self = .caFile
        case (CURLE_PEER_FAILED_VERIFICATION, 0...1), (CURLE_PEER_FAILED_VERIFICATION, 62): self = .wrongHostName
        case (CURLE_PEER_FAILED_VERIFICATION, 2), (CURLE_PEER_FAILED_VERIFICATION, 18...21): self = .unknownIssuer
        case (CURLE_PEER_FAILED_VERIFICATION, 9): self = .notYetValid
        case (CURLE_PEER_FAILED_VERIFICATION, 10): self = .expired
        case (CURLE_PEER_FAILED_VERIFICATION, let number): self = .certificate(number)
        default: self = .handshake
        }
    }

    func text(_ detail: String) -> String {
        switch self {
        case .unknownIssuer: "TLS: the certificate's issuer is not trusted"
        case .wrongHostName: "TLS: the certificate is for another host name"
        case .expired: "TLS: the certificate has expired"
        case .notYetValid: "TLS: the certificate is not valid yet"
        case .certificate(let number): "TLS: the certificate was rejected (OpenSSL verify result \(number))"
        case .caFile: "TLS: the CA file cannot be read"
        case .handshake: detail.isEmpty ? "TLS: the handshake failed" : "TLS: the handshake failed: \(detail)"
        }
    }
}
