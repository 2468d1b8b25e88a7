package import TOP

/// A caller's JSON, found valid and turned into what TOP gets.
package struct MappedCall: Sendable {
    /// The business parameters exactly as they are to be sent, in documented order.
    package private(set) var list: ParameterList
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

    /// Copies of the parameters, one by one.
    package var parameters: [Parameter] { Array(list) }

    /// Moves the content out. What is needed to read the response is kept.
    package mutating func takeContent() -> MappedContent {
        let content = MappedContent(parameters: list, files: files, maskedRequest: maskedRequest)
        list = ParameterList()
        files = []
        maskedRequest = ""
        return content
    }
}

/// What a call sends and records. It is dropped as soon as that is done.
package struct MappedContent: Sendable {
    /// The business parameters exactly as they are to be sent.
    package var parameters = ParameterList()
    /// The files that are to be sent beside them.
    package var files: [FilePart] = []
    /// See ``MappedCall/maskedRequest``.
    package var maskedRequest = ""

    /// Nothing.
    package init() {}

    init(parameters: ParameterList, files: [FilePart], maskedRequest: String) {
        self.parameters = parameters
        self.files = files
        self.maskedRequest = maskedRequest
    }

    /// The bytes of all of it.
    package var byteCount: Int {
        parameters.byteCount + maskedRequest.utf8.count + files.reduce(0) { $0 + $1.bytes.count }
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
