/// A parameter of a request or of an answer: what its page says, and what the entry's overlay adds.
package struct Field: Sendable, Equatable {
    /// A value that a closed enumeration allows, and what it means; the label may be empty.
    package struct AllowedValue: Sendable, Equatable {
        /// The value as it is sent.
        package let value: String
        /// What it means, in the page's words.
        package let label: String

        /// Makes a value.
        package init(value: String, label: String) {
            self.value = value
            self.label = label
        }
    }

    /// How an object parameter is written on the wire.
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
    /// Whether a call must hold it. Always false for a parameter of an answer.
    package var isRequired = false
    /// The documented default, sent when the caller leaves the parameter out.
    package var defaultText: String?
    /// The documented example.
    package var example: String?
    /// The documented description.
    package var description: String?
    /// The most UTF-16 units that a text may have (TOP's own clients count so).
    package var maximumLength: Int?
    /// The most elements that a list may have.
    package var maximumItems: Int?
    /// The least value of a number, as documented.
    package var minimumValue: String?
    /// The greatest value of a number, as documented.
    package var maximumValue: String?
    /// The members of an object or of a list's elements, in documented order.
    package var children: [Field] = []

    /// Further names under which callers may give it (overlay).
    package var aliases: [String] = []
    /// The values that are allowed; empty if the parameter is no closed enumeration (overlay).
    package var values: [AllowedValue] = []
    /// Other spellings that callers may use for a value, and what is sent instead (overlay).
    package var valueAliases: [String: String] = [:]
    /// The form of a date or time; nil unless the type is `Date` or the overlay says so.
    package var dateForm: DateForm?
    /// How the value is masked in the audit trail; nil if it may be shown (overlay).
    package var sensitivity: Sensitivity?
    /// The business key under which calls are found by this value (overlay).
    package var key: String?
    /// Whether an object takes names that are not documented (overlay).
    package var isOpen = false
    /// How an object is written on the wire (overlay).
    package var wireForm = WireForm.object
    /// For a `String` that holds JSON: the type of that JSON, whose members are `children` (overlay).
    package var jsonType: FieldType?

    /// Makes a field that knows no more than its name and type.
    package init(name: String, type: FieldType) {
        self.name = name
        self.type = type
        if type.kind == .date { dateForm = .dashed }
    }
}
