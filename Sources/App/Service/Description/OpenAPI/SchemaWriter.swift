import Catalog
import JSON

/// Writes the schemas of methods among the components of an OpenAPI document.
///
/// Each object and each enumeration is a component of its own. Generators name inline schemas by rules of their own,
/// and then stop at two that come out equal. A field has one type, since generators drop what has several. Where the
/// relay takes more than one form, the schema has the form that keeps all digits and needs no conversion.
struct SchemaWriter {
    /// What a component describes.
    enum Content {
        /// An object that callers send. The field at `optional` is not required, since a header may replace it.
        case request([Field], isOpen: Bool, optional: ArraySlice<String>)
        /// An object that TOP sends.
        case response([Field])
        /// The values of a closed enumeration.
        case choices
    }

    private struct Waiting {
        let name: String
        let field: Field
        let content: Content
    }

    var json: JSONWriter
    private(set) var names: UniqueNames
    private var waiting: [Waiting] = []
    /// The component that all waiting ones are parts of.
    private var root = ""

    init(_ json: JSONWriter, names: UniqueNames) {
        self.json = json
        self.names = names
    }

    /// Refers to a component for a part of the component `parent`. The component follows when `parent` is complete.
    mutating func reference(_ field: Field, in parent: String, _ content: Content) {
        let own = UniqueNames.pascalCase(field.name)
        let isLong = parent.utf8.count + own.utf8.count > UniqueNames.maximumLength
        let name = names.claim((isLong ? root : parent) + own)
        waiting.append(Waiting(name: name, field: field, content: content))
        json.reference("#/components/schemas/\(name)")
    }

    /// Writes the components that those written so far refer to.
    mutating func writeWaiting() {
        while let next = waiting.popLast() {
            json.name(next.name)
            json.beginObject()
            // The property of a list has the description; here it would be that of one element.
            if !next.field.type.isList { note(next.field) }
            switch next.content {
            case .request(let fields, let isOpen, let optional):
                request(fields, isOpen: isOpen, optional: optional, in: next.name)
            case .response(let fields): response(fields, in: next.name)
            case .choices: choices(next.field)
            }
            json.endObject()
        }
    }

    /// What the page says of a field.
    mutating func note(_ field: Field) {
        if let text = field.description { json.member("description", text) }
        json.member("x-top-type", field.type.text)
    }

    /// A component with the members that `write` adds.
    mutating func component(_ name: String, _ write: (inout SchemaWriter) -> Void) {
        root = name
        json.name(name)
        json.beginObject()
        write(&self)
        json.endObject()
        writeWaiting()
    }
}

extension Field {
    /// Whether a `Number` of the page has a fraction. The platform's own clients have whole numbers for the type.
    var hasFraction: Bool {
        [example, defaultText, minimumValue, maximumValue].contains { text in
            // The example of a list has several numbers.
            text?.split { ",[]\" ".contains($0) }.contains { $0.contains(".") && DecimalText.isValid(String($0)) }
                ?? false
        }
    }
}
