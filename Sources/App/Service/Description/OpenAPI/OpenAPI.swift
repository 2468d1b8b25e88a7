import Audit
import AuditAPI
import Catalog
import JSON
import Problems

/// Describes the HTTP interface as an OpenAPI 3.1 document, from the table of operations. Each TOP method is under its
/// paths, with the schemas of its request and of `result` in its response.
enum OpenAPI {
    /// The bytes of the document.
    static func document(
        _ catalog: Catalog, table: OperationTable = OperationTable(), version: String = "1",
        problems: [ProblemType] = ProblemType.allCases,
        outcomes: [String] = Outcome.words
    ) -> [UInt8] {
        let statuses = Set(problems.map(\.status)).sorted()
        var writer = JSONWriter(capacity: 1 << 16)
        writer.beginObject()
        writer.member("openapi", "3.1.0")
        writer.info(version: version)
        writer.json("servers", #"[{"url": "/"}]"#)
        writer.json("security", #"[{"token": []}]"#)
        var operations = UniqueNames(reserved: table.resources.flatMap { $0.operations.map(\.id) })
        var schemas = UniqueNames(reserved: sharedNames)
        let names = catalog.entries.map { EntryNames($0, operations: &operations, schemas: &schemas) }
        writer.tags(catalog, names)
        writer.name("paths")
        writer.beginObject()
        for resource in table.resources {
            if resource.takesCalls {
                writer.calls(resource, of: catalog, names, statuses: statuses)
            } else {
                writer.resource(resource, statuses: statuses)
            }
        }
        writer.endObject()
        writer.components(catalog, names, schemas: schemas, problems: problems, outcomes: outcomes)
        writer.endObject()
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    /// Writes a member whose value is given as JSON.
    mutating func json(_ name: String, _ value: String) {
        self.name(name)
        raw(value.utf8)
    }

    /// Writes a member that refers to another part of the document.
    mutating func reference(_ name: String, _ target: String) {
        self.name(name)
        reference(target)
    }

    /// Writes a reference to another part of the document.
    mutating func reference(_ target: String) {
        beginObject()
        member("$ref", target)
        endObject()
    }

    fileprivate mutating func info(version: String) {
        name("info")
        beginObject()
        member("title", "TopRelay")
        member("version", version)
        member(
            "description",
            """
            Plain JSON in, a signed call of the Taobao Open Platform out. Members of a request are also accepted in \
            camelCase. A schema shows one form of each field. The relay takes others as well: a number as text, a list \
            of one object for an object, `null` for an absent field. A schema cannot say everything that is checked: \
            times must exist, numbers have no exponent, and some fields depend on one another; every fault is reported \
            with a JSON pointer. Fields of `result` hold what TOP wrote, which may be a number as text.
            """)
        endObject()
    }

    /// Groups of operations. The categories of the methods' pages are not ASCII, so they describe the groups.
    fileprivate mutating func tags(_ catalog: Catalog, _ names: [EntryNames]) {
        var categories: [String: Set<String>] = [:]
        for (entry, names) in zip(catalog.entries, names) {
            categories[names.tag, default: []].formUnion(entry.category.isEmpty ? [] : [entry.category])
        }
        name("tags")
        beginArray()
        for (tag, categories) in categories.sorted(by: { $0.key < $1.key }) {
            beginObject()
            member("name", tag)
            member(
                "description",
                "Methods `\(tag).*`" + (categories.isEmpty ? "." : ": \(categories.sorted().joined(separator: ", "))."))
            endObject()
        }
        for (tag, text) in [
            ("calls", "A caller's own calls."), ("audit", "The audit trail."), ("admin", "Administration."),
            ("operation", "State and documentation."),
        ] where categories[tag] == nil {
            beginObject()
            member("name", tag)
            member("description", text)
            endObject()
        }
        endArray()
    }
}
