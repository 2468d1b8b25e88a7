import Catalog
import Problems
import Relay

/// The page for developers: find a method, read its fields, copy a curl line. It is one document without other files.
enum DocsPage {
    /// The maximum number of methods that `GET /docs` shows completely. Above it, the page shows only names, each with
    /// its own page.
    static let maximumInFull = 150

    /// `GET /docs`.
    static func page(_ catalog: Catalog) -> [UInt8] {
        let isInFull = catalog.entries.count <= maximumInFull
        var html = HTMLWriter(capacity: isInFull ? catalog.entries.count * 16384 : catalog.entries.count * 256)
        html.head("TopRelay: methods")
        html.markup(
            """
            <h1>TopRelay</h1>
            <p>Plain JSON in, a signed call of the Taobao Open Platform out. <a href="/openapi.json">OpenAPI</a> · \
            <a href="#answers">Responses</a> · <a href="#headers">Headers</a> · <a href="#problems">Problems</a></p>
            <div class="find"><label for="find">Find a method, a field or a word of the documentation</label>
            <input id="find" type="search" autocomplete="off" spellcheck="false"> <span id="count" class="dim"></span></div>
            <main>
            """)
        for entry in catalog.entries {
            if isInFull { html.method(entry, isOpen: false) } else { html.link(to: entry) }
        }
        html.markup("</main>\n")
        html.general()
        html.foot()
        return html.bytes
    }

    /// `GET /docs/METHOD`.
    static func page(of entry: Entry) -> [UInt8] {
        var html = HTMLWriter()
        html.head(entry.method)
        html.markup("<h1>TopRelay</h1>\n<p><a href=\"/docs\">All methods</a></p>\n<main>\n")
        html.method(entry, isOpen: true)
        html.markup("</main>\n")
        html.general()
        html.foot()
        return html.bytes
    }

    /// Makes a reply from a page.
    static func reply(_ page: [UInt8]) -> Reply {
        Reply(
            status: 200,
            headers: [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Security-Policy", DocsAssets.contentSecurityPolicy),
                ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                ("Cache-Control", "no-cache"),
            ], body: page)
    }
}

extension HTMLWriter {
    fileprivate mutating func head(_ title: String) {
        markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        line("<title>", title, "</title>\n<style>")
        asset(DocsAssets.style)
        markup("</style>\n</head>\n<body>\n")
    }

    fileprivate mutating func foot() {
        markup("<script>")
        asset(DocsAssets.script)
        markup("</script>\n</body>\n</html>\n")
    }

    fileprivate mutating func link(to entry: Entry) {
        line("<p class=\"method\" id=\"", entry.method, "\">")
        line("<a href=\"/docs/", entry.method, "\">")
        line("", entry.method, "</a> ")
        line("<span class=\"dim\">", entry.title, "</span></p>\n")
    }

    fileprivate mutating func method(_ entry: Entry, isOpen: Bool) {
        line("<details class=\"method\" id=\"", entry.method, "\"")
        markup(isOpen ? " open><summary><b>" : "><summary><b>")
        line("", entry.method, "</b>")
        line(" <span class=\"title\">", entry.title, "</span></summary>\n<div class=\"body\">\n")
        if !entry.description.isEmpty { line("<p>", entry.description, "</p>\n") }
        facts(entry)
        markup("<h3>Call it</h3>\n<div class=\"code\"><pre>curl -sS <span class=\"origin\">$TOPRELAY_URL</span>")
        text(entry.path ?? "/v1/top/\(entry.method)")
        markup(" \\\n  -H \"Authorization: Bearer $TOPRELAY_TOKEN\"")
        curlBody(entry)
        markup("</pre><button class=\"copy\" type=\"button\" hidden>Copy</button></div>\n")
        markup("<h3>Request</h3>\n")
        fields(entry.request, isRequest: true)
        markup("<h3><code>result</code> of the response</h3>\n")
        fields(entry.response, isRequest: false)
        markup("</div></details>\n")
    }

    /// Writes the rest of a curl line: JSON, or a form if the method takes files.
    private mutating func curlBody(_ entry: Entry) {
        let hasFiles = entry.takesFiles
        markup(hasFiles ? " \\\n  --form-string 'json=" : " \\\n  -H \"Content-Type: application/json\" \\\n  -d '")
        let example = IndentedJSON.of(entry.exampleRequest(withFiles: !hasFiles))
        text(String(decoding: example, as: UTF8.self).replacing("'", with: "'\\''"))
        markup("'")
        for field in entry.request where field.isFile && (field.isRequired || field.example != nil) {
            line(" \\\n  -F '", field.name, "=@FILE'")
        }
    }

    private mutating func facts(_ entry: Entry) {
        markup("<ul class=\"facts\">")
        line("<li><span class=\"dim\">Path</span> <code>POST ", entry.path ?? "/v1/top/\(entry.method)", "</code></li>")
        line("<li><span class=\"dim\">Session</span> ", entry.session.rawValue, "</li>")
        line("<li><span class=\"dim\">Effect</span> ", entry.reads ? "reads" : "writes", "</li>")
        if let path = entry.idempotencyPath {
            line("<li><span class=\"dim\">Safe to repeat by</span> <code>", path.joined(separator: "."), "</code></li>")
        }
        if !entry.category.isEmpty { line("<li><span class=\"dim\">Category</span> ", entry.category, "</li>") }
        markup("</ul>\n")
    }
}

/// Fields as a table. Members are indented below their object.
extension HTMLWriter {
    fileprivate mutating func fields(_ fields: [Field], isRequest: Bool) {
        guard !fields.isEmpty else { return markup("<p class=\"dim\">None.</p>\n") }
        markup("<table><thead><tr><th>Name</th><th>Type</th>")
        if isRequest { markup("<th>Required</th>") }
        markup("<th>Example</th><th>Description</th></tr></thead><tbody>\n")
        rows(fields, depth: 0, isRequest: isRequest)
        markup("</tbody></table>\n")
    }

    private mutating func rows(_ fields: [Field], depth: Int, isRequest: Bool) {
        for field in fields {
            line("<tr class=\"in", String(min(depth, 4)), "\">")
            line("<td class=\"name d", String(min(depth, 4)), "\">")
            line("<code>", field.name, "</code></td>")
            line("<td class=\"nowrap\">", field.type.text, "</td>")
            if isRequest {
                if field.isRequired {
                    markup("<td class=\"nowrap must\">required</td>")
                } else {
                    markup("<td class=\"nowrap\">optional</td>")
                }
            }
            markup("<td class=\"example\">")
            if let example = field.example { line("<code>", example, "</code>") }
            line("</td><td class=\"words\">", field.description ?? "", "")
            for note in Self.notes(field, isRequest: isRequest) { line("<span class=\"note\">", note, "</span>") }
            markup("</td></tr>\n")
            rows(field.children, depth: depth + 1, isRequest: isRequest)
        }
    }

    /// What the relay adds to the description of a field.
    private static func notes(_ field: Field, isRequest: Bool) -> [String] {
        guard isRequest else { return [] }
        var notes: [String] = []
        if let text = field.defaultText { notes.append("Default: \(text)") }
        if !field.values.isEmpty {
            let values = field.values.map { $0.label.isEmpty ? $0.value : "\($0.value) (\($0.label))" }
            notes.append("One of: " + values.joined(separator: ", "))
        }
        if let form = field.dateForm { notes.append("Sent as \(form.rawValue) in GMT+8; ISO 8601 is accepted too") }
        if let length = field.maximumLength { notes.append("At most \(length) characters") }
        if let count = field.maximumItems { notes.append("At most \(count) elements") }
        if let least = field.minimumValue { notes.append("At least \(least)") }
        if let most = field.maximumValue { notes.append("At most \(most)") }
        if field.jsonType != nil { notes.append("JSON; also as a text that has the JSON") }
        if field.type.kind == .bytes {
            notes.append(field.isFile ? "A file: a separate part, or base64 in the JSON" : "Cannot be sent here")
        }
        if !field.aliases.isEmpty { notes.append("Also called \(field.aliases.joined(separator: ", "))") }
        return notes
    }
}

/// The part that is the same for every method.
extension HTMLWriter {
    fileprivate mutating func general() {
        markup(
            """
            <h2 id="answers">Responses</h2>
            <p>200 means that TOP responded. <code>outcome</code> tells how the call ended: <code>success</code>, \
            <code>accepted</code> (the result comes later), <code>partial</code> or <code>business_failure</code>; \
            <code>result</code> is TOP's response as plain JSON. Names in a request are accepted as documented and in \
            camelCase; every fault is reported at once, with a JSON pointer, and nothing is sent unless all of it is \
            valid.</p>
            <h2 id="headers">Headers</h2>
            <table><thead><tr><th>Name</th><th>Meaning</th></tr></thead><tbody>
            <tr><td class="name"><code>Authorization</code></td><td><code>Bearer TOKEN</code>; \
            <code>toprelay token create</code> makes one</td></tr>

            """)
        for header in HeaderDescription.ofCalls {
            line("<tr><td class=\"name\"><code>", header.name, "</code></td>")
            line("<td>", header.text.replacing("`", with: ""), "</td></tr>\n")
        }
        markup(
            """
            </tbody></table>
            <h2 id="problems">Problems</h2>
            <p>Every other response is <code>application/problem+json</code>. <code>retryable</code> is true only if \
            a repeat cannot execute the call twice.</p>
            <table><thead><tr><th>Type</th><th>Status</th><th>Meaning</th></tr></thead><tbody>

            """)
        for kind in ProblemType.allCases {
            line("<tr><td class=\"name\"><a href=\"", kind.reference, "\">")
            line("<code>", kind.reference, "</code></a></td>")
            line("<td class=\"nowrap\">", String(kind.status), "</td>")
            line("<td>", kind.title, "</td></tr>\n")
        }
        markup("</tbody></table>\n")
    }
}
