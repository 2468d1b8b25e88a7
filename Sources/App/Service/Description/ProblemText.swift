import Problems

/// What a problem's page says in one language.
struct ProblemText: Sendable {
    let title: String
    let cause: String
    let remedy: String
}

extension ProblemType {
    /// The page's text in English.
    var english: ProblemText {
        let (cause, remedy) = englishParts
        return ProblemText(title: title, cause: cause, remedy: remedy)
    }

    private var englishParts: (cause: String, remedy: String) {
        switch self {
        case .malformedRequest:
            (
                "The body is not acceptable JSON or multipart/form-data, or a header or query parameter is wrong.",
                "Correct the request as detail says. Nothing was sent."
            )
        case .unauthenticated:
            (
                "The header Authorization is missing, or its token is unknown, withdrawn or expired.",
                "Send Authorization: Bearer TOKEN with a valid token. An operator creates one with toprelay token create."
            )
        case .forbidden:
            (
                "The token is valid, but lacks the scope, or may not use this app, method or seller.",
                "Use another token, or ask an operator for one with the scope that detail names."
            )
        case .notFound:
            (
                "The path, the TOP method or the call does not exist.",
                "Check the path. For an unknown TOP method, suggestions has the nearest names; an operator can import its page."
            )
        case .methodNotAllowed:
            ("The path exists, but not for this HTTP method.", "Use one of the methods that the header Allow names.")
        case .conflict:
            (
                "A setting or what is stored does not allow it: a token of the name exists, or a table is full.",
                "Change what detail names, or choose another name. Then repeat the request."
            )
        case .preconditionFailed:
            (
                "What is stored is not in the state that If-Match or If-None-Match requires. Nothing was changed.",
                "Read it again, decide with its new ETag, and repeat the change."
            )
        case .payloadTooLarge:
            (
                "The body is larger than 1 MiB, or than the limit of the method's entry.",
                "Send a smaller body, or ask an operator to raise max_body_bytes in the method's overlay."
            )
        case .unsupportedMediaType:
            (
                "The body is compressed, is not UTF-8, or is not declared as application/json.",
                "Send JSON in UTF-8. Only methods with files also take multipart/form-data."
            )
        case .requestTimeout:
            ("The request did not arrive in time.", "Send the whole request at once. Look for a slow network or proxy.")
        case .headersTooLarge:
            ("The headers are larger than 32 KiB, or there are too many.", "Send fewer or shorter headers.")
        case .targetTooLong:
            ("The request's target is longer than 8 KiB.", "Shorten the query.")
        case .expectationFailed:
            ("The header Expect asks for something other than 100-continue.", "Leave the header out.")
        case .internalError:
            (
                "The relay met an error that it does not expect. It is in the log.",
                "Tell the operator the id or the X-Request-Id. Look the call up before repeating it."
            )
        default: englishCallParts
        }
    }

    /// The same for problems of calls.
    private var englishCallParts: (cause: String, remedy: String) {
        switch self {
        case .invalidParameters:
            (
                "Parameters do not match the catalog. errors has each fault with its place and code.",
                "Correct all faults. Nothing was sent."
            )
        case .idempotencyKeyReused:
            (
                "The Idempotency-Key belongs to a call with other parameters, files or another seller.",
                "Use a new key for a new call. To repeat a call, send exactly the same request."
            )
        case .idempotencyInProgress:
            ("A call with this Idempotency-Key is under way.", "Wait for Retry-After, then repeat the same request.")
        case .idempotencyUnknown:
            (
                "It is not known whether the first call with this Idempotency-Key was carried out.",
                "Find out in TOP's own records. Then add a note that settles the call as done or not_done, and repeat."
            )
        case .rejectedByTOP:
            (
                "TOP refused the content of the call. top has its code and sub_code.",
                "Correct the request as top says. A repeat without a change is refused again."
            )
        case .sessionInvalid:
            (
                "The seller is unknown, or its session key is missing, expired or withdrawn.",
                "Have the seller authorise the app again, and store the new session key: toprelay session put."
            )
        case .throttled:
            (
                "A limit of TOP or of the token was reached, or a ban by TOP is in force.",
                "Wait for Retry-After, then repeat the call."
            )
        case .relayMisconfigured:
            (
                "TOP refuses the app's key, sign, clock, IP address or permissions, or the gateway's address is wrong.",
                "Tell the operator. A repeat does not help before the set-up is corrected."
            )
        case .topError:
            ("TOP failed, and the call was certainly not carried out.", "Repeat the call.")
        case .topUnreachable:
            (
                "The connection to TOP failed before anything was sent: name, network, TLS or proxy.",
                "Repeat the call. Tell the operator if it goes on."
            )
        case .auditUnavailable:
            (
                "The audit trail cannot be written or read now. The relay sends no call without its record.",
                "Wait for Retry-After, then repeat. Nothing was sent."
            )
        case .overloaded:
            ("The replica has too many calls or bytes of bodies in progress.", "Wait for Retry-After, then repeat.")
        case .paused:
            (
                "An operator has paused the calls of the app, or of the method.",
                "Wait for Retry-After, then repeat. The call goes through once an operator has resumed the app."
            )
        case .draining:
            ("The replica is stopping.", "Repeat the call; another replica takes it. Nothing was sent.")
        default:
            (
                "The call was sent, and no usable answer came. TOP may have carried it out.",
                "Repeat it only if retryable is true. Otherwise find out in TOP's own records first."
            )
        }
    }
}
