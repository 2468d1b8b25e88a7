import Audit
import Catalog
import Curl
import Masking
import Problems
import TOP

/// The judged result of a call: its outcome, and the content of the reply.
///
/// It is an object that several steps fill in. A value would be copied for each step.
final class CallResult {
    /// The outcome.
    var outcome: Outcome
    /// The problem for the caller; nil if the reply is a 200.
    var problem: Problem?
    /// An error that the entry calls a business failure. The reply shows it as the result.
    var error: TOPError?
    /// The interpreted response; nil if there is none, or if it is an error.
    var interpretation: Interpretation?
    /// TOP's code, or the code of the transport.
    var code: String?
    /// TOP's sub_code.
    var subCode: String?
    /// The message of TOP or the transport, masked.
    var message: String?
    /// TOP's id of the call.
    var topRequestID: String?
    /// Whether a repeat cannot do the thing twice.
    var retryable: Bool?
    /// A ban that TOP put on the app or the method.
    var ban: Ban?
    /// The text of the response, masked.
    var response: String?
    /// The length of the response in bytes.
    var responseBytes = 0

    private init(_ outcome: Outcome) { self.outcome = outcome }

    /// Judges the result of the transport.
    /// - Parameter secrets: removes the secrets of the call from the response before anything reads it.
    static func judge(
        _ result: CurlResult, hiding secrets: SecretMask? = nil, entry: Entry, form: ResponseForm, mapped: MappedCall
    ) -> CallResult {
        switch result.outcome {
        case .failed(let failure):
            transport(failure, result, entry: entry)
        case .answered(let status, _, let body):
            answered(status: status, body: secrets?.masked(body) ?? body, entry: entry, form: form, mapped: mapped)
        }
    }

    /// The call could not be signed, so nothing was sent.
    convenience init(unsignable problem: Problem) {
        self.init(.misconfigured)
        self.problem = problem
        message = problem.detail
        retryable = false
    }

    /// The result without a response. A call is `not_sent` only if no byte of it was given to a connection.
    private static func transport(_ failure: CurlFailure, _ result: CurlResult, entry: Entry) -> CallResult {
        let callResult: CallResult
        if result.mayHaveBeenSent {
            let message = failure.messageAfterSending(nanoseconds: result.timings.totalNanoseconds)
            callResult = unknown(message + ".", entry: entry)
            callResult.message = message
        } else {
            callResult = CallResult(.notSent)
            callResult.retryable = true
            let detail = "The request was not sent: \(failure.message)."
            callResult.message = detail
            callResult.problem = Problem(.topUnreachable, detail, retryable: true)
        }
        callResult.code = "curl-\(failure.code)"
        return callResult
    }

    private static func answered(
        status: Int, body: [UInt8], entry: Entry, form: ResponseForm, mapped: MappedCall
    ) -> CallResult {
        var response = entry.read(body, form: form)
        let callResult =
            switch status {
            case 200..<300: judged(&response, entry: entry, mapped: mapped)
            case _ where GatewayStatus.isOfWrongAddress(status): wrongGateway(status: status, response, mapped: mapped)
            default: failed(status: status, response, entry: entry, mapped: mapped)
            }
        if callResult.response == nil { callResult.response = entry.shown(body, response, mapped.mask) }
        callResult.responseBytes = body.count
        return callResult
    }

    /// Judges a response with a status of success.
    /// - Parameter topResponse: becomes an error if the SDK's test finds one in it.
    private static func judged(_ topResponse: inout TOPResponse, entry: Entry, mapped: MappedCall) -> CallResult {
        switch topResponse {
        case .response(let response):
            if !entry.reads, entry.isAmbiguous(response) { return ambiguous(entry: entry) }
            guard let error = entry.error(in: response) else {
                let interpretation = entry.interpret(response, of: mapped)
                let callResult = interpreted(interpretation)
                callResult.response = entry.shown(response, interpretation)
                return callResult
            }
            topResponse = .error(error)
            return refused(error, entry: entry, mapped: mapped)
        case .error(let error):
            guard !error.isAmbiguous || entry.reads else { return ambiguous(entry: entry) }
            return refused(error, entry: entry, mapped: mapped)
        case .unreadable(let reason):
            let callResult = unknown("TOP's answer cannot be read: \(reason).", entry: entry)
            callResult.code = "unreadable"
            return callResult
        }
    }

    /// The address is not TOP's gateway, so nothing was done.
    private static func wrongGateway(status: Int, _ response: TOPResponse, mapped: MappedCall) -> CallResult {
        let callResult = refusal(
            .misconfigured, .relayMisconfigured,
            "The gateway's address answers with HTTP status \(status): it is not that of TOP's gateway.")
        callResult.code = "http-\(status)"
        if case .error(let error) = response { callResult.tell(error.masked(by: mapped.mask)) }
        callResult.message = callResult.message ?? callResult.problem?.detail
        return callResult
    }

    /// With an HTTP status of failure, the outcome is unknown whatever the response says.
    private static func failed(status: Int, _ response: TOPResponse, entry: Entry, mapped: MappedCall) -> CallResult {
        guard case .error(let error) = response else {
            let callResult = unknown("TOP answered with HTTP status \(status).", entry: entry)
            callResult.code = "http-\(status)"
            return callResult
        }
        let masked = error.masked(by: mapped.mask)
        let callResult = unknown("TOP answered with HTTP status \(status) (\(masked.codes)).", entry: entry)
        callResult.tell(masked)
        return callResult
    }

    /// The response repeats a name, so that two readers could judge it differently.
    private static func ambiguous(entry: Entry) -> CallResult {
        let callResult = unknown("TOP's answer repeats a name that decides the outcome.", entry: entry)
        callResult.code = "unreadable"
        return callResult
    }

    private static func interpreted(_ interpretation: Interpretation) -> CallResult {
        let outcome: Outcome =
            switch interpretation.outcome {
            case .success: .success
            case .accepted: .accepted
            case .partial: .partial
            case .businessFailure: .businessFailure
            }
        let callResult = CallResult(outcome)
        callResult.interpretation = interpretation
        callResult.retryable = interpretation.retryable
        callResult.topRequestID = interpretation.requestID
        // The code of a success is not an error code.
        guard outcome == .businessFailure || outcome == .partial else { return callResult }
        callResult.code = interpretation.code.map { $0.maskedCode(by: interpretation.mask) }
        callResult.message = interpretation.message.map { interpretation.mask.masked($0) }
        return callResult
    }

    private static func refused(_ error: TOPError, entry: Entry, mapped: MappedCall) -> CallResult {
        let masked = error.masked(by: mapped.mask)
        let callResult = byClass(entry.classify(error), masked, entry: entry)
        callResult.tell(masked)
        return callResult
    }

    /// Shows TOP's error in the problem and in the call's row.
    private func tell(_ error: TOPError) {
        problem?.top = error
        if !error.code.isEmpty || code == nil { code = error.code }
        subCode = error.subCode
        message = error.subMessage ?? error.message
        topRequestID = error.topRequestID
    }

    /// The result of an error of TOP, by its class.
    static func byClass(_ errorClass: ErrorClass, _ error: TOPError, entry: Entry) -> CallResult {
        let codes = error.codes
        switch errorClass {
        case .sessionInvalid:
            return refusal(
                .sessionInvalid, .sessionInvalid,
                "TOP does not accept the seller's session (\(codes)): authorise the seller again.")
        case .throttled(let ban):
            let callResult = refusal(.throttled, .throttled, "TOP limits the calls (\(codes)).", retryable: true)
            callResult.ban = ban
            callResult.problem?.retryAfterSeconds = ban?.seconds ?? 1
            return callResult
        case .retryLater(let seconds):
            let callResult = refusal(.throttled, .throttled, "TOP asks for a later call (\(codes)).", retryable: true)
            callResult.problem?.retryAfterSeconds = seconds
            return callResult
        case .businessFailure:
            let callResult = CallResult(.businessFailure)
            callResult.error = error
            return callResult
        case .misconfigured:
            return refusal(
                .misconfigured, .relayMisconfigured,
                "TOP refuses the relay's set-up (\(codes)): key, sign, clock, IP or permissions.")
        case .rejected:
            return refusal(.rejected, .rejectedByTOP, "TOP refused the call (\(codes)).")
        case .platformError:
            return refusal(.platformError, .topError, "TOP failed (\(codes)); nothing was done.", retryable: true)
        case .unknown:
            return unknown("TOP failed in a way that leaves open whether it was done (\(codes)).", entry: entry)
        }
    }

    private static func refusal(_ outcome: Outcome, _ type: ProblemType, _ detail: String, retryable: Bool = false)
        -> CallResult
    {
        let callResult = CallResult(outcome)
        callResult.retryable = retryable
        callResult.problem = Problem(type, detail, retryable: retryable)
        return callResult
    }

    /// The call may have been done. A repeat is safe only for a method that reads, or if TOP recognises repeats by the
    /// idempotency id.
    private static func unknown(_ detail: String, entry: Entry) -> CallResult {
        let callResult = refusal(.unknown, .outcomeUnknown, detail, retryable: entry.reads || entry.isIdempotent)
        callResult.message = detail
        return callResult
    }
}

// MARK: - Recorded results

extension CallResult {
    /// The result of an error that the trail has recorded.
    static func refused(with error: TOPError, entry: Entry) -> CallResult {
        byClass(entry.classify(error), error, entry: entry)
    }

    /// Whether the relay made a recorded code, for a fault of the transport. All other codes are TOP's.
    static func isOwn(code: String) -> Bool {
        code == "unreadable" || code.hasPrefix("curl-") || code.hasPrefix("http-")
    }
}

/// The HTTP statuses of TOP's gateway.
enum GatewayStatus {
    /// Whether the address is not that of TOP's gateway, so that nothing was done. TOP's gateway answers calls with
    /// 200.
    static func isOfWrongAddress(_ status: Int) -> Bool {
        300..<400 ~= status || status == 404 || status == 405
    }
}
