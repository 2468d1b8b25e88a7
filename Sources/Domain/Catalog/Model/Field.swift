package import Masking

/// A parameter of a request or response: the facts of its page and the additions of its overlay.
package struct Field: Sendable, Equatable {
    /// A value of a closed enumeration and its meaning. The label may be empty.
    package struct AllowedValue: Sendable, Equatable {
        /// The value as it is sent.
        package let value: String
        /// Its meaning, in the page's words.
        package let label: String

        /// Makes a value.
        package init(value: String, label: String) {
            self.value = value
            self.label = label
        }
    }

    /// The form of an object parameter on the wire.
    package enum WireForm: String, Sendable, CaseIterable {
        /// `{…}`, as its type says.
        case object
        /// `[{…}]`: a list of one.
        case list
    }

    /// The name as documented, which is the name on the wire.
    package var name: String
    /// The type as documented.
    package var type: FieldType
    /// Whether a call must have it. Always false for a parameter of a response.
    package var isRequired = false
    /// The documented default, which is sent if the caller omits the parameter.
    package var defaultText: String?
    /// The documented example.
    package var example: String?
    /// The documented description.
    package var description: String?
    /// The largest number of UTF-16 units of a text, as TOP's own clients count.
    package var maximumLength: Int?
    /// The largest number of elements of a list.
    package var maximumItems: Int?
    /// The smallest value of a number, as documented.
    package var minimumValue: String?
    /// The largest value of a number, as documented.
    package var maximumValue: String?
    /// The members of an object or of a list's elements, in documented order.
    package var children: [Field] = []

    /// More names that callers may use (overlay).
    package var aliases: [String] = []
    /// The allowed values; empty if the parameter is not a closed enumeration.
    package var values: [AllowedValue] = []
    /// More spellings of values that callers may use, and the value that is sent (overlay).
    package var valueAliases: [String: String] = [:]
    /// The form of a date or time; nil if the parameter is neither.
    package var dateForm: DateForm?
    /// The kind of masking in the audit trail; nil if the value may be shown (overlay).
    package var sensitivity: Sensitivity?
    /// The business key by which calls are found with this value (overlay).
    package var key: String?
    /// Whether an object accepts undocumented names (overlay).
    package var isOpen = false
    /// The form of an object on the wire (overlay).
    package var wireForm = WireForm.object
    /// The type of the JSON in a `String`, whose members are `children` (overlay).
    package var jsonType: FieldType?

    /// Makes a field with a name and a type only.
    package init(name: String, type: FieldType) {
        self.name = name
        self.type = type
        if type.kind == .date { dateForm = .dashed }
    }
}
