/// Who may import whom. This table is the truth; a new dependency is a line here that a reviewer sees.
enum ImportRules {
    /// What every module may import: the C library and the standard library's own modules.
    static let everywhere: Set<String> = ["Glibc", "Synchronization"]

    /// Modules whose Swift may hold pointers: because they wrap C, and `Bytes` because it looks at words of eight bytes.
    static let wrappers: Set<String> = ["EventLoop", "Crypto", "Curl", "Postgres", "Migrations", "Bytes", "Sockets"]

    /// The modules of `Sources` and what each may import besides. Read it from the bottom up: no module knows one that
    /// stands below it.
    static let table: KeyValuePairs<String, Set<String>> = [
        "EventLoop": ["CEventLoop"],
        "Sockets": ["CSockets"],
        "Bytes": [],
        "JSON": ["Bytes"],
        "HTTP1": ["Bytes"],
        "Crypto": ["CLibcrypto"],
        "Curl": ["Bytes", "CLibcurl", "CZlib", "Crypto", "EventLoop", "HTTP1"],
        "Postgres": ["CLibpq", "EventLoop", "DequeModule"],
        "Migrations": ["CMigrations"],
        "TOP": ["Bytes", "JSON", "Crypto"],
        "Catalog": ["Atomics", "Bytes", "CCatalog", "JSON", "TOP", "Yams"],
        // Dispatch for the thread that writes records, Foundation to read /proc at a scrape.
        "Telemetry": ["Logging", "CoreMetrics", "Metrics", "Atomics", "Dispatch", "FoundationEssentials"],
        "Vault": ["EventLoop", "Postgres", "Crypto"],
        "Audit": ["EventLoop", "Postgres", "Crypto", "JSON", "TOP", "Atomics"],
        "HTTPServer": ["Bytes", "EventLoop", "HTTP1", "Sockets", "Logging", "ServiceLifecycle"],
        "Relay": [
            "Bytes", "EventLoop", "JSON", "Crypto", "Curl", "Postgres", "TOP", "Catalog", "Vault", "Audit",
            "Telemetry", "Logging", "Metrics",
        ],
        "Service": [
            "Relay", "HTTPServer", "Bytes", "Telemetry", "EventLoop", "JSON", "Crypto", "Postgres", "TOP", "Catalog",
            "Vault",
            "Audit", "Curl", "Migrations", "HTTP1", "Logging", "Metrics", "ServiceLifecycle", "Configuration",
            "Atomics", "CConsole",
            "FoundationEssentials",
        ],
        "Sandbox": [
            "Catalog", "EventLoop", "HTTP1", "HTTPServer", "JSON", "Logging", "ServiceLifecycle",
        ],
        // Foundation starts processes and writes files for `toprelay dev`, and reads secrets; no call passes here.
        "toprelay": [
            "Service", "Migrations", "Relay", "Sandbox", "Catalog", "Vault", "Audit", "Postgres", "TOP", "Crypto",
            "JSON",
            "EventLoop", "HTTPServer", "Telemetry", "Curl", "ArgumentParser", "Logging", "Metrics",
            "ServiceLifecycle", "Configuration", "Foundation", "UnixSignals", "Subprocess", "SystemPackage",
        ],
    ]

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

    /// Imports that the table does not allow, and modules that it does not know.
    static func violations(in file: Repository.File) -> [Violation] {
        guard let allowed = table.first(where: { $0.key == file.module })?.value else {
            return [Violation(path: file.path, message: "module \(file.module) is not in the import table")]
        }
        return imports(of: file.swift).compactMap { line, module in
            if module == file.module || allowed.contains(module) || everywhere.contains(module) { return nil }
            return Violation(path: file.path, line: line, message: "\(file.module) may not import \(module)")
        }
    }

    /// Entries that name a module of the project which stands at or below their own line: only those can close a
    /// circle.
    static func circles(in table: KeyValuePairs<String, Set<String>>) -> [String] {
        let position = Dictionary(uniqueKeysWithValues: table.enumerated().map { ($1.key, $0) })
        var faults: [String] = []
        for (index, entry) in table.enumerated() {
            for module in entry.value.sorted() {
                if let other = position[module], other >= index { faults.append("\(entry.key) imports \(module)") }
            }
        }
        return faults
    }
}
