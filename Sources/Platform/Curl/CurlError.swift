/// Why a client could not be made.
package enum CurlError: Error, Sendable, Equatable, CustomStringConvertible {
    /// libcurl is older than 7.87.
    case tooOld(version: String)
    /// libcurl was built without a feature that the relay needs. Without asynchronous DNS a look-up would block the
    /// loop.
    case missingFeature(String)
    /// The initialization of libcurl failed.
    case setUpFailed(String)

    /// A text for the log.
    package var description: String {
        switch self {
        case .tooOld(let version): "libcurl \(version) is too old: 7.87 or later is needed"
        case .missingFeature(let feature): "libcurl was built without \(feature)"
        case .setUpFailed(let reason): "libcurl could not be set up: \(reason)"
        }
    }
}
