import Catalog

/// Names of the parts of an OpenAPI document.
///
/// Generators turn them into names of classes, functions, modules and files. So they are ASCII letters and digits,
/// begin with a letter, fit into a file name, and differ by more than their case.
struct UniqueNames {
    /// The longest name without the number that tells equal ones apart.
    static let maximumLength = 120

    private var taken: Set<String>

    /// - Parameter reserved: names that are given already.
    init(reserved: [String]) { taken = Set(reserved.map { $0.lowercased() }) }

    /// The wanted name, with a number after it if another part has it.
    mutating func claim(_ wanted: String) -> String {
        let wanted = String(wanted.prefix(Self.maximumLength))
        var name = wanted
        var number = 2
        while !taken.insert(name.lowercased()).inserted {
            name = "\(wanted)\(number)"
            number += 1
        }
        return name
    }

    /// `tmall.aliauto.car_profile` as `TmallAliautoCarProfile`; empty if the text has no ASCII letter or digit.
    static func pascalCase(_ text: String) -> String {
        words(text).map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// `/aliauto/car-profiles` as `aliautoCarProfiles`.
    static func camelCase(_ text: String) -> String {
        let name = pascalCase(text)
        return name.prefix(1).lowercased() + name.dropFirst()
    }

    /// Runs of ASCII letters and digits.
    static func words(_ text: String) -> [Substring] {
        text.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    }
}

/// What a method is called in the OpenAPI document.
struct EntryNames {
    /// The operation of the path with the method's name.
    let operation: String
    /// The operation of the method's own path; nil if it has none.
    let ownOperation: String?
    /// The group of operations: the first part of the method's name.
    let tag: String
    /// The component with the schema of the request, and those of the other schemas.
    let request: String
    let form: String
    let formParameters: String
    let answer: String
    let result: String

    /// Claims the names of an entry.
    init(_ entry: Entry, operations: inout UniqueNames, schemas: inout UniqueNames) {
        let method = Self.lettered(UniqueNames.pascalCase(entry.method))
        operation = operations.claim(UniqueNames.camelCase(method))
        ownOperation = entry.path.map { path in
            operations.claim(UniqueNames.camelCase(Self.lettered(UniqueNames.pascalCase(String(path.dropFirst(4))))))
        }
        tag = entry.method.prefix { $0 != "." }.lowercased()
        // Names of a method share its base, whole: cut names of parts remain recognisable.
        let base = String(method.prefix(UniqueNames.maximumLength - 20))
        request = schemas.claim(base + "Request")
        form = schemas.claim(base + "Form")
        formParameters = schemas.claim(base + "FormParameters")
        answer = schemas.claim(base + "Answer")
        result = schemas.claim(base + "Result")
    }

    /// A name must not begin with a digit.
    private static func lettered(_ name: String) -> String {
        name.first?.isLetter == true ? name : "Top" + name
    }
}
