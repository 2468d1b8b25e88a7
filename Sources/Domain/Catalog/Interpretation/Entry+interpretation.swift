package import JSON

extension Entry {
    /// Reads what TOP answered to a call: `inner` is the object inside the `…_response` wrapper.
    ///
    /// An answer is never refused for its shape: a documented type that the answer breaks is handed on as it came, and
    /// a flag that is missing counts as a failure.
    package func interpret(_ inner: JSONValue, of call: MappedCall) -> Interpretation {
        var interpreter = Interpreter(entry: self, call: call, inner: inner)
        return interpreter.interpret(inner)
    }
}
