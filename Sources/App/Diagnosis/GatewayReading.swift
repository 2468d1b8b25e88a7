import Curl
import JSON
import Relay
import TOP

/// What came back for one request of the doctor.
enum GatewayReading {
    /// No answer came.
    case nothing(CurlFailure)
    /// The address is not TOP's gateway.
    case foreign(String)
    /// TOP's gateway is there, but failed with an HTTP status.
    case broken(status: Int)
    /// TOP refused the call.
    case refusal(TOPError)
    /// TOP answered.
    case response(JSONValue)

    init(_ result: CurlResult, method: String, form: ResponseForm, hiding mask: SecretMask) {
        switch result.outcome {
        case .failed(let failure): self = .nothing(failure)
        case .answered(let status, _, let body): self.init(status, mask.masked(body), method: method, form: form)
        }
    }

    private init(_ status: Int, _ body: [UInt8], method: String, form: ResponseForm) {
        switch (status, TOPResponse.read(body, method: method, form: form)) {
        case (300..<400, _), (404, _), (405, _): self = .foreign("HTTP status \(status)")
        case (400..., .error(let error)): self = .refusal(error)
        case (400..., _): self = .broken(status: status)
        case (_, .response(let response)): self = .response(response)
        case (_, .error(let error)): self = .refusal(error)
        case (_, .unreadable(let reason)): self = .foreign(reason)
        }
    }
}

/// The check of TOP's gateway that refused a call. TOP makes them in this order, and the first that fails ends the
/// call.
enum GatewayCheck: Int, Comparable {
    case appKey
    case clock
    case sign
    case address
    case session
    case other

    init(refusing error: TOPError) {
        let code = Int(error.code)
        let subCode = error.subCode ?? ""
        if subCode.hasPrefix("isv.permission-ip-whitelist") {
            self = .address
        } else if [28, 29].contains(code) || error.code == "InvalidAppKey" {
            self = .appKey
        } else if [30, 31].contains(code) || error.code == "IllegalTimestamp" {
            self = .clock
        } else if [24, 25].contains(code) || ["IncompleteSignature", "InvalidSignature"].contains(error.code)
            || subCode == "sign-check-failure"
        {
            self = .sign
        } else if case .sessionInvalid = ErrorClass(classifying: error, methodReads: true) {
            self = .session
        } else {
            self = .other
        }
    }

    static func < (one: GatewayCheck, other: GatewayCheck) -> Bool { one.rawValue < other.rawValue }
}

extension TOPError {
    /// Code and sub_code, as TOP gave them.
    var words: String { subCode.map { "code \(code), \($0)" } ?? "code \(code)" }
}
