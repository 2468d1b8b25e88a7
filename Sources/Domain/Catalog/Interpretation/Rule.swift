/// A rule across fields of one object. The numbers are indices of fields in the object's level.
enum Rule: Sendable, Equatable {
    /// At least one of the fields must be present and not blank.
    case oneOf([Int])
    /// If a field has a value, the others must be present.
    case require([Int], field: Int, is: String)
    /// The first field's time must be before the second's.
    case order(earlier: Int, later: Int)

    /// The fields that the rule needs.
    var fields: [Int] {
        switch self {
        case .oneOf(let fields): fields
        case .require(let fields, let field, _): fields + [field]
        case .order(let earlier, let later): [earlier, later]
        }
    }
}

/// Collects the sent texts that a response must repeat (see `OutcomeRules.Completion.echoed`).
struct Collector: Sendable, Equatable {
    /// The index among the entry's expectations.
    let expectation: Int
    /// The field whose text is collected.
    let field: Int
    /// If set, texts are collected only if this field has one of these values.
    let condition: Condition?

    /// The fields that the collector needs.
    var fields: [Int] { condition.map { [field, $0.field] } ?? [field] }

    struct Condition: Sendable, Equatable {
        let field: Int
        let values: [String]
    }
}
