import Audit
import Catalog
import Curl
import Problems
import TOP

/// What became of a call that was given to the network: its outcome, and what the caller is told.
///
/// An object, filled in from step to step; as a value it would be copied with each.
final class Verdict {
    /// The outcome.
    var outcome: Outcome
    /// What the caller is told when it is not a 200.
    var problem: Problem?
    /// The error that the entry calls a business failure; it takes the place of a result.
    var error: TOPError?
    /// What the answer means, when TOP gave one.
    var interpretation: Interpretation?
    /// TOP's code, or the transport's.
    var code: String?
    /// TOP's sub_code.
    var subCode: String?
    /// What was said, masked.
    var message: String?
    /// TOP's id of the call.
    var topRequestID: String?
    /// Whether repeating cannot do the thing twice.
    var retryable: Bool?
    /// A ban that TOP put on the app or the method.
    var ban: Ban?
    /// The answer's text, masked.
    var response: String?
    /// Bytes of the answer.
    var responseBytes = 0

    private init(_ outcome: Outcome) { self.outcome = outcome }

    /// Judges what became of the request.
    /// - Parameter secrets: takes the secrets of the call out of the response before anything reads it.
    static func judge(
        _ result: CurlResult, hiding secrets: SecretMask? = nil, entry: Entry, form: ResponseForm, mapped: MappedCall
    ) -> Verdict {
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

    /// There is no response. The call was not sent only if no byte of it was given to a connection.
    private static func transport(_ failure: CurlFailure, _ result: CurlResult, entry: Entry) -> Verdict {
        let verdict: Verdict
        if result.mayHaveBeenSent {
            let words = failure.wordsAfterSending(nanoseconds: result.timings.totalNanoseconds)
            verdict = unknown(words + ".", entry: entry)
            verdict.message = words
        } else {
            verdict = Verdict(.notSent)
            verdict.retryable = true
            let detail = "The request was not sent: \(failure.plainWords)."
            verdict.message = detail
            verdict.problem = Problem(.topUnreachable, detail, retryable: true)
        }
        verdict.code = "curl-\(failure.code)"
        return verdict
    }

    private static func answered(
        status: Int, body: [UInt8], entry: Entry, form: ResponseForm, mapped: MappedCall
    ) -> Verdict {
        var answer = entry.read(body, form: form)
        let verdict =
            switch status {
            case 200..<300: judged(&answer, entry: entry, mapped: mapped)
            case _ where GatewayStatus.isOfWrongAddress(status): wrongGateway(status: status, answer, mapped: mapped)
            default: failed(status: status, answer, entry: entry, mapped: mapped)
            }
        if verdict.response == nil { verdict.response = entry.shown(body, answer, mapped.mask) }
        verdict.responseBytes = body.count
        return verdict
    }

    /// Judges an answer of a status that TOP's own answers have. A response that is an error becomes one.
    private static func judged(_ answer: inout TOPResponse, entry: Entry, mapped: MappedCall) -> Verdict {
        switch answer {
        case .response(let response):
            if !entry.reads, entry.isAmbiguous(response) { return ambiguous(entry: entry) }
            guard let error = entry.error(in: response) else {
                let interpretation = entry.interpret(response, of: mapped)
                let verdict = interpreted(interpretation)
                verdict.response = entry.shown(response, interpretation)
                return verdict
            }
            answer = .error(error)
            return refused(error, entry: entry, mapped: mapped)
        case .error(let error):
            guard !error.isAmbiguous || entry.reads else { return ambiguous(entry: entry) }
            return refused(error, entry: entry, mapped: mapped)
        case .unreadable(let reason):
            let verdict = unknown("TOP's answer cannot be read: \(reason).", entry: entry)
            verdict.code = "unreadable"
            return verdict
        }
    }

    /// The address is not TOP's gateway, so nothing was done.
    private static func wrongGateway(status: Int, _ answer: TOPResponse, mapped: MappedCall) -> Verdict {
        let verdict = refusal(
            .misconfigured, .relayMisconfigured,
            "The gateway's address answers with HTTP status \(status): it is not that of TOP's gateway.")
        verdict.code = "http-\(status)"
        if case .error(let error) = answer { verdict.tell(error.masked(by: mapped.mask)) }
        verdict.message = verdict.message ?? verdict.problem?.detail
        return verdict
    }

    /// An HTTP status of failure leaves open whether the call was carried out, whatever the answer says.
    private static func failed(status: Int, _ answer: TOPResponse, entry: Entry, mapped: MappedCall) -> Verdict {
        guard case .error(let error) = answer else {
            let verdict = unknown("TOP answered with HTTP status \(status).", entry: entry)
            verdict.code = "http-\(status)"
            return verdict
        }
        let masked = error.masked(by: mapped.mask)
        let verdict = unknown("TOP answered with HTTP status \(status) (\(masked.codes)).", entry: entry)
        verdict.tell(masked)
        return verdict
    }

    /// Two readers of the answer could judge it differently.
    private static func ambiguous(entry: Entry) -> Verdict {
        let verdict = unknown("TOP's answer repeats a name that decides the outcome.", entry: entry)
        verdict.code = "unreadable"
        return verdict
    }

    private static func interpreted(_ interpretation: Interpretation) -> Verdict {
        let outcome: Outcome =
            switch interpretation.outcome {
            case .success: .success
            case .accepted: .accepted
            case .partial: .partial
            case .businessFailure: .businessFailure
            }
        let verdict = Verdict(outcome)
        verdict.interpretation = interpretation
        verdict.retryable = interpretation.retryable
        verdict.topRequestID = interpretation.requestID
        // What TOP says of a success is no code of a fault.
        guard outcome == .businessFailure || outcome == .partial else { return verdict }
        verdict.code = interpretation.code.map { $0.maskedCode(by: interpretation.mask) }
        verdict.message = interpretation.message.map { interpretation.mask.masked($0) }
        return verdict
    }

    private static func refused(_ error: TOPError, entry: Entry, mapped: MappedCall) -> Verdict {
        let masked = error.masked(by: mapped.mask)
        let verdict = byClass(entry.classify(error), said: masked, entry: entry)
        verdict.tell(masked)
        return verdict
    }

    /// Shows what TOP said: in the problem, and in the call's row.
    private func tell(_ error: TOPError) {
        problem?.top = error
        if !error.code.isEmpty || code == nil { code = error.code }
        subCode = error.subCode
        message = error.subMessage ?? error.message
        topRequestID = error.topRequestID
    }

    static func byClass(_ errorClass: ErrorClass, said error: TOPError, entry: Entry) -> Verdict {
        let words = error.codes
        switch errorClass {
        case .sessionInvalid:
            return refusal(
                .sessionInvalid, .sessionInvalid,
                "TOP does not accept the seller's session (\(words)): authorise the seller again.")
        case .throttled(let ban):
            let verdict = refusal(.throttled, .throttled, "TOP limits the calls (\(words)).", retryable: true)
            verdict.ban = ban
            verdict.problem?.retryAfterSeconds = ban?.seconds ?? 1
            return verdict
        case .retryLater(let seconds):
            let verdict = refusal(.throttled, .throttled, "TOP asks for a later call (\(words)).", retryable: true)
            verdict.problem?.retryAfterSeconds = seconds
            return verdict
        case .businessFailure:
            let verdict = Verdict(.businessFailure)
            verdict.error = error
            return verdict
        case .misconfigured:
            return refusal(
                .misconfigured, .relayMisconfigured,
                "TOP refuses the relay's set-up (\(words)): key, sign, clock, IP or permissions.")
        case .rejected:
            return refusal(.rejected, .rejectedByTOP, "TOP refused the call (\(words)).")
        case .platformError:
            return refusal(.platformError, .topError, "TOP failed (\(words)); nothing was done.", retryable: true)
        case .unknown:
            return unknown("TOP failed in a way that leaves open whether it was done (\(words)).", entry: entry)
        }
    }

    private static func refusal(_ outcome: Outcome, _ type: ProblemType, _ detail: String, retryable: Bool = false)
        -> Verdict
    {
        let verdict = Verdict(outcome)
        verdict.retryable = retryable
        verdict.problem = Problem(type, detail, retryable: retryable)
        return verdict
    }

    /// It may have been done: repeating is safe only for a method that reads, or one that TOP itself recognises by its
    /// id.
    private static func unknown(_ detail: String, entry: Entry) -> Verdict {
        let verdict = refusal(.unknown, .outcomeUnknown, detail, retryable: entry.reads || entry.isIdempotent)
        verdict.message = detail
        return verdict
    }
}
