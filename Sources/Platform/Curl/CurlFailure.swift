/// Why there is no complete response. The text has at most host and port: never the URL's path or query, a header or a
/// body.
package struct CurlFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds that the relay treats differently.
    package enum Kind: Sendable, Equatable {
        /// libcurl rejected an argument: URL, scheme or header line.
        case invalidRequest
        /// The name of the host or proxy could not be resolved.
        case resolve
        /// No connection: refused or unreachable.
        case connect
        /// The proxy made no tunnel. Nothing was sent.
        case proxy(ProxyFault)
        /// The peer is not trusted, or the TLS handshake failed.
        case tls(TLSFault)
        /// The request timed out.
        case timeout(TimeoutPhase)
        /// The connection closed before the response was complete.
        case cut
        /// The body or headers of the response exceed the limit.
        case tooLarge
        /// The body does not have the encoding that the response declares.
        case badEncoding
        /// The response is not HTTP.
        case notHTTP
        /// The client was shut down.
        case shutDown
        /// Any other failure; see the code.
        case other
    }

    /// When a request timed out.
    package enum TimeoutPhase: Sendable, Equatable {
        /// During name resolution, connecting or the TLS handshake: nothing was sent.
        case connect
        /// After that.
        case call
    }

    /// Why a proxy made no tunnel.
    package enum ProxyFault: Sendable, Equatable {
        /// Its name could not be resolved.
        case unresolved
        /// It cannot be reached.
        case unreachable
        /// It answered with an HTTP status other than 2xx; 407 for a wrong user or password.
        case refused(status: Int)
        /// It did not answer in time.
        case timeout
        /// It closed the connection, or its answer is not HTTP.
        case closed
    }

    /// What failed in TLS.
    package enum TLSFault: Sendable, Equatable {
        /// The chain ends at an authority that is not trusted, or the certificate is self-signed.
        case unknownIssuer
        /// The certificate is for another host.
        case wrongHostName
        /// The certificate, or one above it, has expired.
        case expired
        /// The certificate, or one above it, is not valid yet.
        case notYetValid
        /// Another error of the chain, by OpenSSL's number (`X509_V_ERR_…`).
        case certificate(Int)
        /// The CA file cannot be read.
        case caFile
        /// The handshake failed: version, cipher, or a closed connection.
        case handshake
    }

    /// libcurl's code (`CURLE_…`). Our own HTTP/1.1 uses the same codes: 28 for a timeout, 52 for a connection that
    /// ended without any byte of a response, 55 for a failed send, 56 for an incomplete response.
    package let code: Int32
    /// The kind of the failure.
    package let kind: Kind
    /// A text for logs and problem documents.
    package let description: String

    /// Makes a failure.
    package init(code: Int32, kind: Kind, description: String) {
        self.code = code
        self.kind = kind
        self.description = description
    }
}
