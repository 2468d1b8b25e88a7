package import TOP

/// A caller's JSON, found valid and turned into what TOP gets.
package struct MappedCall: Sendable {
    /// The business parameters exactly as they are to be sent, in documented order.
    package private(set) var parameters: [Parameter]
    /// The files that are to be sent beside the parameters, outside the sign.
    package private(set) var files: [FilePart]
    /// The parameters as one JSON object from name to text as sent, with private values masked.
    package private(set) var maskedRequest: String
    /// The values under which the call can be found.
    package let keys: [BusinessKey]
    /// The request id that makes the call repeatable; nil if the method has none.
    package let requestID: String?
    /// Masks this call's private values wherever they turn up again.
    package let mask: ValueMask
    /// For each of the entry's rules that compare what was sent with what was answered, the texts that were sent.
    let expectations: [[String]]

    /// The bytes of the parameters, of the files and of the masked text.
    package var contentBytes: Int {
        parameters.reduce(maskedRequest.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
            + files.reduce(0) { $0 + $1.bytes.count }
    }

    /// Moves the parameters and the files out, and drops the masked text with them. What reads the answer is kept.
    package mutating func takeContent() -> (parameters: [Parameter], files: [FilePart]) {
        defer {
            parameters = []
            files = []
            maskedRequest = ""
        }
        return (parameters, files)
    }
}

/// What mapping a caller's JSON came to.
package enum MappingResult: Sendable {
    /// The call may be sent.
    case mapped(MappedCall)
    /// Nothing may be sent: all faults.
    case refused(FaultList)
}

/// What `Idempotency-Key` gives for a method that has a request id.
package struct IdempotencyKey: Sendable, Equatable {
    /// The request id to send if the caller's JSON has none.
    package let derived: String

    /// Makes a key from the text derived of caller, app, method and header.
    package init(derived: String) {
        self.derived = derived
    }
}
