import Bytes
package import JSON
package import TOP

/// The SDK's test and the default judgement of responses. The test precedes the entry's outcome rules. The default
/// judgement replaces them in entries without rules. It is compiled once for each entry.
final class Judgement: Sendable {
    /// The names of the Booleans that tell success in entries without rules.
    static let successNames: Set<String> = ["success", "isSuccess", "is_success", "biz_success", "bizSuccess"]
    /// How many levels deep such a Boolean may be.
    static let successDepth = 3

    /// The paths of the documented Booleans that tell success; empty if the entry has rules.
    let successPaths: [[String]]
    /// Whether the entry has outcome rules.
    let hasRules: Bool
    /// The fields that the SDK's test skips in the response itself.
    private let skipped: Skipped
    /// The fields that it skips in an object `body` of the response.
    private let skippedInBody: Skipped

    /// The fields that the SDK's test skips, because the entry documents them with its own meaning.
    private struct Skipped {
        var code: Bool
        var subCode: Bool
        var success: Bool
        var flag: Bool

        init(_ fields: [Field], flag: Bool) {
            let names = Set(fields.map(\.name))
            code = names.contains("code")
            subCode = names.contains("sub_code")
            success = names.contains("success")
            self.flag = flag
        }
    }

    init(response: [Field], outcome: OutcomeRules) {
        hasRules = !outcome.success.isEmpty || !outcome.completions.isEmpty
        successPaths = hasRules ? [] : Self.successPaths(in: response, depth: Self.successDepth)
        let named = outcome.paths
        skipped = Skipped(response, flag: named.contains(["flag"]))
        let body = response.first { $0.name == "body" && !$0.type.isList }
        skippedInBody = Skipped(body?.children ?? [], flag: named.contains(["body", "flag"]))
    }

    /// Whether a Boolean that tells success is false, documented or not. Lists are not searched.
    static func tellsFailure(_ value: JSONValue, depth: Int) -> Bool {
        guard depth > 0, value.kind == .object else { return false }
        return value.fields.contains { field in
            switch field.value.kind {
            case .object: tellsFailure(field.value, depth: depth - 1)
            case .bool, .string: successNames.contains(field.name) && field.value.scalarText == "false"
            case .null, .number, .array: false
            }
        }
    }

    /// Whether the name of such a Boolean is repeated. Then two readers could judge differently.
    static func repeatsSuccess(_ value: JSONValue, depth: Int) -> Bool {
        guard depth > 0, value.kind == .object else { return false }
        if successNames.contains(where: { value.repeats($0) }) { return true }
        return value.fields.contains { repeatsSuccess($0.value, depth: depth - 1) }
    }

    /// The paths of the documented Booleans that tell success, outside lists.
    static func successPaths(in fields: [Field], depth: Int) -> [[String]] {
        guard depth > 0 else { return [] }
        return fields.flatMap { field -> [[String]] in
            if field.type.isList { return [] }
            if field.type.kind == .boolean { return successNames.contains(field.name) ? [[field.name]] : [] }
            return successPaths(in: field.children, depth: depth - 1).map { [field.name] + $0 }
        }
    }

    /// The error that the test of TOP's official SDKs finds in a response; nil if it passes.
    ///
    /// The test reads the direct members of the response, and of an object `body` in it.
    func error(in response: JSONValue) -> TOPError? {
        let members = SDKMembers(of: response)
        if let error = members.error(in: response, skipping: skipped) { return error.completed(by: response) }
        guard let body = members.body.map({ response.value(at: $0) }), body.kind == .object else { return nil }
        return SDKMembers(of: body).error(in: body, skipping: skippedInBody)?.completed(by: response)
    }

    /// The members that the SDK's test needs. One pass finds them.
    private struct SDKMembers {
        private var errorResponse: JSONPlace?
        private var flag: JSONPlace?
        private var subCode: JSONPlace?
        private var code: JSONPlace?
        private var success: JSONPlace?
        private(set) var body: JSONPlace?

        private static let names = (
            errorResponse: Array("error_response".utf8), flag: Array("flag".utf8), subCode: Array("sub_code".utf8),
            code: Array("code".utf8), success: Array("success".utf8), body: Array("body".utf8)
        )

        init(of object: JSONValue) {
            object.forEachField { name, place in note(name, place) }
        }

        private mutating func note(_ name: Span<UInt8>, _ place: JSONPlace) {
            switch name.count {
            case 4 where name.isEqual(to: Self.names.code.span): code = place
            case 4 where name.isEqual(to: Self.names.flag.span): flag = place
            case 4 where name.isEqual(to: Self.names.body.span): body = place
            case 7 where name.isEqual(to: Self.names.success.span): success = place
            case 8 where name.isEqual(to: Self.names.subCode.span): subCode = place
            case 14 where name.isEqual(to: Self.names.errorResponse.span): errorResponse = place
            default: break
            }
        }

        func error(in object: JSONValue, skipping skipped: Skipped) -> TOPError? {
            func text(_ place: JSONPlace?) -> String? { place.flatMap { object.value(at: $0).scalarText } }
            if let error = errorResponse.map({ object.value(at: $0) }), error.kind == .object {
                return TOPError(reading: error)
            }
            if !skipped.flag, let flag = text(flag), flag.lowercased() == "failure" {
                var error = TOPError(reading: object)
                error.isFlagFailure = true
                return error
            }
            let subCode = skipped.subCode ? "" : text(subCode) ?? ""
            let code = skipped.code ? "" : text(code) ?? ""
            let isFailure =
                !subCode.isEmpty || !["", "0", "200"].contains(code)
                || code == "200" && !skipped.success && text(success) == "false"
            return isFailure ? TOPError(reading: object) : nil
        }
    }

    /// Whether a name that decides the outcome is repeated. Then two readers could judge differently.
    func isAmbiguous(_ response: JSONValue, outcome: OutcomeRules, level: ResponseLevel) -> Bool {
        if response.documentRoot.repeatsNames { return true }
        let names = ["error_response", "flag", "sub_code", "code", "success", "body"]
        if names.contains(where: { response.repeats($0) }) { return true }
        if let body = response["body"], names.contains(where: { body.repeats($0) }) { return true }
        return (outcome.paths + successPaths).contains { Self.repeats($0[...], in: response, level) }
    }

    /// Whether a name on a path is repeated, in any element of the lists on the path.
    private static func repeats(_ path: ArraySlice<String>, in value: JSONValue, _ level: ResponseLevel?) -> Bool {
        guard let name = path.first else { return false }
        if value.repeats(name) { return true }
        guard let next = value[name] else { return false }
        let member = level?[name]
        guard let member, member.isList, let elements = ListWrapper.elements(of: next, member) else {
            return repeats(path.dropFirst(), in: next, member?.level)
        }
        for element in elements where repeats(path.dropFirst(), in: element, member.level) { return true }
        return false
    }
}

extension TOPError {
    /// The error, with the request id of the response if it has none itself.
    fileprivate func completed(by response: JSONValue) -> TOPError {
        var error = self
        error.topRequestID = error.topRequestID ?? TOPResponse.topRequestID(in: response)
        return error
    }
}

extension OutcomeRules {
    /// The paths of the fields that decide the outcome.
    fileprivate var paths: [[String]] {
        success.map(\.path)
            + completions.map {
                switch $0 {
                case .flag(let flag): flag.path
                case .echoed(let path, _): path
                }
            }
    }
}

extension Entry {
    /// Whether an outcome rule or a documented Boolean judges responses. Without one, every response that passes the
    /// SDK's test counts as a success, and its reply has `"judged":false`.
    package var isJudged: Bool { judgement.hasRules || !judgement.successPaths.isEmpty }

    /// Reads the response to a call.
    package func read(_ body: [UInt8], form: ResponseForm) -> TOPResponse {
        TOPResponse.read(body, method: method, form: form) { responseLevel[$0] != nil }
    }

    /// The class of an error. The entry's `errors` come first.
    package func classify(_ error: TOPError) -> ErrorClass {
        ErrorClass(classifying: error, methodReads: reads, meanings: errorMeanings)
    }

    /// The error that the test of TOP's official SDKs finds in a response; nil if it passes.
    package func error(in response: JSONValue) -> TOPError? { judgement.error(in: response) }

    /// Whether a name that decides the outcome of a response is repeated.
    package func isAmbiguous(_ response: JSONValue) -> Bool {
        guard response.documentRepeatsNames else { return false }
        if isRaw, !judgement.hasRules, Judgement.repeatsSuccess(response, depth: Judgement.successDepth) { return true }
        return judgement.isAmbiguous(response, outcome: outcome, level: responseLevel)
    }
}

extension [Field] {
    /// Whether these fields of a response include a Boolean that tells success, without an outcome rule.
    package var tellSuccess: Bool { !successPaths.isEmpty }

    /// Where the Booleans stand that tell success.
    package var successPaths: [[String]] { Judgement.successPaths(in: self, depth: Judgement.successDepth) }
}
