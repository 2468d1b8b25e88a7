/// What must hold of a row before it is changed. It is checked in the transaction of the change.
package enum VaultCondition: Sendable, Equatable {
    /// Nothing.
    case none
    /// The row does not exist.
    case absent
    /// The row exists.
    case present
    /// The row exists and has one of these versions.
    case version([String])

    /// Checks the version of a row; nil if there is none.
    func check(_ version: String?) throws(VaultError) {
        let holds =
            switch self {
            case .none: true
            case .absent: version == nil
            case .present: version != nil
            case .version(let allowed): version.map(allowed.contains) ?? false
            }
        guard holds else { throw .conditionFailed }
    }
}
