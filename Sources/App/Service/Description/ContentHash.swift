import Bytes
import Crypto

/// Hashes with which a Content-Security-Policy allows the inline styles and scripts of a page.
enum ContentHash {
    /// The source expression that allows a text. The process does not start without SHA-256: `Digest.checkAvailable`
    /// checks it.
    static func source(of text: String) -> String {
        "sha256-" + Base64.encode((try? Digest.sha256(Array(text.utf8))) ?? [])
    }
}
