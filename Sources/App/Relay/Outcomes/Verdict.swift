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
        _ result: CurlResult, hiding secrets: SecretMask? = nil, entry: Entry, mapped: MappedCall
    ) -> Verdict {
        switch result.outcome {
        case .failed(let failure):
            transport(failure, wasSent: result.mayHaveBeenSent, entry: entry)
        case .answered(let status, _, let body):
            answered(status: status, body: secrets?.masked(body) ?? body, entry: entry, mapped: mapped)
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
    private static func transport(_ failure: CurlFailure, wasSent: Bool, entry: Entry) -> Verdict {
        let verdict =
            wasSent ? unknown("TOP gave no usable answer: \(failure.plainWords).", entry: entry) : Verdict(.notSent)
        if !wasSent {
            verdict.retryable = true
            let detail = "The request was not sent: \(failure.plainWords)."
            verdict.message = detail
            verdict.problem = Problem(.topUnreachable, detail, retryable: true)
        }
        verdict.code = "curl-\(failure.code)"
        return verdict
    }

    private static func answered(status: Int, body: [UInt8], entry: Entry, mapped: MappedCall) -> Verdict {
        let verdict: Verdict
        var answer: Answer?
        if status >= 500 {
            verdict = unknown("TOP answered with HTTP status \(status).", entry: entry)
            verdict.code = "http-\(status)"
        } else {
            let read = Answer.read(body, method: entry.method)
            switch read {
            case .response(let inner):
                if !entry.reads, entry.isAmbiguous(inner) {
                    answer = read
                    verdict = ambiguous(entry: entry)
                } else if let error = entry.error(in: inner) {
                    answer = .error(error)
                    verdict = refused(error, entry: entry, mapped: mapped)
                } else {
                    let interpretation = entry.interpret(inner, of: mapped)
                    verdict = interpreted(interpretation)
                    verdict.response = entry.shown(inner, interpretation)
                }
            case .error(let error) where error.isAmbiguous && !entry.reads:
                answer = read
                verdict = ambiguous(entry: entry)
            case .error(let error):
                answer = read
                verdict = refused(error, entry: entry, mapped: mapped)
            case .unreadable(let reason):
                answer = read
                verdict = unknown("TOP's answer (HTTP status \(status)) cannot be read: \(reason).", entry: entry)
                verdict.code = status == 200 ? "unreadable" : "http-\(status)"
            }
        }
        if verdict.response == nil { verdict.response = entry.shown(body, answer, mapped.mask) }
        verdict.responseBytes = body.count
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
        verdict.code = interpretation.code.map { shown($0, interpretation.mask) }
        verdict.message = interpretation.message.map { interpretation.mask.masked($0) }
        return verdict
    }

    /// A code may hold a value of the call (`isv.exists:…`); the shortest are codes and nothing else.
    private static func shown(_ code: String, _ mask: ValueMask) -> String {
        code.utf8.count > 7 ? mask.masked(code) : code
    }

    private static func refused(_ error: TOPError, entry: Entry, mapped: MappedCall) -> Verdict {
        var masked = error
        masked.message = mapped.mask.masked(error.message)
        masked.subMessage = error.subMessage.map { mapped.mask.masked($0) }
        masked.subCode = error.subCode.map { shown($0, mapped.mask) }
        let verdict = byClass(ErrorClass(classifying: error, methodReads: entry.reads), said: masked, entry: entry)
        verdict.problem?.top = masked
        verdict.code = masked.code
        verdict.subCode = masked.subCode
        verdict.message = masked.subMessage ?? masked.message
        verdict.topRequestID = masked.requestID
        return verdict
    }

    static func byClass(_ errorClass: ErrorClass, said error: TOPError, entry: Entry) -> Verdict {
        let words = "code \(error.code)" + (error.subCode.map { ", \($0)" } ?? "")
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
