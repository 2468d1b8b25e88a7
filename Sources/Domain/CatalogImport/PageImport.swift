import Catalog
import TOP

/// The page part of an entry with its doubts.
struct ImportedEntry: Sendable {
    /// Names from the root to a parameter.
    typealias Path = [String]

    var method: String
    var title: String
    var category: String
    var description: String
    var session = Entry.Session.optional
    var responseRoot: String
    var request: [ImportedField] = []
    /// Groups of parameters of which at least one is required.
    var rules: [[Path]] = []
    var response: [ImportedField] = []
    /// Doubts about the whole page.
    var doubts: [String] = []
    /// Members that the overlay should probably have.
    var proposals: [String] = []
}

/// One import of a page.
struct PageImport {
    private(set) var page: ImportedEntry
    private(set) var warnings: [ImportWarning] = []
    private(set) var isPartial = false
    private let sections: PageSections

    init(_ text: String) throws(ImportError) {
        sections = PageSections(PageLine.lines(of: text))
        guard let head = PageHead(sections.head) else {
            throw ImportError(
                description: "this is not a documentation page of a TOP method: no line names a method")
        }
        if head.method.hasPrefix("qimen.") {
            throw ImportError(
                description: "\(head.method) is a call from the platform to a service, which cannot be relayed")
        }
        let isKnown = Self.prefixes.contains { head.method.hasPrefix($0) }
        guard sections.request != nil || sections.response != nil || isKnown else {
            throw ImportError(
                description: "this is not a documentation page of a TOP method: it has neither 请求参数 nor 响应参数")
        }
        page = ImportedEntry(
            method: head.method, title: head.title, category: head.category, description: head.description,
            responseRoot: ResponseForm.rootName(of: head.method))
    }

    private static let prefixes = [
        "alibaba.", "taobao.", "tmall.", "alitrip.", "cainiao.", "aliexpress.", "yunos.",
    ]

    mutating func read() {
        if page.method.lowercased().hasSuffix(".get") { page.proposals.append("reads: true") }
        readRequest()
        readResponse()
        proposeOutcome()
        warnings.sort { ($0.line ?? .max) < ($1.line ?? .max) }
    }

    /// Notes a missing part. A gap in the middle of a page was never there, so it is not a truncation.
    private mutating func missing(_ what: String, isCutOff: Bool = true) {
        if isCutOff { isPartial = true }
        warnings.append(ImportWarning(line: nil, row: nil, what))
        page.doubts.append(what)
    }

    private mutating func readRequest() {
        guard let lines = sections.request else { return missing("the page has no table of request parameters") }
        let isCut = sections.response == nil && sections.java == nil && sections.xml == nil
        let (rows, tableWarnings) = TableReader.read(lines, isRequest: true, example: nil, isCut: isCut)
        warnings += tableWarnings
        if isCut { missing("the page ends in or after the table of request parameters") }
        let java = sections.java.flatMap { JavaExample.read($0, trust: .nesting) }
        page.session = java?.session ?? .optional
        let result = requestTree(rows, java)
        let isOpen = !sections.hasEnd || (java == nil && result.placed.contains { !$0.doubts.isEmpty })
        if java == nil {
            missing(
                "the page has no Java example: nesting, examples and the session are guessed",
                isCutOff: isOpen)
        } else if java?.session == nil {
            missing(
                "the Java example ends before the call, so the need of a session is unknown",
                isCutOff: isOpen)
        }
        page.request = assemble(result, isRequest: true)
        omitReserved()
        warnings += result.warnings
        readRules()
    }

    /// If the example contradicts itself, this takes the reading that explains more rows.
    private mutating func requestTree(_ rows: [TableRow], _ java: JavaExample.Result?) -> TreeMatcher.Result {
        let nested = TreeMatcher.match(rows, to: java?.tree, isResponse: false)
        guard let java, java.conflicts > 0, let lines = sections.java,
            let other = JavaExample.read(lines, trust: .variables)
        else { return nested }
        let named = TreeMatcher.match(rows, to: other.tree, isResponse: false)
        if named.unmatched == nested.unmatched, nested.placed.map(\.parent) != named.placed.map(\.parent) {
            let differing = zip(nested.placed, named.placed).first { $0.parent != $1.parent }?.0.row
            let detail =
                "the Java example gives an object to another parent than its nesting shows: the nesting is used"
            warnings.append(ImportWarning(line: differing?.line, row: differing?.name, detail))
            page.doubts.append(detail)
        }
        return named.unmatched < nested.unmatched ? named : nested
    }

    private mutating func readResponse() {
        guard let lines = sections.response else {
            if !isPartial || sections.request != nil { missing("the page has no table of response parameters") }
            return
        }
        let xml = sections.xml.flatMap { XMLExample.read($0) ?? JSONExample.read($0) }
        let isCut = sections.java == nil && sections.xml == nil
        let example = xml.map(\.tree)
        let (rows, tableWarnings) = TableReader.read(lines, isRequest: false, example: example, isCut: isCut)
        warnings += tableWarnings
        let result = TreeMatcher.match(rows, to: example, isResponse: true)
        if let xml {
            if !xml.tree.isComplete {
                missing("the page ends inside the response example", isCutOff: !sections.hasEnd)
            }
            page.responseRoot = xml.root
        } else if !rows.isEmpty || !sections.hasEnd {
            missing(
                "the page has no response example: nesting and examples are guessed",
                isCutOff: !sections.hasEnd || result.placed.contains { !$0.doubts.isEmpty })
        }
        page.response = assemble(result, isRequest: false)
        warnings += result.warnings
        warnIfNothingTellsSuccess()
    }

    /// Proposes the documented Booleans of success as rules.
    private mutating func proposeOutcome() {
        // A path cannot contain a name with a dot.
        let paths = page.response.map(\.whole).successPaths.filter { path in
            !path.contains { $0.utf8.contains(UInt8(ascii: ".")) }
        }
        if paths.isEmpty { return }
        let flags = paths.map { "{field: \($0.joined(separator: ".")), is: 'true'}" }.joined(separator: ", ")
        page.proposals.append("outcome: {success: [\(flags)]}")
    }

    /// Leaves out parameters whose names are those of TOP's own parameters.
    private mutating func omitReserved() {
        page.request.removeAll { field in
            let name = field.field.name
            guard SystemParameters.names.contains(name) else { return false }
            let detail = "the parameter \"\(name)\" has the name of one of TOP's own parameters, so it is left out"
            warnings.append(ImportWarning(line: nil, row: name, detail))
            page.doubts.append(detail)
            return true
        }
    }

    /// Warns if every response would count as a success: there is no rule, and no Boolean for the default judgement.
    private mutating func warnIfNothingTellsSuccess() {
        guard !page.response.map(\.whole).tellSuccess else { return }
        let detail =
            "nothing in the response tells success: every response counts as success until an overlay has an `outcome`"
        warnings.append(ImportWarning(line: nil, row: nil, detail))
    }

    // MARK: Rules

    /// Reads rules across parameters from the descriptions.
    private mutating func readRules() {
        page.request = ruled(page.request, at: [])
    }

    private mutating func ruled(_ fields: [ImportedField], at path: ImportedEntry.Path) -> [ImportedField] {
        var fields = fields
        for group in DescriptionHeuristics.oneOf(fields.map(\.whole)) {
            guard let doubt = group.doubt, let first = fields.firstIndex(where: { $0.field.name == group.names[0] })
            else {
                let paths = group.names.map { path + [$0] }
                // A path cannot contain a name with a dot.
                if !paths.joined().contains(where: { $0.utf8.contains(UInt8(ascii: ".")) }) { page.rules.append(paths) }
                continue
            }
            let row = (path + [group.names[0]]).joined(separator: ".")
            let detail = "one of \(group.names.joined(separator: ", ")) seems to be needed, but \(doubt): no rule"
            warnings.append(ImportWarning(line: nil, row: row, detail))
            fields[first].doubts.append(detail)
            let names = group.names.map { (path + [$0]).joined(separator: ".") }.joined(separator: ", ")
            fields[first].proposals.append("rules: [{one_of: [\(names)]}]")
        }
        for index in fields.indices where !fields[index].children.isEmpty {
            fields[index].children = ruled(fields[index].children, at: path + [fields[index].field.name])
        }
        return fields
    }

    // MARK: Fields

    private mutating func assemble(_ result: TreeMatcher.Result, isRequest: Bool) -> [ImportedField] {
        var fields: [ImportedField] = []
        var children = [[Int]](repeating: [], count: result.placed.count)
        var tops: [Int] = []
        for (index, placed) in result.placed.enumerated() {
            fields.append(field(placed, isRequest: isRequest))
            if let parent = placed.parent { children[parent].append(index) } else { tops.append(index) }
        }
        // Children come after their parents. In reverse order each child is complete when its parent takes it.
        for index in fields.indices.reversed() where !children[index].isEmpty {
            fields[index].children = children[index].map { fields[$0] }
        }
        return tops.map { fields[$0] }
    }

    private mutating func field(_ placed: TreeMatcher.Placed, isRequest: Bool) -> ImportedField {
        let row = placed.row
        var field = Field(name: row.name, type: row.type)
        field.isRequired = isRequest && row.isRequired == true
        var result = ImportedField(field: field, doubts: placed.doubts)
        let cells = CellSplitter.cut(row, shown: placed.shown)
        result.field.example = cells.example
        result.field.description = cells.description
        result.field.defaultText = row.limits.defaultText
        result.field.maximumLength = row.limits.maximumLength
        result.field.maximumItems = row.limits.maximumItems
        result.field.minimumValue = row.limits.minimumValue
        result.field.maximumValue = row.limits.maximumValue
        var doubts: [String] = cells.doubt.map { [$0] } ?? []
        doubts += row.limits.unreadable.map { "a limit that cannot be used: \($0)" }
        if isRequest {
            doubts += ExampleCheck.relax(&result.field)
            let wording = DescriptionHeuristics(result.field)
            result.field.values = wording.values
            result.field.dateForm = wording.dateForm ?? result.field.dateForm
            result.proposals = wording.proposals
            doubts += wording.doubts
        }
        for doubt in doubts { warnings.append(ImportWarning(line: row.line, row: row.name, doubt)) }
        result.doubts += doubts
        return result
    }
}

/// An imported parameter with its doubts.
struct ImportedField: Sendable {
    var field: Field
    var doubts: [String] = []
    /// Possible meanings of its description, for the author of an overlay.
    var proposals: [String] = []
    var children: [ImportedField] = []

    /// The parameter in the form of an entry.
    var whole: Field {
        var field = field
        field.children = children.map(\.whole)
        return field
    }
}
