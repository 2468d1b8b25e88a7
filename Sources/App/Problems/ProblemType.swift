/// The kinds of problem documents (RFC 9457), by the last part of their `type`; the contract's table.
package enum ProblemType: String, Sendable, CaseIterable {
    /// Empty, not JSON, invalid UTF-8, duplicate names, too deep; a bad header or query parameter.
    case malformedRequest = "malformed-request"
    /// No token, or a wrong one.
    case unauthenticated
    /// The token lacks the scope, the app or the method.
    case forbidden
    /// No such path, method or call.
    case notFound = "not-found"
    /// The path is there, for other HTTP methods.
    case methodNotAllowed = "method-not-allowed"
    /// The body is over the limit.
    case payloadTooLarge = "payload-too-large"
    /// The body is not declared as JSON, nor, where the method takes files, as `multipart/form-data`.
    case unsupportedMediaType = "unsupported-media-type"
    /// The catalog's validation failed: nothing was sent.
    case invalidParameters = "invalid-parameters"
    /// The Idempotency-Key belongs to another call.
    case idempotencyKeyReused = "idempotency-key-reused"
    /// A call with the Idempotency-Key is under way.
    case idempotencyInProgress = "idempotency-in-progress"
    /// What became of the first call with the Idempotency-Key is unknown.
    case idempotencyUnknown = "idempotency-unknown"
    /// TOP refused, and it is the caller's fault.
    case rejectedByTOP = "rejected-by-top"
    /// No usable session.
    case sessionInvalid = "session-invalid"
    /// TOP's limits, a ban in force, or the relay's own limit.
    case throttled
    /// The relay's own set-up is at fault.
    case relayMisconfigured = "relay-misconfigured"
    /// TOP failed, and surely nothing was done.
    case topError = "top-error"
    /// The request was never sent.
    case topUnreachable = "top-unreachable"
    /// No durable record could be made; nothing was sent.
    case auditUnavailable = "audit-unavailable"
    /// Too many calls at once; nothing was sent.
    case overloaded
    /// The replica is about to stop; nothing was sent.
    case draining
    /// It was sent, and it may have been done.
    case outcomeUnknown = "outcome-unknown"
    /// The client took too long to send its request.
    case requestTimeout = "request-timeout"
    /// The request's headers are over the limit.
    case headersTooLarge = "headers-too-large"
    /// The request's target is over the limit.
    case targetTooLong = "target-too-long"
    /// An expectation other than 100-continue.
    case expectationFailed = "expectation-failed"
    /// A fault of the relay that it did not foresee.
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
        case .idempotencyInProgress, .idempotencyUnknown: 409
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
        case .auditUnavailable, .overloaded, .draining: 503
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
        case .payloadTooLarge: "The body is too large"
        case .targetTooLong: "The request's target is too long"
        case .unsupportedMediaType: "The body is of another media type than the method takes"
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
        case .draining: "The replica is stopping; nothing was sent"
        case .outcomeUnknown: "The outcome is unknown"
        }
    }

    /// The `type` of the problem document, a reference relative to the service.
    package var reference: String { "/problems/" + rawValue }
}
