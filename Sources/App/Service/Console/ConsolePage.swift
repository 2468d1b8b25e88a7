import Problems
import Resources
import Relay

/// The page on which people search the trail: one document with inline style and script, the same for everyone.
///
/// It has no data. It fetches data from `/v1/audit/…` with the token that its user enters.
enum ConsolePage {
    /// The reply to `GET /console`.
    static let reply: Reply = {
        let style = text("console.css")
        let script = scriptFiles.map { text("\($0).js") }.joined()
        let document = text("console.html")
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

    /// Loads nothing from elsewhere and runs only the page's own script. The script may use only this origin and may
    /// not turn text into markup.
    private static func policy(style: String, script: String) -> String {
        "default-src 'none'; style-src '\(ContentHash.source(of: style))'; "
            + "script-src '\(ContentHash.source(of: script))'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
            + "trusted-types 'none'"
    }

    /// The files of the script, in the order of their dependencies.
    private static let scriptFiles = [
        "words", "dom", "json", "api", "place", "chart", "list", "views", "detail", "console",
    ]

    private static func text(_ name: String) -> String { Resources.text("console/\(name)") ?? "" }
}
