import Catalog
import Crypto
import Curl
import EventLoop
import TOP
import Vault

/// A form that is ready to be sent, or why it could not be made.
typealias SignedForm = Result<[UInt8], Problem>

extension Result where Success == [UInt8] {
    var byteCount: Int {
        switch self {
        case .success(let bytes): bytes.count
        case .failure: 0
        }
    }
}

extension Worker {
    /// Adds the common parameters, the session and the sign. What is signed is exactly what is sent.
    func signedForm(_ call: PreparedCall) -> SignedForm {
        var parameters = call.app.parameters(
            for: call.mapped.parameters, method: call.method, timestamp: currentTimestamp(),
            session: call.session.map { String(decoding: $0.key.bytes, as: UTF8.self) })
        do {
            let sign = try call.app.signer.sign(parameters)
            parameters.append(Parameter(name: "sign", value: sign))
        } catch {
            return .failure(Problem(.relayMisconfigured, "The call could not be signed: \(error)", retryable: false))
        }
        return .success(FormEncoding.encode(parameters))
    }

    func curlRequest(_ call: PreparedCall, form: [UInt8]) -> CurlRequest {
        CurlRequest(
            url: call.app.gatewayURL, body: form, headers: Self.headers, deadline: call.clock.deadline,
            connectTimeout: settings.connectTimeout, caFile: settings.caFile, allowsHTTP: call.app.allowsPlainHTTP,
            proxy: nil,
            maximumResponseBytes: settings.maximumAnswerBytes)
    }

    /// What must not be seen of an answer to this call; made once for each session.
    func mask(for call: PreparedCall) -> SecretMask {
        let key = call.session.map { ObjectIdentifier($0) } ?? ObjectIdentifier(call.app.app)
        if let known = secretMasks[key] { return known }
        let mask = SecretMask([call.app.app.secret] + (call.session.map { [$0.key] } ?? []))
        secretMasks[key] = mask
        return mask
    }

    private static let headers = [
        "Content-Type: application/x-www-form-urlencoded;charset=UTF-8", "Accept: text/javascript",
    ]

    /// The second of now as TOP wants it: GMT+8, whatever the host's zone. Made once a second.
    func currentTimestamp() -> String {
        let seconds = Int(WallClock.milliseconds() / 1000)
        if timestamp.epochSeconds != seconds { timestamp = (seconds, TOPTime.timestamp(epochSeconds: seconds)) }
        return timestamp.text
    }
}
