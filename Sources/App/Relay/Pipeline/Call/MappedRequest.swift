import Catalog
import Vault

/// A request whose parameters are checked and mapped, with the app and the vault of the checks.
struct MappedRequest {
    /// The app that signs.
    let app: SigningApp
    /// The vault at the time of the checks.
    let vault: VaultSnapshot
    /// The mapped parameters.
    let call: MappedCall
}
