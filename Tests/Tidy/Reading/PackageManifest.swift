/// The targets of Package.swift as far as the rules need them. Package.swift is the only place of the module graph.
struct PackageManifest {
    /// A target of the package.
    struct Target: Equatable {
        var name: String
        /// Names of targets and of products. All products have the name of their module.
        var dependencies: Set<String>
        /// Whether the compiler refuses unsafe constructs in the target.
        var isSafe: Bool
        var isTest: Bool
    }

    /// The targets in the order of the manifest.
    let targets: [Target]

    /// Reads the text of a manifest: `.target(name:dependencies:swiftSettings:)` and its relatives, products that are
    /// declared as constants (`let x: Target.Dependency = .product(name: "X", …)`), and settings called `safe`.
    init(_ text: String) {
        let products = Self.products(in: text)
        targets = Self.calls(in: text).compactMap { kind, arguments in
            guard let name = Self.value(of: "name:", in: arguments, from: "\"", to: "\"") else { return nil }
            let list = Self.value(of: "dependencies:", in: arguments, from: "[", to: "]") ?? ""
            let dependencies = list.split(separator: ",").compactMap { item -> String? in
                let item = item.filter { $0 != " " && $0 != "\n" }
                if item.isEmpty { return nil }
                return item.hasPrefix("\"") ? item.filter { $0 != "\"" } : products[item] ?? item
            }
            let isTest = kind == "testTarget" || arguments.contains("path: \"Tests/")
            return Target(
                name: name, dependencies: Set(dependencies), isSafe: arguments.contains("swiftSettings: safe"),
                isTest: isTest)
        }
    }

    /// The names of products by the constants that stand for them.
    private static func products(in text: String) -> [String: String] {
        var products: [String: String] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("let ") && line.contains("= .product(") {
            let constant = line.dropFirst(4).prefix { $0 != ":" }
            products[String(constant)] = value(of: "name:", in: String(line), from: "\"", to: "\"")
        }
        return products
    }

    /// The kinds and arguments of the calls that declare targets.
    private static func calls(in text: String) -> [(kind: String, arguments: String)] {
        var calls: [(kind: String, arguments: String)] = []
        for part in text.split(separator: "\n        .").dropFirst() {
            let kind = String(part.prefix { $0 != "(" })
            guard ["target", "executableTarget", "testTarget"].contains(kind) else { continue }
            var depth = 0
            let arguments = part.dropFirst(kind.count).prefix { character in
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                return depth > 0
            }
            calls.append((kind, String(arguments)))
        }
        return calls
    }

    /// What stands after a label, between two marks.
    private static func value(of label: String, in text: String, from opening: Character, to closing: Character)
        -> String?
    {
        guard let found = text.firstRange(of: label) else { return nil }
        let rest = text[found.upperBound...].drop { $0 == " " || $0 == "\n" }
        guard rest.first == opening else { return nil }
        return String(rest.dropFirst().prefix { $0 != closing })
    }
}
