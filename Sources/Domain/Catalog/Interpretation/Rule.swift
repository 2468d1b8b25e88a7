/// A rule across fields of one object; the numbers are indices of fields in the object's level.
enum Rule: Sendable, Equatable {
    /// At least one of the fields must be there and not blank.
    case oneOf([Int])
    /// Where a field has a value, the others must be there.
    case require([Int], field: Int, is: String)
    /// The first field's time must be before the second's.
    case order(earlier: Int, later: Int)

    /// The fields that it looks at.
    var fields: [Int] {
        switch self {
        case .oneOf(let fields): fields
        case .require(let fields, let field, _): fields + [field]
        case .order(let earlier, let later): [earlier, later]
        }
    }
}

/// Which sent texts an answer must name again (see `Outcome.Completion.echoed`).
struct Collector: Sendable, Equatable {
    /// The index among the entry's expectations.
    let expectation: Int
    /// The field whose text is collected.
    let field: Int
    /// Collected only where this field has one of these values.
    let condition: Condition?

    /// The fields that it looks at.
    var fields: [Int] { condition.map { [field, $0.field] } ?? [field] }

    struct Condition: Sendable, Equatable {
        let field: Int
        let values: [String]
    }
}
