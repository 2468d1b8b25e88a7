/// The classes of TOP's errors. The first row that matches decides; an error that matches none is `platform_error` for
/// a method that reads and `unknown` for one that writes.
///
/// Sources: TOP's pages on global error codes and sub_codes, and the word codes of the IOP gateway that AliExpress and
/// other families of Alibaba answer with.
package enum ErrorClassTable {
    /// A row of the table.
    package struct Row: Sendable {
        /// The row's number in the documentation. Row 0 is the entry's own `errors`.
        package let number: Int
        /// What the row says of an error.
        package let meaning: ErrorMeaning
        /// Each of them alone is enough.
        let matches: [ErrorMatch]

        func holds(for error: TOPError) -> Bool {
            let facts = ErrorFacts(error)
            return matches.contains { $0.holds(for: facts) }
        }

        /// What the row matches, in words, one line each.
        package var conditions: [String] { matches.map(\.description) }
    }

    /// The rows in their order.
    package static let rows = [
        Row(
            number: 1, meaning: .sessionInvalid,
            matches: [
                .codes([26, 27, 44, 53]), .sessionCodes(sessionCodes),
                .words(["IllegalAccessToken", "InvalidSession", "AccessTokenExpired"]),
            ]),
        Row(
            number: 2, meaning: .throttled,
            matches: [
                .codes([4, 5, 6, 7, 8]), .subCodesFrom("accesscontrol."), .subCode("isp.call-limited"),
                .words(["ApiCallLimit", "AppCallLimit", "SellerCallLimit"]),
            ]),
        Row(
            number: 3, meaning: .misconfigured,
            matches: [
                .codes([11, 12, 13, 21, 22, 23, 24, 25, 28, 29, 30, 31, 32, 33, 34, 42, 47]),
                .subCodesFrom("isv.permission-"), .subCode("sign-check-failure"),
                .words(["IncompleteSignature", "InvalidSignature", "InvalidAppKey", "IllegalTimestamp"]),
            ]),
        Row(
            number: 4, meaning: .rejected,
            matches: [
                .subCodesFrom("isv."), .codes([3, 9, 40, 41, 43]), .codesAbove(100),
                .codesWithOwnSubCode([15, 50]), .flagFailure,
                .words(["MissingParameter", "InvalidParameter"]), .wordsOfType("ISV"),
            ]),
        Row(
            number: 5, meaning: .platformError,
            matches: [
                .codes([10]), .platformSubCodes(endingIn: "-service-unavailable"),
                .platformSubCodes(endingIn: "-connection-error"), .platformSubCodes(endingIn: "refused"),
            ]),
    ]

    /// The sub_codes about the session. They come with and without `isv.` in front.
    private static let sessionCodes: Set<String> = [
        "invalid-session", "invalid-sessionkey", "missing-session", "missing-sessionkey", "session-expired",
        "session-invalid", "session-not-exist", "sessionkey-expired", "sessionkey-not-exist",
        "sessionkey-not-generated-by-server",
    ]
}

/// What an error is classed by.
struct ErrorFacts {
    /// The code as a number; nil for a word.
    let code: Int?
    /// The code as a word; nil for a number.
    let word: String?
    /// TOP's `type` in capitals: ISV, ISP or SYSTEM.
    let type: String?
    /// The sub_code before `:`, without the suffix `-tmall`; nil where there is none.
    let subCode: Substring?
    let isFlagFailure: Bool

    init(_ error: TOPError) {
        code = Int(error.code)
        word = code == nil && !error.code.isEmpty ? error.code : nil
        type = error.type?.uppercased()
        subCode = error.subCode.map(Self.head)
        isFlagFailure = error.isFlagFailure
    }

    /// The part of a sub_code before a `:`, which sets off a field name or a reason, without the suffix `-tmall`.
    static func head(_ subCode: String) -> Substring {
        let head = subCode.prefix { $0 != ":" }
        let suffix = "-tmall"
        return head.hasSuffix(suffix) ? head.dropLast(suffix.count) : head
    }

    /// Whether the sub_code tells a fault of TOP's own.
    var isOfPlatform: Bool { subCode?.hasPrefix("isp.") == true }
}

/// A condition of the table.
enum ErrorMatch: Sendable, CustomStringConvertible {
    /// The code is one of these numbers.
    case codes(Set<Int>)
    /// The code is above a number, and the sub_code is not `isp.*`.
    case codesAbove(Int)
    /// The code is one of these numbers, with a sub_code of neither `isv.*` nor `isp.*`.
    case codesWithOwnSubCode(Set<Int>)
    /// The code is one of these words.
    case words(Set<String>)
    /// The code is a word, and TOP gives this `type`.
    case wordsOfType(String)
    /// The sub_code.
    case subCode(String)
    /// The sub_code begins so.
    case subCodesFrom(String)
    /// The sub_code is one of these, with or without `isv.` in front.
    case sessionCodes(Set<String>)
    /// The sub_code begins with `isp.` and ends so.
    case platformSubCodes(endingIn: String)
    /// A response says by its `flag` that it failed, and the sub_code is not `isp.*`.
    case flagFailure

    func holds(for error: ErrorFacts) -> Bool {
        switch self {
        case .codes(let codes): return error.code.map(codes.contains) ?? false
        case .codesAbove(let bound): return error.code.map { $0 > bound } == true && !error.isOfPlatform
        case .codesWithOwnSubCode(let codes):
            guard let code = error.code, let subCode = error.subCode else { return false }
            return codes.contains(code) && !subCode.hasPrefix("isv.") && !error.isOfPlatform
        case .words(let words): return error.word.map(words.contains) ?? false
        case .wordsOfType(let type): return error.word != nil && error.type == type
        case .subCode(let code): return error.subCode.map { $0 == code } ?? false
        case .subCodesFrom(let prefix): return error.subCode?.hasPrefix(prefix) ?? false
        case .sessionCodes(let codes):
            guard let subCode = error.subCode else { return false }
            return codes.contains(String(subCode.hasPrefix("isv.") ? subCode.dropFirst(4) : subCode))
        case .platformSubCodes(let end): return error.isOfPlatform && error.subCode?.hasSuffix(end) == true
        case .flagFailure: return error.isFlagFailure && !error.isOfPlatform
        }
    }

    var description: String {
        switch self {
        case .codes(let codes): "code " + Self.list(codes)
        case .codesAbove(let bound): "code above \(bound), unless the sub_code is isp.*"
        case .codesWithOwnSubCode(let codes): "code \(Self.list(codes)) with a sub_code of neither isv.* nor isp.*"
        case .words(let words): "code \(words.sorted().joined(separator: ", "))"
        case .wordsOfType(let type): "code is a word, with type \(type)"
        case .subCode(let code): "sub_code \(code)"
        case .subCodesFrom(let prefix): "sub_code \(prefix)*"
        case .sessionCodes(let codes): "sub_code, also after isv.: \(codes.sorted().joined(separator: ", "))"
        case .platformSubCodes(let end): "sub_code isp.*\(end)"
        case .flagFailure: "flag failure, unless the sub_code is isp.*"
        }
    }

    private static func list(_ codes: Set<Int>) -> String {
        codes.sorted().map(String.init).joined(separator: ", ")
    }
}
