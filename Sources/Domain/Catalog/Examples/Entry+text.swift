extension Entry {
    /// The entry as readable text: its head, then a line for each parameter.
    package func text() -> String {
        var lines = ["\(method)  \(title)"]
        if !category.isEmpty { lines.append("category  \(category)") }
        if let path { lines.append("path      POST \(path)") }
        lines.append("session   \(session.rawValue)")
        lines.append("effect    \(reads ? "reads" : "writes")")
        if !isJudged { lines.append("outcome   not judged: every response counts as success") }
        if let idempotencyPath { lines.append("repeat    safe by \(idempotencyPath.joined(separator: "."))") }
        lines += ["", "request"] + Self.lines(request, indent: "  ", isRequest: true)
        lines += ["", "response"] + Self.lines(response, indent: "  ", isRequest: false)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ fields: [Field], indent: String, isRequest: Bool) -> [String] {
        if fields.isEmpty, indent.utf8.count == 2 { return ["  (none)"] }
        let names = fields.map { indent + $0.name }
        let nameWidth = names.map(\.utf8.count).max() ?? 0
        let typeWidth = fields.map(\.type.text.utf8.count).max() ?? 0
        var lines: [String] = []
        for (name, field) in zip(names, fields) {
            var line = padded(name, nameWidth) + "  " + padded(field.type.text, typeWidth)
            if isRequest { line += field.isRequired ? "  required  " : "  optional  " } else { line += "  " }
            line += notes(field)
            while line.last == " " { line.removeLast() }
            lines.append(line)
            lines += self.lines(field.children, indent: indent + "  ", isRequest: isRequest)
        }
        return lines
    }

    private static func notes(_ field: Field) -> String {
        var notes: [String] = []
        if let text = field.description { notes.append(text.split(separator: "\n").joined(separator: " ")) }
        if let text = field.defaultText { notes.append("default \(text)") }
        if !field.values.isEmpty { notes.append("one of " + field.values.map(\.value).joined(separator: ", ")) }
        if let form = field.dateForm { notes.append(form.rawValue) }
        if let length = field.maximumLength { notes.append("at most \(length) characters") }
        if let items = field.maximumItems { notes.append("at most \(items) elements") }
        if !field.aliases.isEmpty { notes.append("also " + field.aliases.joined(separator: ", ")) }
        if field.sensitivity != nil { notes.append("masked") }
        return notes.joined(separator: "; ")
    }

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
}

extension Catalog {
    /// One line for each method: name, friendly path, session, title.
    package func list() -> String {
        let methodWidth = entries.map(\.method.utf8.count).max() ?? 0
        let pathWidth = entries.map { $0.path?.utf8.count ?? 1 }.max() ?? 0
        return entries.map { entry in
            let method = Entry.padded(entry.method, methodWidth)
            let path = Entry.padded(entry.path ?? "-", pathWidth)
            return "\(method)  \(path)  \(Entry.padded(entry.session.rawValue, 8))  \(entry.title)\n"
        }.joined()
    }

    /// The faults of files, without loading them into a catalog.
    ///
    /// A page may have any name; its overlay is the file of the same name with `.overlay.yaml` at the end. An overlay
    /// whose page is not among the files is checked against the embedded page.
    package static func check(_ files: [CatalogFile]) -> [CatalogError.Fault] { checked(files).faults }

    /// The same with the methods of the sound entries that nothing judges: every response counts as a success.
    package static func checked(_ files: [CatalogFile]) -> (faults: [CatalogError.Fault], unjudged: [String]) {
        let named = files.map { (name: CatalogFile.Name($0.name), file: $0) }
        var overlays: [(stem: String, file: CatalogFile)] = []
        for case let (name, file) in named where name.isOverlay { overlays.append((name.method ?? name.text, file)) }
        var pages = named.filter { !$0.name.isOverlay }.map { ($0.name.method ?? $0.name.text, $0.file) }
        var faults: [CatalogError.Fault] = []
        for (stem, file) in overlays where !pages.contains(where: { $0.0 == stem }) {
            if let page = CatalogFile.embedded.first(where: { $0.name == "\(stem).yaml" }) {
                pages.append((stem, page))
            } else {
                faults.append(
                    CatalogError.Fault(file: file.name, line: nil, detail: "its page \(stem).yaml is missing"))
            }
        }
        var unjudged: [String] = []
        for (stem, page) in pages {
            do throws(CatalogError) {
                let entry = try Entry.read(
                    page: page, overlay: overlays.first { $0.stem == stem }?.file, onto: embeddedOverlay(stem))
                if !entry.isJudged { unjudged.append(entry.method) }
            } catch {
                faults += error.faults
            }
        }
        return (faults, unjudged)
    }

    /// What overlays among files switch off of the embedded ones, as warnings.
    package static func protectionsLost(in files: [CatalogFile]) -> [CatalogError.Fault] {
        files.flatMap { file -> [CatalogError.Fault] in
            let name = CatalogFile.Name(file.name)
            guard name.isOverlay, let base = embeddedOverlay(name.method ?? name.text),
                let before = OverlayReader.read(base.text, file: base.name).overlay,
                let after = OverlayReader.read(file.text, file: file.name, onto: base).overlay
            else { return [] }
            return after.protectionsLost(from: before).map {
                CatalogError.Fault(file: file.name, line: nil, detail: "switches off \($0)")
            }
        }
    }

    private static func embeddedOverlay(_ stem: String) -> CatalogFile? {
        CatalogFile.embedded.first { $0.name == "\(stem).overlay.yaml" }
    }
}
