package import JSON
import Masking
import TOP

extension Entry {
    /// Interprets TOP's response to a call.
    ///
    /// A response of any shape is accepted. A value that breaks its documented type is passed on unchanged. A missing
    /// flag counts as a failure.
    /// - Parameter inner: the object inside the `…_response` wrapper.
    package func interpret(_ inner: JSONValue, of call: MappedCall) -> Interpretation {
        var interpreter = Interpreter(entry: self, call: call, inner: inner)
        return interpreter.interpret(inner)
    }

    /// An answer's inner object as plain JSON: lists without their wrappers, digits as written, `request_id` lifted
    /// out.
    /// - Returns: the JSON, and whether a rule or a documented Boolean tells the outcome.
    package func plainResult(_ inner: JSONValue) -> (json: [UInt8], isJudged: Bool) {
        let nobody = MappedCall(
            list: ParameterList(), files: [], maskedRequest: "", keys: [], requestID: nil, mask: ValueMask(),
            expectations: Array(repeating: [], count: expectationCount))
        let interpretation = interpret(inner, of: nobody)
        return (interpretation.result, interpretation.isJudged)
    }
}
