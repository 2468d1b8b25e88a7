import Masking
import TOP

/// The content of an entry's second file: facts that the page lacks. Paths are not resolved yet.
struct Overlay: Sendable {
    /// Names from the root to a parameter.
    typealias Path = [String]

    /// Additions to one parameter.
    struct FieldPart: Sendable {
        let path: Path
        let line: Int
        var isRequired: Bool?
        var maximumLength: Int?
        var maximumItems: Int?
        var aliases: [String] = []
        var values: [Field.AllowedValue] = []
        /// Whether any value is allowed, in spite of the page's list.
        var takesAnyValue = false
        var valueAliases: [String: String] = [:]
        var dateForm: DateForm?
        /// Whether the page's date form does not apply.
        var removesDateForm = false
        var sensitivity: Sensitivity?
        var key: String?
        var isOpen: Bool?
        var wireForm: Field.WireForm?
        var jsonType: FieldType?
        var jsonFields: [Field] = []
    }

    /// A rule across parameters of one object.
    enum RulePart: Sendable {
        case oneOf([Path])
        case require([Path], field: Path, is: String)
        case order(earlier: Path, later: Path)
    }

    /// A flag of the outcome.
    struct FlagPart: Sendable {
        let path: Path
        let values: [String]
        let line: Int
    }

    /// A sent value that the response must repeat.
    struct EchoPart: Sendable {
        let sent: Path
        let found: Path
        let condition: FlagPart?
        let line: Int
    }

    /// How a response is judged.
    struct OutcomePart: Sendable {
        enum Completion: Sendable {
            case flag(FlagPart)
            case echo(EchoPart)
        }

        var success: [FlagPart] = []
        var completions: [Completion] = []
        var isAccepted = false
        var retryable: Path?
        var code: Path?
        var message: Path?
        var line: Int?
    }

    var method = ""
    var path: String?
    var session: Entry.Session?
    var reads = false
    var isPersonal = false
    var isOpen = false
    var maximumBodyBytes: Int?
    /// The seconds that a call may take.
    var timeoutSeconds: Int?
    var idempotency: Path?
    var request: [FieldPart] = []
    var response: [FieldPart] = []
    var rules: [(part: RulePart, line: Int)] = []
    /// Whether the page's rules apply.
    var keepsPageRules = true
    var outcome = OutcomePart()
    /// What sub_codes and codes mean for this method, whatever the table of error classes says.
    var errors: [String: ErrorMeaning] = [:]
}
