import Audit
import Bytes
import Catalog
import Crypto
import Curl
import EventLoop
import Logging
import Problems
import TOP
import Telemetry
import Vault

/// A form to send.
struct FormBody: Sendable {
    let bytes: [UInt8]
    /// The header lines of the media type, and `Accept`.
    let headers: [String]

    /// The URL-encoded form of parameters without files.
    /// - Parameter memory: the bytes are encoded here.
    init(_ parameters: ParameterList, _ memory: inout [UInt8]) {
        memory.removeAll(keepingCapacity: true)
        FormEncoding.append(parameters, to: &memory)
        bytes = Array(memory[...])
        headers = Self.plain
    }

    /// The multipart form of parameters and files.
    init(_ parameters: ParameterList, files: [FilePart]) {
        let boundary = "toprelay" + Hex.lower(SecureRandom.bytes(16))
        bytes = MultipartEncoding.encode(Array(parameters), files: files, boundary: boundary)
        headers = ["Content-Type: " + MultipartEncoding.contentType(boundary: boundary), Self.accept]
    }

    private static let accept = "Accept: text/javascript"
    private static let plain = ["Content-Type: application/x-www-form-urlencoded;charset=UTF-8", accept]
}

extension CallPipeline {
    /// The request to TOP, or why it cannot be made. The call's own copies of its content are dropped,
    /// unless it may be repeated.
    func signedRequest(_ call: PreparedCall) -> Result<CurlRequest, Problem> {
        signedForm(call, call.contentToSend()).map { curlRequest(call, form: $0) }
    }

    /// After a large call, memory above this many bytes is released.
    private static let keptBytes = 64 << 10

    /// Adds the common parameters, the session and the sign. It encodes exactly the list that it signed.
    private func signedForm(
        _ call: PreparedCall, _ content: consuming MappedContent
    ) -> Result<FormBody, Problem> {
        let files = content.files
        var parameters = call.app.parameters(
            for: content.parameters, method: call.method, timestamp: currentTimestamp(),
            session: call.session.map { String(decoding: $0.key.bytes, as: UTF8.self) })
        do {
            let sign = try call.app.signer.sign(parameters, buffer: &baseString)
            parameters.append(name: "sign", value: sign)
        } catch {
            logger.record(.error, "A call could not be signed", [.call: call.idText, .error: "\(error)"])
            return .failure(Problem(.relayMisconfigured, "The call could not be signed.", retryable: false))
        }
        defer {
            if baseString.capacity > Self.keptBytes { baseString = [] }
            if form.capacity > Self.keptBytes { form = [] }
        }
        return .success(files.isEmpty ? FormBody(parameters, &form) : FormBody(parameters, files: files))
    }

    private func curlRequest(_ call: PreparedCall, form: FormBody) -> CurlRequest {
        CurlRequest(
            url: call.app.gatewayURL, body: form.bytes, headers: form.headers, deadline: call.clock.deadline,
            connectTimeout: settings.connectTimeout, caFile: settings.caFile, allowsHTTP: call.app.allowsPlainHTTP,
            proxy: call.app.proxy, maximumResponseBytes: settings.maximumResponseBytes)
    }

    /// Removes the call's secrets from its response. It is made once for each session.
    func mask(for call: PreparedCall) -> SecretMask {
        // The session of a repeat is not one of the snapshot, which keeps those that masks are found by.
        if call.repeatOf != nil, let session = call.session { return SecretMask([call.app.app.secret, session.key]) }
        let key = call.session.map { ObjectIdentifier($0) } ?? ObjectIdentifier(call.app.app)
        if let known = secretMasks[key] { return known }
        let mask = SecretMask([call.app.app.secret] + (call.session.map { [$0.key] } ?? []))
        secretMasks[key] = mask
        return mask
    }

    /// The current second in TOP's form: GMT+8, whatever the host's zone. It is made once a second.
    func currentTimestamp() -> String {
        let seconds = Int(settings.wallClock() / 1000)
        if timestamp.epochSeconds != seconds { timestamp = (seconds, TOPTime.timestamp(epochSeconds: seconds)) }
        return timestamp.text
    }
}
