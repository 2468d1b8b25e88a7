internal import CRelease

/// The release of this binary.
package enum Release {
    /// The version, as in the changelog.
    package static let version = "0.1.0"
    /// The commit that the binary was built from; `unknown` if the build was not told.
    package static let commit = String(cString: crelease_commit())
}
