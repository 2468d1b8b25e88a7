package import JSON
import TOP

extension Entry {
    /// An answer's inner object as plain JSON: lists without their wrappers, digits as written, `request_id` lifted out.
    package func plainResult(_ inner: JSONValue) -> [UInt8] {
        let nobody = MappedCall(
            list: ParameterList(), files: [], maskedRequest: "", keys: [], requestID: nil, mask: ValueMask(),
            expectations: Array(repeating: [], count: expectationCount))
        return interpret(inner, of: nobody).result
    }
}
