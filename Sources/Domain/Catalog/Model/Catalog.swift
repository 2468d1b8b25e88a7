/// All methods that can be called.
package struct Catalog: Sendable {
    /// The entries, by the method's name.
    package let entries: [Entry]
    /// What own overlays switch off of the embedded ones: marks of private values and outcome rules, with their files.
    package let protectionsLost: [CatalogError.Fault]
    private let methods: [String: Entry]
    private let paths: [String: Entry]
    /// The business keys of all entries, by each spelling of their names.
    let businessKeys: [String: String]

    /// The catalog that is part of the binary.
    package static func embedded() throws(CatalogError) -> Catalog {
        try Catalog(files: CatalogFile.embedded)
    }

    /// The embedded catalog with more files. A page replaces the embedded one with the same name. An overlay changes
    /// the embedded one.
    package static func embedded(with files: [CatalogFile]) throws(CatalogError) -> Catalog {
        let named = Set(files.map { CatalogFile.Name($0.name).text })
        let kept = CatalogFile.embedded.filter { !named.contains($0.name) }
        let changed = CatalogFile.embedded.filter { named.contains($0.name) && CatalogFile.Name($0.name).isOverlay }
        return try Catalog(files: kept + files, embedded: changed)
    }

    /// A catalog of these files: pages with their optional overlays. The error reports the faults of all files.
    /// - Parameter embedded: embedded overlays that files of the same names change.
    package init(files: [CatalogFile], embedded: [CatalogFile] = []) throws(CatalogError) {
        var loader = CatalogLoader(files: files, embedded: embedded)
        let entries = loader.load()
        if !loader.faults.isEmpty { throw CatalogError(loader.faults) }
        self.entries = entries
        protectionsLost = loader.protectionsLost
        businessKeys = Self.businessKeys(of: entries)
        methods = Dictionary(entries.map { ($0.method, $0) }) { first, _ in first }
        paths = Dictionary(entries.compactMap { entry in entry.path.map { ($0, entry) } }) { first, _ in first }
    }

    /// The entry of a method.
    package func entry(method: String) -> Entry? {
        methods[method]
    }

    /// The names of methods that are nearest to a name that no entry has: at most five, the nearest first.
    package func names(near method: String) -> [String] {
        NearestName.several(method, among: entries.lazy.map(\.method), maximum: 5)
    }

    /// The entry with that friendly path.
    package func entry(path: String) -> Entry? {
        paths[path]
    }
}

extension CatalogFile {
    /// The parts of a file's name.
    struct Name {
        /// The name without folders.
        let text: String
        /// The method; nil if this is not the name of a catalog file.
        let method: String?
        let isOverlay: Bool

        init(_ path: String) {
            text = String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
            isOverlay = text.hasSuffix(".overlay.yaml")
            let suffix = isOverlay ? ".overlay.yaml" : ".yaml"
            method = text.hasSuffix(suffix) ? String(text.dropLast(suffix.count)) : nil
        }
    }
}
