import Resources

/// The style and the script of the pages below `/docs`. They stand in each page and are allowed by their hashes.
enum DocsAssets {
    static let style = Resources.text("docs/docs.css") ?? ""
    static let script = Resources.text("docs/docs.js") ?? ""

    /// Nothing may be loaded from anywhere, and only the page's own script may run.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src '\(ContentHash.source(of: style))'; "
        + "script-src '\(ContentHash.source(of: script))'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
