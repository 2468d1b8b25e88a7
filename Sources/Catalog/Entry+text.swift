extension Entry {
    /// The entry for people: its head, then a line for each parameter.
    public func text() -> String {
        var lines = ["\(method)  \(title)"]
        if !category.isEmpty { lines.append("category  \(category)") }
        if let path { lines.append("path      POST \(path)") }
        lines.append("session   \(session.rawValue)")
        lines.append("effect    \(reads ? "reads" : "writes")")
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
    public func list() -> String {
        let methodWidth = entries.map(\.method.utf8.count).max() ?? 0
        let pathWidth = entries.map { $0.path?.utf8.count ?? 1 }.max() ?? 0
        return entries.map { entry in
            let method = Entry.padded(entry.method, methodWidth)
            let path = Entry.padded(entry.path ?? "-", pathWidth)
            return "\(method)  \(path)  \(Entry.padded(entry.session.rawValue, 8))  \(entry.title)\n"
        }.joined()
    }

    /// The faults of files, without loading them into a catalog. An overlay whose page is not among them is checked
    /// against the embedded page.
    public static func check(_ files: [CatalogFile]) -> [CatalogError.Fault] {
        let names = files.map { CatalogFile.Name($0.name) }
        let overlays = Set(names.filter(\.isOverlay).compactMap(\.method))
        let missing = overlays.subtracting(names.filter { !$0.isOverlay }.compactMap(\.method))
        let pages = EmbeddedFiles.all().filter { file in
            let name = CatalogFile.Name(file.name)
            return !name.isOverlay && missing.contains(name.method ?? "")
        }
        var loader = CatalogLoader(files: pages + files)
        _ = loader.load()
        return loader.faults
    }
}
