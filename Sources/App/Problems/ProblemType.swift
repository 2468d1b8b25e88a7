/// The kinds of problem documents (RFC 9457). The raw value is the last part of `type`. The table is in the HTTP
/// contract.
package enum ProblemType: String, Sendable, CaseIterable {
    /// The body is empty or not acceptable JSON (invalid UTF-8, duplicate names, too deep), or a header or query
    /// parameter is wrong.
    case malformedRequest = "malformed-request"
    /// The token is missing or wrong.
    case unauthenticated
    /// The token does not allow the scope, the app or the method.
    case forbidden
    /// The path, the method or the call does not exist.
    case notFound = "not-found"
    /// The path exists, but not for this HTTP method.
    case methodNotAllowed = "method-not-allowed"
    /// A setting, or what is stored, does not allow the request.
    case conflict
    /// What is stored is not in the state that If-Match or If-None-Match requires.
    case preconditionFailed = "precondition-failed"
    /// The body exceeds the limit.
    case payloadTooLarge = "payload-too-large"
    /// The body is not declared as JSON or, for a method with files, as `multipart/form-data`.
    case unsupportedMediaType = "unsupported-media-type"
    /// The parameters do not match the catalog; nothing was sent.
    case invalidParameters = "invalid-parameters"
    /// The Idempotency-Key belongs to another call.
    case idempotencyKeyReused = "idempotency-key-reused"
    /// A call with the Idempotency-Key is under way.
    case idempotencyInProgress = "idempotency-in-progress"
    /// What became of the first call with the Idempotency-Key is unknown.
    case idempotencyUnknown = "idempotency-unknown"
    /// TOP refused, and it is the caller's fault.
    case rejectedByTOP = "rejected-by-top"
    /// The seller has no usable session.
    case sessionInvalid = "session-invalid"
    /// A limit of TOP or of the relay was reached, or a ban has not ended.
    case throttled
    /// The configuration of the relay is wrong.
    case relayMisconfigured = "relay-misconfigured"
    /// TOP failed and certainly did not execute the call.
    case topError = "top-error"
    /// The request was not sent.
    case topUnreachable = "top-unreachable"
    /// The call could not be recorded; nothing was sent.
    case auditUnavailable = "audit-unavailable"
    /// Too many simultaneous calls; nothing was sent.
    case overloaded
    /// An operator has paused the app or the method; nothing was sent.
    case paused
    /// The replica is stopping; nothing was sent.
    case draining
    /// The request was sent, and TOP may have executed it.
    case outcomeUnknown = "outcome-unknown"
    /// The client took too long to send its request.
    case requestTimeout = "request-timeout"
    /// The request's headers exceed the limit.
    case headersTooLarge = "headers-too-large"
    /// The request's target exceeds the limit.
    case targetTooLong = "target-too-long"
    /// The request has an expectation other than 100-continue.
    case expectationFailed = "expectation-failed"
    /// An unexpected error of the relay.
    case internalError = "internal-error"

    /// The HTTP status.
    package var status: Int {
        switch self {
        case .malformedRequest: 400
        case .unauthenticated: 401
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .idempotencyInProgress, .idempotencyUnknown, .conflict: 409
        case .preconditionFailed: 412
        case .payloadTooLarge: 413
        case .targetTooLong: 414
        case .unsupportedMediaType: 415
        case .expectationFailed: 417
        case .invalidParameters, .rejectedByTOP, .idempotencyKeyReused: 422
        case .sessionInvalid: 424
        case .throttled: 429
        case .headersTooLarge: 431
        case .internalError: 500
        case .relayMisconfigured, .topError, .topUnreachable: 502
        case .auditUnavailable, .overloaded, .paused, .draining: 503
        case .outcomeUnknown: 504
        }
    }

    /// A short text that is the same for every problem of the kind.
    package var title: String {
        switch self {
        case .malformedRequest: "The request is malformed"
        case .unauthenticated: "A valid token is needed"
        case .forbidden: "The token does not allow this"
        case .notFound: "Not found"
        case .methodNotAllowed: "The HTTP method is not allowed here"
        case .requestTimeout: "The request took too long to arrive"
        case .conflict: "The state of the relay does not allow this"
        case .preconditionFailed: "What is stored has changed"
        case .payloadTooLarge: "The body is too large"
        case .targetTooLong: "The request's target is too long"
        case .unsupportedMediaType: "The method does not take this media type"
        case .expectationFailed: "The expectation cannot be met"
        case .invalidParameters: "The parameters are invalid; nothing was sent"
        case .idempotencyKeyReused: "The idempotency key belongs to another call"
        case .idempotencyInProgress: "A call with this idempotency key is under way"
        case .idempotencyUnknown: "The outcome of the first call is unknown"
        case .rejectedByTOP: "TOP rejected the call"
        case .sessionInvalid: "The seller has no usable session"
        case .throttled: "Too many calls"
        case .headersTooLarge: "The headers are too large"
        case .internalError: "The relay failed"
        case .relayMisconfigured: "The relay is misconfigured"
        case .topError: "TOP failed; nothing was done"
        case .topUnreachable: "TOP could not be reached; nothing was sent"
        case .auditUnavailable: "The audit trail is not available; nothing was sent"
        case .overloaded: "The relay is overloaded; nothing was sent"
        case .paused: "The app is paused; nothing was sent"
        case .draining: "The replica is stopping; nothing was sent"
        case .outcomeUnknown: "The outcome is unknown"
        }
    }

    /// The `type` of the problem document: a reference relative to the service.
    package var reference: String { "/problems/" + rawValue }
}
