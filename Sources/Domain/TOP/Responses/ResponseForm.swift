import Bytes
import JSON

/// The kind of an app, which decides how its calls are addressed and what a response looks like.
package enum AppKind: String, Sendable, CaseIterable {
    /// An app of TOP itself.
    case top
    /// An app of the Qimen cloud, whose calls go to the app of another provider.
    case qimenCloud = "qimen-cloud"
}

/// Where the response stands in the answer to a call.
package enum ResponseForm: Sendable {
    /// In a root member that is named for the method, or else in the first object whose name ends in `_response`.
    case wrapped
    /// The root itself if it is flat, else as in ``wrapped``: the answer to a call with `simplify=true`.
    case simplified
    /// In the root member `response`, else the root itself if it is flat.
    case qimenCloud

    /// The form of an app's answers.
    package init(_ kind: AppKind, isSimplified: Bool) {
        self =
            switch kind {
            case .top: isSimplified ? .simplified : .wrapped
            case .qimenCloud: .qimenCloud
            }
    }

    /// The response; nil if the answer has none.
    func response(
        in root: JSONValue, method: String, _ isDocumented: (Span<UInt8>) -> Bool
    ) -> JSONValue? {
        switch self {
        case .wrapped: return Self.wrapped(in: root, method: method)
        case .simplified:
            return Self.isFlat(root, isDocumented) ? root : Self.wrapped(in: root, method: method)
        case .qimenCloud:
            if let response = root["response"], response.kind == .object { return response }
            return Self.isFlat(root, isDocumented) ? root : nil
        }
    }

    private static func wrapped(in root: JSONValue, method: String) -> JSONValue? {
        if let expected = value(in: root, named: method), expected.kind == .object { return expected }
        return otherResponse(in: root)
    }

    /// Whether an object is a response without a wrapper: it holds a name that TOP's responses have, or one that the
    /// method documents. `ret` belongs to the answers of another gateway, unless the method documents it.
    private static func isFlat(_ root: JSONValue, _ isDocumented: (Span<UInt8>) -> Bool) -> Bool {
        var isFlat = false
        var isForeign = false
        root.forEachField { name, _ in
            if isDocumented(name) || flatNames.contains(where: { name.isEqual(to: $0.span) }) {
                isFlat = true
            } else if name.isEqual(to: foreignName.span) {
                isForeign = true
            }
        }
        return isFlat && !isForeign
    }

    private static let flatNames = ["flag", "code", "sub_code", "success", "request_id"].map { Array($0.utf8) }
    private static let foreignName = Array("ret".utf8)

    /// The first object at the root whose name ends as those of responses do.
    private static func otherResponse(in root: JSONValue) -> JSONValue? {
        var found: JSONPlace?
        root.forEachField { name, place in
            guard found == nil, name.count > suffix.count,
                name.extracting(last: suffix.count).isEqual(to: suffix.span)
            else { return }
            if root.kind(at: place) == .object { found = place }
        }
        return found.map { root.value(at: $0) }
    }

    /// The member of the root that is named for the method.
    private static func value(in root: JSONValue, named method: String) -> JSONValue? {
        var found: JSONPlace?
        method.withUTF8Span { method in
            root.forEachField { name, place in
                if found == nil, isRoot(name, of: method) { found = place }
            }
        }
        return found.map { root.value(at: $0) }
    }

    /// Whether a name is the one of `rootName`, without making that.
    private static func isRoot(_ name: Span<UInt8>, of method: Span<UInt8>) -> Bool {
        let cut = method.count >= prefix.count && method.extracting(first: prefix.count).isEqual(to: prefix.span)
        let method = method.extracting(droppingFirst: cut ? prefix.count : 0)
        guard name.count == method.count + suffix.count,
            name.extracting(last: suffix.count).isEqual(to: suffix.span)
        else { return false }
        for index in 0..<method.count {
            let byte = method[index] == UInt8(ascii: ".") ? UInt8(ascii: "_") : method[index]
            if name[index] != byte { return false }
        }
        return true
    }

    /// The name of the wrapper that a method's answers come in: a leading `taobao.` removed (no other prefix), dots as
    /// underscores, and `_response`.
    package static func rootName(of method: String) -> String {
        var name: [UInt8] = []
        for byte in method.utf8.dropFirst(method.utf8.starts(with: prefix) ? prefix.count : 0) {
            name.append(byte == UInt8(ascii: ".") ? UInt8(ascii: "_") : byte)
        }
        name += suffix
        return String(decoding: name, as: UTF8.self)
    }

    private static let prefix = Array("taobao.".utf8)
    private static let suffix = Array("_response".utf8)
}
