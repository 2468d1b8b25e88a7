/// A fault of a caller's JSON. A call with a fault is not sent.
package struct Fault: Sendable, Equatable {
    /// The kind of a fault, for programs. The raw value is the member `code` of problem documents.
    package enum Code: String, Sendable, CaseIterable {
        /// A required field, element or file is missing.
        case required
        /// No field or file of the method has this name.
        case unknown
        /// The field or file is given more than once.
        case duplicate
        /// The relay or the app sets the parameter of this name.
        case reserved
        /// The value has another JSON type than the field.
        case type
        /// The text or number is not a number that TOP takes.
        case number
        /// The number is out of its range.
        case range
        /// The text is not a date or time of the field's form.
        case date
        /// The value is not in the field's list of values.
        case enumeration = "enum"
        /// The text is too long.
        case tooLong = "too_long"
        /// The list is too long.
        case tooMany = "too_many"
        /// An element of a list cannot be joined with the others by commas.
        case element
        /// The text does not hold JSON.
        case json
        /// The value cannot be sent as a file.
        case file
        /// A rule across several fields is broken.
        case rule
    }

    /// An RFC 6901 pointer with the caller's spelling and indices. For a missing field it names where the field
    /// belongs, by its documented name. It is empty for the whole body.
    package let pointer: String
    /// The kind of the fault.
    package let code: Code
    /// What is expected, as one clause without the caller's value, such as `must be one of 1 (新增), 2 (更新)`.
    package let detail: String

    /// Makes a fault.
    package init(pointer: String, code: Code, detail: String) {
        self.pointer = pointer
        self.code = code
        self.detail = detail
    }

    /// The pointer for the trail. The name of an unknown field may be any text of the caller.
    /// - Parameter shown: masks such a name.
    package func pointer(naming shown: (String) -> String) -> String {
        guard code == .unknown, let slash = pointer.lastIndex(of: "/") else { return pointer }
        return pointer[...slash] + shown(String(pointer[slash...].dropFirst()))
    }
}
