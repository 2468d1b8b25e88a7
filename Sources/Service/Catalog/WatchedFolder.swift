import Catalog
import FoundationEssentials

/// A folder of catalog entries, such as a mounted ConfigMap.
struct WatchedFolder: Sendable {
    /// What can be seen of a folder without reading its files; it differs after every change.
    struct Stamp: Equatable, Sendable {
        fileprivate var files: [File] = []

        fileprivate struct File: Equatable, Sendable {
            let name: String
            let number: UInt64
            let size: UInt64
            let modified: Date
        }
    }

    /// The largest file of entries, in bytes.
    static let maximumFileBytes = 4 << 20
    /// The most links that are followed from a name to its file.
    private static let maximumLinks = 8

    private let path: String

    /// A folder by its path; nothing is read yet.
    init(path: String) { self.path = path }

    /// Every entry's file and overlay.
    /// - Throws: every file that cannot be read.
    func files() throws(CatalogError) -> [CatalogFile] {
        var files: [CatalogFile] = []
        var faults: [CatalogError.Fault] = []
        for name in try names() {
            do {
                files.append(try Self.file("\(path)/\(name)"))
            } catch {
                faults += error.faults
            }
        }
        guard faults.isEmpty else { throw CatalogError(faults) }
        return files
    }

    /// One file of entries.
    static func file(_ path: String) throws(CatalogError) -> CatalogFile {
        func refuse(_ detail: String) -> CatalogError { CatalogError([.init(file: path, line: nil, detail: detail)]) }
        guard let data = FileManager.default.contents(atPath: path) else { throw refuse("the file cannot be read") }
        guard data.count <= maximumFileBytes else { throw refuse("the file has more than \(maximumFileBytes) bytes") }
        guard let text = String(validating: data, as: UTF8.self) else { throw refuse("the file is not UTF-8") }
        return CatalogFile(name: path, text: text)
    }

    /// How the folder looks now.
    func stamp() throws(CatalogError) -> Stamp {
        var stamp = Stamp()
        for name in try names() { stamp.files.append(Self.look(at: "\(path)/\(name)", as: name)) }
        return stamp
    }

    private func names() throws(CatalogError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".yaml") }.sorted()
        } catch {
            throw CatalogError([.init(file: path, line: nil, detail: "the folder cannot be read")])
        }
    }

    /// The file behind a name. In a ConfigMap a name is a link to `..data/NAME`, and `..data` a link that is replaced.
    private static func look(at path: String, as name: String) -> Stamp.File {
        var place = path
        for _ in 0..<maximumLinks {
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: place) else { break }
            place =
                target.hasPrefix("/")
                ? target : String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)]) + "/" + target
        }
        let attributes = (try? FileManager.default.attributesOfItem(atPath: place)) ?? [:]
        return Stamp.File(
            name: name, number: (attributes[.systemFileNumber] as? any BinaryInteger).map { UInt64(clamping: $0) } ?? 0,
            size: (attributes[.size] as? any BinaryInteger).map { UInt64(clamping: $0) } ?? 0,
            modified: attributes[.modificationDate] as? Date ?? .distantPast)
    }
}
