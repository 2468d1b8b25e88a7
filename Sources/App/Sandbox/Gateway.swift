import Catalog

/// The sandbox without its sockets. It turns a request into the steps of its response.
struct Gateway {
    let check: SystemCheck
    let configuration: SandboxConfiguration
    private(set) var calls: [SandboxCall] = []
    private var received = 0
    var faults: FaultBook
    var oauth = SandboxOAuth()

    init(_ configuration: SandboxConfiguration) {
        self.configuration = configuration
        faults = FaultBook(limit: configuration.maximumFaults)
        let apps = Dictionary(configuration.apps.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
        check = SystemCheck(apps: apps, catalog: configuration.catalog)
    }

    /// The paths of calls on TOP's gateways.
    private static let callPaths: Set<String> = ["/router/rest", "/top/router/rest", "/"]

    mutating func answer(_ request: WireRequest) -> [ResponseStep] {
        if request.path.hasPrefix("/_sandbox/") {
            return ControlAPI.answer(request, gateway: &self).steps
        }
        if request.path.hasPrefix("/oauth/") { return answerOAuth(request).steps }
        guard Self.callPaths.contains(request.path) else { return WireResponse.page(404, "404 Not Found").steps }
        return answerCall(request)
    }

    private mutating func answerCall(_ request: WireRequest) -> [ResponseStep] {
        let now = configuration.epochSeconds()
        let requestID = Self.requestID()
        var parameters: [ReceivedParameter] = []
        var files: [MultipartDecoder.File] = []
        do throws(GatewayError) {
            (parameters, files) = try Self.form(request)
            let values = Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
            guard values.count == parameters.count else {
                throw GatewayError(
                    41, "Invalid arguments", "isv.invalid-parameter", "a parameter occurs more than once")
            }
            if let method = values["method"], [SandboxOAuth.createMethod, SandboxOAuth.refreshMethod].contains(method) {
                return try answerTokenMethod(method, parameters, values, requestID, now)
            }
            let entry = try check.check(parameters, values: values, epochSeconds: now, oauth: oauth)
            let business = values.filter { !SystemCheck.names.contains($0.key) }
            try ParameterCheck.check(business, files: files.map(\.name), against: entry.request)
            let fault = try self.fault(entry, parameters)
            record(parameters, files, now, errorCode: nil, isStruck: fault != nil)
            let answer = CallResponse(entry: entry, values: values, requestID: requestID, epochSeconds: now)
            return answer.steps(fault)
        } catch {
            record(parameters, files, now, errorCode: error.code, isStruck: false)
            var values = ["format": "xml"]
            for parameter in parameters where ["format", "target_app_key"].contains(parameter.name) {
                values[parameter.name] = parameter.value
            }
            let inner = error.answer(requestID: requestID)
            return CallResponse.encode(inner, root: "error_response", values: values).steps
        }
    }

    /// Answers a method that exchanges codes or refresh tokens. It needs a sign, but no session.
    private mutating func answerTokenMethod(
        _ method: String, _ parameters: [ReceivedParameter], _ values: [String: String], _ requestID: String,
        _ now: Int
    ) throws(GatewayError) -> [ResponseStep] {
        _ = try check.checkCommon(parameters, values: values, epochSeconds: now)
        var result = try tokenResult(method, values)
        result["request_id"] = .text(requestID)
        record(parameters, [], now, errorCode: nil, isStruck: false)
        let root = String(method.dropFirst("taobao.".count)).replacing(".", with: "_") + "_response"
        return CallResponse.encode(result, root: root, values: values).steps
    }

    /// A magic value in the call takes precedence over ordered faults.
    private mutating func fault(
        _ entry: Entry, _ parameters: [ReceivedParameter]
    ) throws(GatewayError) -> SandboxFault? {
        let business = parameters.lazy.filter { !SystemCheck.names.contains($0.name) }.map(\.value)
        switch MagicValue.find(in: business) {
        case .fault(let fault): return fault
        case .unknown(let kind):
            let kinds = SandboxFault.kinds.joined(separator: ", ")
            throw GatewayError(
                41, "Invalid arguments", "isv.invalid-parameter", "sandbox:\(kind) is not one of \(kinds)")
        case nil: return faults.take(method: entry.method)
        }
    }

    /// The parameters of URL and body, and the files.
    private static func form(
        _ request: WireRequest
    ) throws(GatewayError) -> (parameters: [ReceivedParameter], files: [MultipartDecoder.File]) {
        guard request.verb == "POST" || request.verb == "GET" else { throw GatewayError(9, "Http Action Not Allowed") }
        let query = try decode(Array(request.query.utf8))
        if request.body.isEmpty { return (query, []) }
        if request.contentType.hasPrefix("application/x-www-form-urlencoded") {
            return (query + (try decode(request.body)), [])
        }
        guard request.contentType.hasPrefix("multipart/form-data") else {
            throw GatewayError(
                9, "Http Action Not Allowed", nil,
                "the sandbox accepts application/x-www-form-urlencoded and multipart/form-data")
        }
        do throws(MultipartDecoder.FormError) {
            let form = try MultipartDecoder(request.body, contentType: request.contentType)
            return (query + form.parameters, form.files)
        } catch {
            throw GatewayError(47, "Invalid encoding", nil, "\(error)")
        }
    }

    private static func decode(_ form: [UInt8]) throws(GatewayError) -> [ReceivedParameter] {
        do throws(FormDecoder.FormError) {
            return try FormDecoder.decode(form[...])
        } catch {
            throw GatewayError(47, "Invalid encoding", nil, "\(error)")
        }
    }

    private mutating func record(
        _ parameters: [ReceivedParameter], _ files: [MultipartDecoder.File], _ now: Int, errorCode: Int?,
        isStruck: Bool
    ) {
        received += 1
        guard configuration.keptCalls > 0 else { return }
        if calls.count >= configuration.keptCalls { calls.removeFirst(calls.count - configuration.keptCalls + 1) }
        let method = parameters.first { $0.name == "method" }?.value ?? ""
        calls.append(
            SandboxCall(
                number: received, epochSeconds: now, method: method, received: parameters,
                files: files, errorCode: errorCode, isStruck: isStruck))
    }

    /// A response id in TOP's form.
    private static func requestID() -> String {
        let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
        let tail = (0..<8).map { _ in digits[Int.random(in: 0..<digits.count)] }
        return "16sb" + String(decoding: tail, as: UTF8.self)
    }
}

/// Holds a sandbox's gateway. It lives on the sandbox's loop.
final class GatewayBox {
    var gateway: Gateway

    init(_ configuration: SandboxConfiguration) {
        gateway = Gateway(configuration)
    }
}

/// A whole HTTP request.
struct WireRequest: Sendable {
    let verb: String
    /// The raw path without the query.
    let path: String
    let query: String
    let contentType: String
    var body: [UInt8] = []
}
