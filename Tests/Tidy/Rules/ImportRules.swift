/// Who may import whom. Package.swift decides; its targets stand from the lowest module to the highest.
enum ImportRules {
    /// What every module may import: the C library and the standard library's own modules.
    static let everywhere: Set<String> = ["Glibc", "Synchronization"]

    /// Modules of the toolchain and of products that a target may import besides its dependencies, with the reason.
    static let besides: [String: Set<String>] = [
        // CoreMetrics is a part of Metrics. Dispatch for the thread that writes records, Foundation to read /proc.
        "Telemetry": ["CoreMetrics", "Dispatch", "FoundationEssentials"],
        "Service": ["FoundationEssentials"],
        // For files of `toprelay dev`, of exports and of secrets.
        "toprelay": ["FoundationEssentials", "SystemPackage"],
    ]

    /// The targets below Sources.
    private static let targets = PackageManifest(Repository().text("Package.swift") ?? "").targets.filter { !$0.isTest }

    /// The modules of `Sources` and what each may import, in the order of Package.swift. C modules import nothing.
    static let table: [(key: String, value: Set<String>)] = targets.filter { !isC($0.name) }.map {
        ($0.name, $0.dependencies.union(besides[$0.name] ?? []))
    }

    /// Swift modules that may hold pointers: those without strict memory safety.
    static let wrappers = Set(targets.filter { !$0.isSafe && !isC($0.name) }.map(\.name))

    /// Whether a name is that of a C module: `CLibpq`.
    private static func isC(_ name: String) -> Bool {
        name.hasPrefix("C") && name.dropFirst().first?.isUppercase == true
    }

    /// The modules that a source imports, with the line of each.
    static func imports(of source: SwiftText) -> [(line: Int, module: String)] {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias", "actor"]
        return source.codeLines.enumerated().compactMap { index, line in
            var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })[...]
            while let word = words.first, word.hasPrefix("@") || Self.accessLevels.contains(word) {
                words = words.dropFirst()
            }
            guard words.first == "import" else { return nil }
            words = words.dropFirst()
            if let word = words.first, kinds.contains(word) { words = words.dropFirst() }
            guard let module = words.first?.prefix(while: { $0 != "." && $0 != ";" }), !module.isEmpty else {
                return nil
            }
            return (index + 1, String(module))
        }
    }

    private static let accessLevels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]

    /// Imports of full Foundation and its relatives, which link 34 MB of ICU data. FoundationEssentials does not.
    static func foundationViolations(in file: Repository.File) -> [Violation] {
        imports(of: file.swift).compactMap { line, module in
            guard module.hasPrefix("Foundation"), module != "FoundationEssentials" else { return nil }
            return Violation(path: file.path, line: line, message: "import FoundationEssentials, or use system calls")
        }
    }

    /// Imports that Package.swift does not allow, and modules that it does not declare.
    static func violations(in file: Repository.File) -> [Violation] {
        guard let allowed = table.first(where: { $0.key == file.module })?.value else {
            return [Violation(path: file.path, message: "module \(file.module) is not in Package.swift")]
        }
        return imports(of: file.swift).compactMap { line, module in
            if module == file.module || allowed.contains(module) || everywhere.contains(module) { return nil }
            return Violation(path: file.path, line: line, message: "\(file.module) may not import \(module)")
        }
    }

    /// Entries that name a module which stands at or below their own line. Only those can close a circle.
    static func circles(in table: KeyValuePairs<String, Set<String>>) -> [String] {
        circles(in: table.map { $0 })
    }

    /// The same for a table that was read.
    static func circles(in table: [(key: String, value: Set<String>)]) -> [String] {
        let position = Dictionary(table.enumerated().map { ($1.key, $0) }) { first, _ in first }
        var faults: [String] = []
        for (index, entry) in table.enumerated() {
            for module in entry.value.sorted() {
                if let other = position[module], other >= index { faults.append("\(entry.key) imports \(module)") }
            }
        }
        return faults
    }
}
