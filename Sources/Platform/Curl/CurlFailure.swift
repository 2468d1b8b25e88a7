/// Why there is no whole answer. Its text names the host and port at most: never the URL's path or query, a header or a
/// body.
package struct CurlFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the relay tells apart.
    package enum Kind: Sendable, Equatable {
        /// libcurl refused what it was given: URL, scheme, header line.
        case invalidRequest
        /// The name of the host (or proxy) has no address.
        case resolve
        /// No connection: refused, unreachable, or the proxy does not connect.
        case connect
        /// No trust in the peer, or no TLS with it.
        case tls(TLSFault)
        /// The time was over.
        case timeout(TimeoutPhase)
        /// The connection was closed before the answer was whole.
        case cut
        /// The answer's body or headers exceed the limit.
        case tooLarge
        /// The answer is not in the encoding that it claims.
        case badEncoding
        /// What came is not HTTP.
        case notHTTP
        /// The client was shut down.
        case shutDown
        /// Anything else: see the code.
        case other
    }

    /// Which of the two times was over.
    package enum TimeoutPhase: Sendable, Equatable {
        /// While looking up the name, connecting, or agreeing on TLS: nothing was sent.
        case connect
        /// Later.
        case call
    }

    /// What was wrong with TLS.
    package enum TLSFault: Sendable, Equatable {
        /// The chain ends at an authority that is not trusted (or it is self-signed).
        case unknownIssuer
        /// The certificate is another host's.
        case wrongHostName
        /// The certificate, or one above it, is out of date.
        case expired
        /// The certificate, or one above it, is not valid yet.
        case notYetValid
        /// Another verdict on the chain, by OpenSSL's number (`X509_V_ERR_…`).
        case certificate(Int)
        /// The CA file cannot be read.
        case caFile
        /// No agreement: version, cipher, cut off.
        case handshake
    }

    /// libcurl's code (`CURLE_…`), or the same code where our own HTTP/1.1 fails: 28 for a time-out, 52 for a connection
    /// that ended without a byte of a response, 55 for a failed send, 56 for a cut response.
    package let code: Int32
    /// What the relay tells apart.
    package let kind: Kind
    /// A sentence for logs and problem documents.
    package let description: String

    /// A failure of these parts.
    package init(code: Int32, kind: Kind, description: String) {
        self.code = code
        self.kind = kind
        self.description = description
    }
}
