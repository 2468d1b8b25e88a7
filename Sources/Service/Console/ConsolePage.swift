import CConsole
import Crypto
import Problems
import Relay

/// The page on which people search the trail: one document with its style and script inside, the same for everybody.
///
/// It holds no data. What it shows it fetches from `/v1/audit/…` with the token that its reader types in.
enum ConsolePage {
    /// The answer to `GET /console`.
    static let reply: Reply = {
        let style = text(UInt32(CCONSOLE_STYLE))
        let script = text(UInt32(CCONSOLE_SCRIPT))
        let document = text(UInt32(CCONSOLE_DOCUMENT))
            .replacing("<style></style>", with: "<style>\(style)</style>")
            .replacing("<script></script>", with: "<script>\(script)</script>")
        return Reply(
            status: 200,
            headers: [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Security-Policy", policy(style: style, script: script)),
                ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
                ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-cache"),
            ], body: Array(document.utf8))
    }()

    /// Nothing is loaded from anywhere and nothing runs but the page's own script, which may ask this origin alone and
    /// may turn no text into markup.
    private static func policy(style: String, script: String) -> String {
        "default-src 'none'; style-src '\(hash(style))'; script-src '\(hash(script))'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
            + "trusted-types 'none'"
    }

    private static func hash(_ text: String) -> String {
        // Without SHA-256 the process does not start, so the page never goes without.
        "sha256-" + Base64.encode((try? Digest.sha256(Array(text.utf8))) ?? [])
    }

    private static func text(_ part: UInt32) -> String {
        let count = Int(cconsole_length(part))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        for offset in stride(from: 0, to: count, by: 8) {
            var word = cconsole_word(part, UInt32(offset))
            for _ in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
