import Crypto

/// Hashes by which a Content-Security-Policy allows the styles and scripts that stand in a page.
enum ContentHash {
    /// The source expression that allows a text. `Digest.checkAvailable` stops the start of a process without SHA-256.
    static func source(of text: String) -> String {
        "sha256-" + Base64.encode((try? Digest.sha256(Array(text.utf8))) ?? [])
    }
}
