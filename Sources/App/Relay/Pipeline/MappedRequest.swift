import Catalog
import Vault

/// A request whose parameters are checked and mapped, and what they were checked by.
struct MappedRequest {
    /// The app that signs.
    let app: SigningApp
    /// The vault at that moment.
    let vault: VaultSnapshot
    /// What TOP gets.
    let call: MappedCall
}
