package import Masking
package import TOP

/// A caller's valid JSON, mapped to the parameters for TOP.
package struct MappedCall: Sendable {
    /// The business parameters exactly as they are sent, in documented order.
    package private(set) var list: ParameterList
    /// The files, which are sent with the parameters but are not signed.
    package private(set) var files: [FilePart]
    /// The parameters as one JSON object from name to text as sent, with private values masked.
    package private(set) var maskedRequest: String
    /// The business keys of the request.
    package let keys: [BusinessKey]
    /// The request id that makes the call repeatable; nil if the method has none.
    package let requestID: String?
    /// Masks this call's private values in other texts.
    package let mask: ValueMask
    /// The sent texts for each rule of the entry that compares the response with the request.
    let expectations: [[String]]

    /// Copies of the parameters.
    package var parameters: [Parameter] { Array(list) }

    /// Moves the content out. The call keeps what the response's interpretation needs.
    package mutating func takeContent() -> MappedContent {
        let content = MappedContent(parameters: list, files: files, maskedRequest: maskedRequest)
        list = ParameterList()
        files = []
        maskedRequest = ""
        return content
    }
}

/// The content that a call sends and records. It is dropped afterwards.
package struct MappedContent: Sendable {
    /// The business parameters exactly as they are sent.
    package var parameters = ParameterList()
    /// The files, which are sent with the parameters.
    package var files: [FilePart] = []
    /// See ``MappedCall/maskedRequest``.
    package var maskedRequest = ""

    /// Makes empty content.
    package init() {}

    init(parameters: ParameterList, files: [FilePart], maskedRequest: String) {
        self.parameters = parameters
        self.files = files
        self.maskedRequest = maskedRequest
    }

    /// The size in bytes.
    package var byteCount: Int {
        parameters.byteCount + maskedRequest.utf8.count + files.reduce(0) { $0 + $1.bytes.count }
    }
}

/// The result of mapping a caller's JSON.
package enum MappingResult: Sendable {
    /// The JSON is valid.
    case mapped(MappedCall)
    /// The JSON has these faults. Nothing may be sent.
    case refused(FaultList)
}

/// The value of `Idempotency-Key` for a method that has a request id.
package struct IdempotencyKey: Sendable, Equatable {
    /// The request id to send if the caller's JSON has none.
    package let derived: String

    /// Makes a key from the text that is derived from caller, app, method and header.
    package init(derived: String) {
        self.derived = derived
    }
}
