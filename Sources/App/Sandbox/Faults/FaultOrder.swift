import JSON

/// An ordered fault, and the calls that it affects.
package struct FaultOrder: Sendable, Equatable {
    /// The fault.
    package var fault: SandboxFault
    /// The affected method. Nil means all methods.
    package var method: String?
    /// The number of calls that it still affects. Nil means all calls until the faults are cleared.
    package var remaining: Int?

    /// Makes an order, for one call by default.
    package init(_ fault: SandboxFault, method: String? = nil, count: Int? = 1) {
        self.fault = fault
        self.method = method
        remaining = count
    }

    /// An order in JSON is invalid.
    struct InvalidOrderError: Error, Equatable {
        let detail: String
    }

    private static let names: Set<String> = [
        "kind", "argument", "method", "count", "code", "msg", "sub_code", "sub_msg",
    ]

    /// Reads the body of `POST /_sandbox/faults`: `{"kind": …, "argument": …, "method": …, "count": n}`. The kind
    /// `error` has `code`, `msg`, `sub_code` and `sub_msg` instead of an argument. A count of 0 means all calls until
    /// the faults are cleared.
    init(json bytes: [UInt8]) throws(InvalidOrderError) {
        let root: JSONValue
        do throws(JSONError) { root = try JSONDocument(bytes).root } catch {
            throw InvalidOrderError(detail: "\(error)")
        }
        guard root.kind == .object else { throw InvalidOrderError(detail: "the order must be a JSON object") }
        for member in root.members where !Self.names.contains(member.name) {
            throw InvalidOrderError(detail: "unknown member \(member.name)")
        }
        guard let fault = Self.fault(root) else {
            throw InvalidOrderError(detail: "kind and argument do not form a fault; kinds are \(SandboxFault.kinds)")
        }
        guard let count = Int(root["count"]?.lexeme ?? "1"), count >= 0 else {
            throw InvalidOrderError(detail: "count must be a number, 0 or greater")
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
