import Problems

/// What the path of a request for administration names, decoded.
package struct PathNames: Sendable {
    private let values: [String: String]

    /// - Parameter values: the segments of the path, by the names in braces.
    package init(_ values: [String: String] = [:]) { self.values = values }

    /// The app's name.
    package var app: String { get throws(Problem) { try value("app") } }

    /// The seller's alias.
    package var seller: String { get throws(Problem) { try value("seller") } }

    /// The token's name.
    package var token: String { get throws(Problem) { try value("token") } }

    private func value(_ name: String) throws(Problem) -> String {
        guard let value = values[name] else {
            throw Problem(.internalError, "The path of this operation has no \(name).")
        }
        return value
    }
}
