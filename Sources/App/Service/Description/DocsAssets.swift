import Resources

/// The style and the script of the pages below `/docs`. They are inline in each page and are allowed by their hashes.
enum DocsAssets {
    static let style = Resources.text("docs/docs.css") ?? ""
    static let script = Resources.text("docs/docs.js") ?? ""

    /// Loads nothing from anywhere, and runs only the page's own script.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src '\(ContentHash.source(of: style))'; "
        + "script-src '\(ContentHash.source(of: script))'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
