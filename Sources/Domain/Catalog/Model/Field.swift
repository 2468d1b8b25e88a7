/// A parameter of a request or of an answer: what its page says, and what the entry's overlay adds.
public struct Field: Sendable, Equatable {
    /// A value that a closed enumeration allows, and what it means; the label may be empty.
    public struct AllowedValue: Sendable, Equatable {
        /// The value as it is sent.
        public let value: String
        /// What it means, in the page's words.
        public let label: String
    }

    /// How an object parameter is written on the wire.
    public enum WireForm: String, Sendable, CaseIterable {
        /// `{…}`, as its type says.
        case object
        /// `[{…}]`: a list of one.
        case list
    }

    /// The name as documented, which is the name on the wire.
    public var name: String
    /// The type as documented.
    public var type: FieldType
    /// Whether a call must hold it. Always false for a parameter of an answer.
    public var isRequired = false
    /// The documented default, sent when the caller leaves the parameter out.
    public var defaultText: String?
    /// The documented example.
    public var example: String?
    /// The documented description.
    public var description: String?
    /// The most UTF-16 units that a text may have (TOP's own clients count so).
    public var maximumLength: Int?
    /// The most elements that a list may have.
    public var maximumItems: Int?
    /// The least value of a number, as documented.
    public var minimumValue: String?
    /// The greatest value of a number, as documented.
    public var maximumValue: String?
    /// The members of an object or of a list's elements, in documented order.
    public var children: [Field] = []

    /// Further names under which callers may give it (overlay).
    public var aliases: [String] = []
    /// The values that are allowed; empty if the parameter is no closed enumeration (overlay).
    public var values: [AllowedValue] = []
    /// Other spellings that callers may use for a value, and what is sent instead (overlay).
    public var valueAliases: [String: String] = [:]
    /// The form of a date or time; nil unless the type is `Date` or the overlay says so.
    public var dateForm: DateForm?
    /// How the value is masked in the audit trail; nil if it may be shown (overlay).
    public var sensitivity: Sensitivity?
    /// The business key under which calls are found by this value (overlay).
    public var key: String?
    /// Whether an object takes names that are not documented (overlay).
    public var isOpen = false
    /// How an object is written on the wire (overlay).
    public var wireForm = WireForm.object
    /// For a `String` that holds JSON: the type of that JSON, whose members are `children` (overlay).
    public var jsonType: FieldType?

    /// Makes a field that knows no more than its name and type.
    public init(name: String, type: FieldType) {
        self.name = name
        self.type = type
        if type.kind == .date { dateForm = .dashed }
    }
}
