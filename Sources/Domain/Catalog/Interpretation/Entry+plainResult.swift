package import JSON
import TOP

extension Entry {
    /// An answer's inner object as plain JSON: lists without their wrappers, digits as written, `request_id` lifted out.
    /// - Returns: the JSON, and whether a rule or a documented Boolean tells the outcome.
    package func plainResult(_ inner: JSONValue) -> (json: [UInt8], isJudged: Bool) {
        let nobody = MappedCall(
            list: ParameterList(), files: [], maskedRequest: "", keys: [], requestID: nil, mask: ValueMask(),
            expectations: Array(repeating: [], count: expectationCount))
        let interpretation = interpret(inner, of: nobody)
        return (interpretation.result, interpretation.isJudged)
    }
}
