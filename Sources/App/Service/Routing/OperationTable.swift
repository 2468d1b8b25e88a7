import Audit
import Bytes
import Catalog
import Problems
import Requests

/// Finds the operation that a request asks for.
struct OperationTable: Sendable {
    /// The operations of one path.
    final class Resource: Sendable {
        let path: PathPattern
        let operations: [Operation]

        fileprivate init(_ path: PathPattern, _ operations: [Operation]) {
            self.path = path
            self.operations = operations
        }

        /// Whether the path is that of calls by method name.
        var takesCalls: Bool { operations.contains { if case .call = $0.handler { true } else { false } } }

        /// Whether the path is that of raw calls.
        var takesRawCalls: Bool { operations.contains { if case .rawCall = $0.handler { true } else { false } } }

        /// The value of `Allow` for the path.
        var allow: String { operations.map(\.method.allowed).joined(separator: ", ") }

        /// The operation for an HTTP method.
        /// - Throws: `method-not-allowed` with the allowed methods.
        func operation(for method: String) throws(Problem) -> Operation {
            for operation in operations where operation.method.rawValue == method { return operation }
            if method == "HEAD", let get = operations.first(where: { $0.method == .get }) { return get }
            var problem = Problem(.methodNotAllowed, "This path takes \(allow).")
            problem.allow = allow
            throw problem
        }
    }

    /// The operations and the argument that a request's path names.
    struct Route: Sendable {
        let resource: Resource
        let argument: PathArgument
    }

    /// The paths, in the order of the table.
    let resources: [Resource]
    private let callResource: Resource
    /// The prefix of calls by method name, as the only element.
    private let callPrefixes: [[UInt8]]
    /// The prefixes of the other paths below `/v1/` that operations have.
    private let roots: [[UInt8]]

    /// - Parameter operations: exactly one path must be for calls.
    init(_ operations: [Operation] = OperationTable.all) {
        var paths: [String] = []
        for operation in operations where !paths.contains(operation.path.text) { paths.append(operation.path.text) }
        resources = paths.map { path in
            let own = operations.filter { $0.path.text == path }
            return Resource(own[0].path, own)
        }
        let calls = resources.filter(\.takesCalls)
        precondition(calls.count == 1, "exactly one path must be for calls")
        callResource = calls[0]
        callPrefixes = [Array(callResource.path.prefix.utf8)]
        roots = Set(
            paths.filter { $0.hasPrefix("/v1/") && $0 != calls[0].path.text }
                .map { path in path.split(separator: "/").prefix(2).map { "/" + $0 }.joined() + "/" }
        ).sorted().map { Array($0.utf8) }
    }

    /// Finds the operations of a path. It checks calls first, because nearly all requests are calls. It decodes only
    /// the name of a method and an id.
    /// - Throws: `not-found`.
    func find(_ path: String, in catalog: Catalog) throws(Problem) -> Route {
        guard Self.begins(path, withAny: Self.version) else {
            guard let route = try match(path, in: catalog) else { throw Self.nothing }
            return route
        }
        if Self.begins(path, withAny: callPrefixes) {
            let method = path.utf8.dropFirst(callPrefixes[0].count)
            return Route(resource: callResource, argument: .method(try Self.entry(Substring(method), in: catalog)))
        }
        if Self.begins(path, withAny: roots), let route = try match(path, in: catalog) { return route }
        guard let entry = catalog.entry(path: path) else { throw Self.nothing }
        return Route(resource: callResource, argument: .method(entry))
    }

    /// Whether a path begins with one of the prefixes. `String.hasPrefix` costs several times as much.
    private static func begins(_ path: String, withAny prefixes: [[UInt8]]) -> Bool {
        path.withUTF8Span { path in
            for prefix in prefixes where path.count >= prefix.count {
                if path.extracting(first: prefix.count).isEqual(to: prefix.span) { return true }
            }
            return false
        }
    }

    private static let version = [Array("/v1/".utf8)]

    private static var nothing: Problem { Problem(.notFound, "There is nothing at this path.") }

    private func match(_ path: String, in catalog: Catalog) throws(Problem) -> Route? {
        for resource in resources {
            guard let values = resource.path.match(path) else { continue }
            let argument: PathArgument =
                resource.takesRawCalls
                ? .method(try Self.rawEntry(values.first ?? "", in: catalog))
                : try Self.argument(resource.path.names, values, in: catalog)
            return Route(resource: resource, argument: argument)
        }
        return nil
    }

    private static func argument(
        _ names: [String], _ values: [Substring], in catalog: Catalog
    ) throws(Problem) -> PathArgument {
        let value = values.first ?? ""
        switch names.first {
        case nil: return .none
        case "app"?, "token"?:
            var decoded: [String: String] = [:]
            for (name, value) in zip(names, values) {
                guard let text = QueryString.decode(value, plusIsSpace: false), !text.isEmpty else { throw nothing }
                decoded[name] = text
            }
            return .names(PathNames(decoded))
        case "method"?: return .method(try entry(value, in: catalog))
        case "refusal"?:
            guard let reference = RejectedRequestReference(String(value)) else {
                throw Problem(
                    .notFound,
                    "There is no such rejected request: name it by its number or by the X-Request-Id of its reply.")
            }
            return .refusal(reference)
        case "type"?:
            guard let type = ProblemType(rawValue: String(value)) else {
                throw Problem(.notFound, "There is no such type of problem; GET /docs lists them.")
            }
            return .problem(type)
        default:
            guard let id = CallID(String(value)) else {
                throw Problem(.notFound, "There is no such call: an id is a UUID of version 7.")
            }
            return .call(id)
        }
    }

    private static func entry(_ name: Substring, in catalog: Catalog) throws(Problem) -> Entry {
        let method = QueryString.decode(name, plusIsSpace: false)
        if let method, let entry = catalog.entry(method: method) { return entry }
        throw unknown(method ?? "", in: catalog)
    }

    /// The entry for raw calls of any method.
    private static func rawEntry(_ name: Substring, in catalog: Catalog) throws(Problem) -> Entry {
        guard let method = QueryString.decode(name, plusIsSpace: false), MethodName.isValid(method) else {
            throw unknown("", in: catalog)
        }
        return catalog.entry(method: method)?.raw ?? Entry.raw(method: method)
    }

    /// The problem of a TOP method without an entry. It repeats the name only if that is valid.
    private static func unknown(_ method: String, in catalog: Catalog) -> Problem {
        guard MethodName.isValid(method) else {
            var problem = Problem(
                .notFound, "This is not the name of a TOP method; GET /openapi.json lists the catalog's.")
            problem.suggestions = []
            return problem
        }
        var problem = Problem(
            .notFound,
            "The catalog has no TOP method \"\(method)\". To add it, save the text of its documentation page, run "
                + "`toprelay catalog import PAGE.txt -o \(method).yaml`, and put the file into TOPRELAY_CATALOG. "
                + "POST /v1/raw/\(method) calls it without an entry.")
        problem.suggestions = catalog.names(near: method)
        return problem
    }
}
