import Curl

extension CurlFailure {
    /// The message for callers and the trail, without addresses and texts of libraries. The log has those.
    var message: String {
        switch kind {
        case .invalidRequest: "the request is not valid with the relay's settings"
        case .resolve: "the name of TOP's gateway has no address"
        case .connect: "connecting to TOP's gateway failed"
        case .proxy(.unresolved): "the name of the app's proxy has no address"
        case .proxy(.unreachable): "connecting to the app's proxy failed"
        case .proxy(.refused(407)): "the app's proxy refused its user or password (HTTP status 407)"
        case .proxy(.refused(let status)): "the app's proxy refused the connection (HTTP status \(status))"
        case .proxy(.timeout): "the app's proxy made no connection in time"
        case .proxy(.closed): "the app's proxy ended the connection without an answer"
        case .tls(.caFile): "the certificates to trust cannot be read"
        case .tls(.handshake): "the TLS handshake with TOP's gateway failed"
        case .tls: "the certificate of TOP's gateway is not trusted"
        case .timeout(.connect): "connecting to TOP's gateway timed out"
        case .timeout(.call): "the response was not complete in time"
        case .cut: "the connection ended before the response was complete"
        case .tooLarge: "the response is larger than allowed"
        case .badEncoding: "the response does not have the encoding that it claims"
        case .notHTTP: "the response is not HTTP"
        case .shutDown: "the replica had to stop before the response arrived"
        case .other: "the transfer failed"
        }
    }

    /// Why the response to a request that was sent is missing, without a full stop.
    /// - Parameter nanoseconds: how long the request took.
    func messageAfterSending(nanoseconds: UInt64) -> String {
        switch kind {
        case .timeout: "No response from TOP: timed out after \(Self.seconds(nanoseconds)) s"
        case .cut: "No response from TOP: connection lost after the request was sent"
        case .shutDown: "No response from TOP: the replica had to stop before it came"
        case .tooLarge, .badEncoding, .notHTTP: "No usable response from TOP: \(message)"
        case .invalidRequest, .resolve, .connect, .proxy, .tls, .other: "No response from TOP: \(message)"
        }
    }

    /// Whole seconds, and tenths below one second.
    private static func seconds(_ nanoseconds: UInt64) -> String {
        let tenths = (nanoseconds + 50_000_000) / 100_000_000
        return tenths < 10 ? "0.\(tenths)" : "\((nanoseconds + 500_000_000) / 1_000_000_000)"
    }
}
