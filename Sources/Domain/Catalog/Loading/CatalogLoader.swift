/// Makes entries of files and collects their faults.
struct CatalogLoader {
    private(set) var faults: [CatalogError.Fault] = []
    private var pages: [(method: String, file: CatalogFile)] = []
    private var overlays: [String: CatalogFile] = [:]
    /// The embedded overlays that own overlays change.
    private let embedded: [String: CatalogFile]
    /// What own overlays switch off of the embedded ones, with their files.
    private(set) var protectionsLost: [CatalogError.Fault] = []

    /// The largest number of methods in a catalog.
    static let maximumEntries = 20_000

    /// - Parameter embedded: embedded overlays that files of the same names change.
    init(files: [CatalogFile], embedded: [CatalogFile] = []) {
        self.embedded = Dictionary(
            embedded.compactMap { file in CatalogFile.Name(file.name).method.map { ($0, file) } },
            uniquingKeysWith: { first, _ in first })
        var names: Set<String> = []
        for file in files {
            let name = CatalogFile.Name(file.name)
            guard let method = name.method else {
                fault(file.name, "a catalog file is named METHOD.yaml or METHOD.overlay.yaml")
                continue
            }
            if !names.insert(name.text).inserted { fault(file.name, "two files have this name") }
            if name.isOverlay { overlays[method] = file } else { pages.append((method, file)) }
        }
        if pages.count > Self.maximumEntries { fault("catalog", "there are more than \(Self.maximumEntries) entries") }
        pages.sort { $0.method < $1.method }
        let methods = Set(pages.map(\.method))
        for (method, file) in overlays.sorted(by: { $0.key < $1.key }) where !methods.contains(method) {
            fault(file.name, "its page \(method).yaml is missing")
        }
    }

    private mutating func fault(_ file: String, _ detail: String) {
        faults.append(CatalogError.Fault(file: file, line: nil, detail: detail))
    }

    mutating func load() -> [Entry] {
        var entries: [Entry] = []
        var paths: [String: String] = [:]
        for (method, file) in pages.prefix(Self.maximumEntries) {
            guard let entry = entry(method, file) else { continue }
            if let path = entry.path, let other = paths.updateValue(method, forKey: path) {
                fault(overlays[method]?.name ?? file.name, "the path \(path) already belongs to \(other)")
            }
            entries.append(entry)
        }
        return entries
    }

    private mutating func entry(_ method: String, _ file: CatalogFile) -> Entry? {
        do throws(CatalogError) {
            let entry = try Entry.read(page: file, overlay: overlays[method], onto: embedded[method])
            guard entry.method == method else {
                fault(file.name, "it is named \"\(method)\" but describes \"\(entry.method)\"")
                return nil
            }
            noteLosses(of: method)
            return entry
        } catch {
            faults += error.faults
            return nil
        }
    }

    private mutating func noteLosses(of method: String) {
        guard let own = overlays[method], embedded[method] != nil else { return }
        protectionsLost += Catalog.protectionsLost(in: [own])
    }
}
