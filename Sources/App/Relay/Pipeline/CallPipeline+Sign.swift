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

/// A form as it is sent.
struct FormBody: Sendable {
    let bytes: [UInt8]
    /// The header lines that say what the bytes are.
    let headers: [String]

    /// Parameters alone, URL-encoded.
    /// - Parameter memory: used while the bytes are encoded.
    init(_ parameters: ParameterList, _ memory: inout [UInt8]) {
        memory.removeAll(keepingCapacity: true)
        FormEncoding.append(parameters, to: &memory)
        bytes = Array(memory[...])
        headers = Self.plain
    }

    /// Parameters and files: multipart.
    init(_ parameters: ParameterList, files: [FilePart]) {
        let boundary = "toprelay" + Hex.lower(SecureRandom.bytes(16))
        bytes = MultipartEncoding.encode(Array(parameters), files: files, boundary: boundary)
        headers = ["Content-Type: " + MultipartEncoding.contentType(boundary: boundary), Self.accept]
    }

    private static let accept = "Accept: text/javascript"
    private static let plain = ["Content-Type: application/x-www-form-urlencoded;charset=UTF-8", accept]
}

extension CallPipeline {
    /// The request to TOP, or why it cannot be made. The call's own copies of its content are dropped.
    func signedRequest(_ call: PreparedCall) -> Result<CurlRequest, Problem> {
        signedForm(call, call.takeContent()).map { curlRequest(call, form: $0) }
    }

    /// Memory beyond this is given back after a large call.
    private static let keptBytes = 64 << 10

    /// Adds the common parameters, the session and the sign. What is signed is exactly what is sent.
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
            proxy: call.app.proxy, maximumResponseBytes: settings.maximumAnswerBytes)
    }

    /// What must not be seen of an answer to this call; made once for each session.
    func mask(for call: PreparedCall) -> SecretMask {
        let key = call.session.map { ObjectIdentifier($0) } ?? ObjectIdentifier(call.app.app)
        if let known = secretMasks[key] { return known }
        let mask = SecretMask([call.app.app.secret] + (call.session.map { [$0.key] } ?? []))
        secretMasks[key] = mask
        return mask
    }

    /// The second of now as TOP wants it: GMT+8, whatever the host's zone. Made once a second.
    func currentTimestamp() -> String {
        let seconds = Int(settings.wallClock() / 1000)
        if timestamp.epochSeconds != seconds { timestamp = (seconds, TOPTime.timestamp(epochSeconds: seconds)) }
        return timestamp.text
    }
}
