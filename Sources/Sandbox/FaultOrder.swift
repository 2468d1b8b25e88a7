import JSON

/// A fault that was ordered, and whom it strikes.
public struct FaultOrder: Sendable, Equatable {
    /// What happens.
    public var fault: SandboxFault
    /// The method that it strikes; nil is any.
    public var method: String?
    /// How many calls it still strikes; nil is all until the faults are cleared.
    public var remaining: Int?

    /// Makes an order, for one call if nothing else is said.
    public init(_ fault: SandboxFault, method: String? = nil, count: Int? = 1) {
        self.fault = fault
        self.method = method
        remaining = count
    }

    /// Why an order in JSON was refused.
    struct Refusal: Error, Equatable {
        let detail: String
    }

    private static let names: Set<String> = [
        "kind", "argument", "method", "count", "code", "msg", "sub_code", "sub_msg",
    ]

    /// Reads the body of `POST /_sandbox/faults`:
    /// `{"kind": …, "argument": …, "method": …, "count": n}`, for the kind `error` with `code`, `msg`, `sub_code` and
    /// `sub_msg` instead of an argument. A count of 0 means: until the faults are cleared.
    init(json bytes: [UInt8]) throws(Refusal) {
        let root: JSONValue
        do throws(JSONError) { root = try JSONDocument(bytes).root } catch { throw Refusal(detail: "\(error)") }
        guard root.kind == .object else { throw Refusal(detail: "the order must be a JSON object") }
        for member in root.members where !Self.names.contains(member.name) {
            throw Refusal(detail: "unknown member \(member.name)")
        }
        guard let fault = Self.fault(root) else {
            throw Refusal(detail: "kind and argument make no fault; kinds are \(SandboxFault.kinds)")
        }
        guard let count = Int(root["count"]?.lexeme ?? "1"), count >= 0 else {
            throw Refusal(detail: "count must be a number, 0 or greater")
        }
        self.init(fault, method: root["method"]?.string, count: count == 0 ? nil : count)
    }

    private static func fault(_ root: JSONValue) -> SandboxFault? {
        guard let kind = root["kind"]?.string else { return nil }
        guard kind == "error" else { return SandboxFault(kind: kind, argument: root["argument"]?.scalarText) }
        return .error(
            code: Int(root["code"]?.scalarText ?? "15") ?? 15, message: root["msg"]?.string ?? "Remote service error",
            subCode: root["sub_code"]?.string, subMessage: root["sub_msg"]?.string)
    }
}
