import Curl

extension CurlFailure {
    /// What callers and the trail are told: neither addresses nor the words of libraries. Those are for the log.
    var plainWords: String {
        switch kind {
        case .invalidRequest: "the request could not be made as it is set up"
        case .resolve: "the name of TOP's gateway has no address"
        case .connect: "there is no connection to TOP's gateway"
        case .proxy(.unresolved): "the name of the app's proxy has no address"
        case .proxy(.unreachable): "there is no connection to the app's proxy"
        case .proxy(.refused(407)): "the app's proxy refused its user or password (HTTP status 407)"
        case .proxy(.refused(let status)): "the app's proxy refused the connection (HTTP status \(status))"
        case .proxy(.timeout): "the app's proxy made no connection in time"
        case .proxy(.closed): "the app's proxy ended the connection without an answer"
        case .tls(.caFile): "the certificates to trust cannot be read"
        case .tls(.handshake): "there is no TLS with TOP's gateway"
        case .tls: "the certificate of TOP's gateway is not to be trusted"
        case .timeout(.connect): "there was no connection to TOP's gateway in time"
        case .timeout(.call): "there was no whole answer in time"
        case .cut: "the connection ended before the answer was whole"
        case .tooLarge: "the answer is larger than allowed"
        case .badEncoding: "the answer is not in the encoding that it claims"
        case .notHTTP: "what came is not HTTP"
        case .shutDown: "the replica had to stop before the answer came"
        case .other: "the transfer failed"
        }
    }

    /// Why there is no response to a request that was sent, without a full stop.
    /// - Parameter nanoseconds: how long the request took.
    func wordsAfterSending(nanoseconds: UInt64) -> String {
        switch kind {
        case .timeout: "No response from TOP: timed out after \(Self.seconds(nanoseconds)) s"
        case .cut: "No response from TOP: connection lost after the request was sent"
        case .shutDown: "No response from TOP: the replica had to stop before it came"
        case .tooLarge, .badEncoding, .notHTTP: "No usable response from TOP: \(plainWords)"
        case .invalidRequest, .resolve, .connect, .proxy, .tls, .other: "No response from TOP: \(plainWords)"
        }
    }

    /// Whole seconds, and tenths below one second.
    private static func seconds(_ nanoseconds: UInt64) -> String {
        let tenths = (nanoseconds + 50_000_000) / 100_000_000
        return tenths < 10 ? "0.\(tenths)" : "\((nanoseconds + 500_000_000) / 1_000_000_000)"
    }
}
