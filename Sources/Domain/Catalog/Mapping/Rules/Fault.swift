/// Something about a caller's JSON that keeps the call from being sent.
package struct Fault: Sendable, Equatable {
    /// An RFC 6901 pointer, in the caller's own spelling and with its own indices; a missing field is pointed at where it should be,
    /// by its documented name. Empty for the whole body.
    package let pointer: String
    /// What was expected, as one clause without the caller's value in it: `must be one of 1 (新增), 2 (更新)`.
    package let detail: String

    /// Makes a fault.
    package init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}
