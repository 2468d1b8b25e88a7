public import TOP

/// A caller's JSON, found valid and turned into what TOP gets.
public struct MappedCall: Sendable {
    /// The business parameters exactly as they are to be sent, in documented order.
    public let parameters: [Parameter]
    /// The files that are to be sent beside the parameters, outside the sign.
    public let files: [FilePart]
    /// The parameters as one JSON object from name to text as sent, with private values masked.
    public let maskedRequest: String
    /// The values under which the call can be found.
    public let keys: [BusinessKey]
    /// The request id that makes the call repeatable; nil if the method has none.
    public let requestID: String?
    /// Masks this call's private values wherever they turn up again.
    public let mask: ValueMask
    /// For each of the entry's rules that compare what was sent with what was answered, the texts that were sent.
    let expectations: [[String]]
}

/// What mapping a caller's JSON came to.
public enum MappingResult: Sendable {
    /// The call may be sent.
    case mapped(MappedCall)
    /// Nothing may be sent: all faults.
    case refused(FaultList)
}

/// What `Idempotency-Key` gives for a method that has a request id.
public struct IdempotencyKey: Sendable, Equatable {
    /// The request id to send if the caller's JSON has none.
    public let derived: String

    /// Makes a key from the text derived of caller, app, method and header.
    public init(derived: String) {
        self.derived = derived
    }
}
