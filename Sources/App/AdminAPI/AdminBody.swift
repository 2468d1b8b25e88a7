import Catalog
import Crypto
import JSON
import Problems
import TOP
import Time
import Vault

/// Reads the members of a JSON object that is to be stored. It gathers all faults, so that a client learns of them at
/// once. No fault repeats a value, which may be a secret.
struct AdminBody {
    private let root: JSONValue
    private var read: Set<String> = []
    private var faults: [Fault] = []

    /// Parses a body.
    /// - Throws: `malformed-request` if it is not JSON, `invalid-parameters` if it is not an object.
    init(_ bytes: [UInt8]) throws(Problem) {
        do { root = try JSONDocument(bytes).root } catch {
            throw Problem(.malformedRequest, "The body is not acceptable JSON: \(error).")
        }
        guard root.kind == .object else { throw Problem(.invalidParameters, "The body must be a JSON object.") }
    }

    /// A member; nil if it is absent.
    private mutating func member(_ name: String) -> JSONValue? {
        read.insert(name)
        return root[name]
    }

    private mutating func fault(_ name: String, _ code: Fault.Code, _ detail: String) {
        faults.append(Fault(pointer: JSONPointer().appending(name).description, code: code, detail: detail))
    }

    /// A text; nil if it is absent.
    mutating func text(_ name: String) -> String? {
        guard let value = member(name) else { return nil }
        if value.string == nil { fault(name, .type, "must be a text") }
        return value.string
    }

    /// A text that null removes.
    mutating func removableText(_ name: String) -> PatchValue<String> {
        guard let value = member(name) else { return .keep }
        if value.isNull { return .clear }
        if value.string == nil { fault(name, .type, "must be a text or null") }
        return PatchValue(value.string)
    }

    /// A text of a required member.
    mutating func requiredText(_ name: String) -> String {
        let value = text(name)
        if value == nil, root[name] == nil { fault(name, .required, "is required") }
        return value ?? ""
    }

    /// A secret; nil if it is absent.
    mutating func secret(_ name: String) -> Secret? { text(name).map { Secret($0) } }

    /// A Boolean; nil if it is absent.
    mutating func flag(_ name: String) -> Bool? {
        guard let value = member(name) else { return nil }
        if value.bool == nil { fault(name, .type, "must be true or false") }
        return value.bool
    }

    /// A list of texts; nil if it is absent.
    mutating func texts(_ name: String) -> [String]? {
        guard let value = member(name) else { return nil }
        let texts = value.kind == .array ? value.elements.map(\.string) : [nil]
        guard !texts.contains(nil) else {
            fault(name, .type, "must be a list of texts")
            return nil
        }
        return texts.compactMap { $0 }
    }

    /// A whole number; nil if it is absent or null.
    mutating func integer(_ name: String) -> Int? {
        guard let value = member(name), !value.isNull else { return nil }
        if value.integer == nil { fault(name, .number, "must be a whole number") }
        return value.integer
    }

    /// Calls a second, as `"10/s"` or 10; nil if it is absent or null.
    mutating func rate(_ name: String) -> Int? {
        guard let value = member(name), !value.isNull else { return nil }
        let number = value.integer ?? value.string.flatMap(CallRate.read)
        if number == nil { fault(name, .number, "must be calls a second, such as \"10/s\"") }
        return number
    }

    /// A time in RFC 3339, which null removes, in milliseconds since 1970.
    mutating func time(_ name: String) -> PatchValue<Int64> {
        guard let value = member(name) else { return .keep }
        if value.isNull { return .clear }
        guard let text = value.string, let time = try? RFC3339.epochMilliseconds(text) else {
            fault(name, .date, "must be an RFC 3339 time such as 2026-01-31T08:00:00+08:00, or null")
            return .keep
        }
        return .set(time)
    }

    /// A length of time such as `90d`, in milliseconds; nil if it is absent.
    mutating func duration(_ name: String) -> Int64? {
        guard let value = member(name) else { return nil }
        let length = value.string.flatMap(TimeSpan.milliseconds)
        if length == nil { fault(name, .date, "must be a length of time such as 90d or 12h") }
        return length
    }

    /// Words of a list of known ones; nil if it is absent.
    mutating func words<Word: RawRepresentable<String> & CaseIterable>(_ name: String) -> [Word]? {
        guard let texts = texts(name) else { return nil }
        let words = texts.compactMap { Word(rawValue: $0) }
        if words.count < texts.count {
            fault(name, .enumeration, "must be among \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return words
    }

    /// One of a few words; nil if it is absent.
    mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String) -> Word? {
        guard let text = text(name) else { return nil }
        let word = Word(rawValue: text)
        if word == nil {
            fault(name, .enumeration, "must be \(Word.allCases.map(\.rawValue).joined(separator: " or "))")
        }
        return word
    }

    /// Constants as `NAME=VALUE`; nil if they are absent.
    mutating func constants(_ name: String) -> [AppAddressing.Constant]? {
        guard let texts = texts(name) else { return nil }
        let constants = texts.compactMap { text -> AppAddressing.Constant? in
            guard let equals = text.firstIndex(of: "=") else { return nil }
            return AppAddressing.Constant(
                name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
        }
        if constants.count < texts.count { fault(name, .element, "must be a list of texts NAME=VALUE") }
        return constants
    }

    /// What `proxy` and `proxy_password` change of an app's proxy; nil if both are absent. Null removes the proxy.
    mutating func proxy() -> ProxyChange? {
        let url = removableText("proxy")
        let password = secret("proxy_password")
        switch (url, password) {
        case (.keep, let password): return password.map { .password($0) }
        case (.clear, nil): return .removal
        case (.clear, _?):
            fault("proxy_password", .rule, "cannot be given when the proxy is removed")
            return nil
        case (.set(let url), let password): return .url(url, password: password)
        }
    }

    /// Ends the reading.
    /// - Parameter shown: members that reads show and that cannot be changed.
    /// - Throws: `invalid-parameters` with every fault, members without a meaning among them.
    mutating func finish(shown: Set<String> = []) throws(Problem) {
        for member in root.members where !read.contains(member.name) {
            let detail = shown.contains(member.name) ? "can only be read" : "is unknown"
            fault(String(member.name.prefix(64)), .unknown, detail)
        }
        guard let first = faults.first else { return }
        var problem = Problem(
            .invalidParameters,
            faults.count == 1
                ? "\(first.pointer.dropFirst()) \(first.detail). Nothing was changed."
                : "\(faults.count) members are at fault. Nothing was changed.")
        problem.faults = Array(faults.prefix(100))
        throw problem
    }
}

/// The members of the HTTP interface, by the fields that the vault names in its errors.
enum AdminMember {
    private static let members = [
        "app secret": "secret", "gateway URL": "gateway", "expiry": "expires_at", "constants": "params",
        "expiry of the refresh token": "refresh_expires_at", "OAuth authorize URL": "oauth_authorize_url",
        "OAuth token URL": "oauth_token_url",
        "scope": "scopes", "target app key and customer id": "target_app_key", "name of a constant": "params",
        "app name": "app", "token name": "name",
    ]
    private static let lists = [
        "method ": "methods", "seller ": "sellers", "app ": "apps", "callback ": "callbacks", "constant ": "params",
    ]

    /// The JSON pointer of the member that a field is.
    static func pointer(ofField field: String) -> String {
        if let member = members[field] { return "/" + member }
        for (prefix, list) in lists where field.hasPrefix(prefix) {
            if let number = Int(field.dropFirst(prefix.count)) { return "/\(list)/\(number - 1)" }
            if prefix == "constant " { return "/" + list }
        }
        return "/" + field.replacing(" ", with: "_")
    }
}
