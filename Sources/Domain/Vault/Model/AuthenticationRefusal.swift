/// Why a caller is not known. HTTP status 401 in every case; `description` may be shown to the caller.
package enum AuthenticationRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no `Authorization` header.
    case missing
    /// The header is not `Bearer trk_…`.
    case malformed
    /// No token has this text. Whether its id is known is not told.
    case unknown
    /// The token was right, but it has ended.
    case expired

    /// A sentence for the caller.
    package var description: String {
        switch self {
        case .missing: "An Authorization header with a bearer token is expected."
        case .malformed: "The Authorization header is expected to be: Bearer trk_…"
        case .unknown: "The token is not known."
        case .expired: "The token has expired."
        }
    }
}
