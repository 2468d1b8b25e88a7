import Catalog
import FoundationEssentials
import Glibc

/// A folder of catalog entries, such as a mounted ConfigMap.
struct WatchedFolder: Sendable {
    /// What is visible of a folder without reading its files. It differs after every change.
    struct Stamp: Equatable, Sendable {
        fileprivate var files: [File] = []

        fileprivate struct File: Equatable, Sendable {
            let name: String
            var device: UInt64 = 0
            var number: UInt64 = 0
            var size: Int64 = 0
            var modifiedSeconds = 0
            var modifiedNanoseconds = 0
        }
    }

    /// The largest size of an entry file in bytes.
    static let maximumFileBytes = 4 << 20

    let path: String

    /// A folder by its path. Nothing is read yet.
    init(path: String) { self.path = path }

    /// Reads all entry and overlay files.
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

    /// Reads one file.
    static func file(_ path: String) throws(CatalogError) -> CatalogFile {
        func refuse(_ detail: String) -> CatalogError { CatalogError([.init(file: path, line: nil, detail: detail)]) }
        guard let data = FileManager.default.contents(atPath: path) else { throw refuse("could not read the file") }
        guard data.count <= maximumFileBytes else { throw refuse("the file has more than \(maximumFileBytes) bytes") }
        guard let text = String(validating: data, as: UTF8.self) else { throw refuse("the file is not UTF-8") }
        return CatalogFile(name: path, text: text)
    }

    /// The folder's current stamp.
    func stamp() throws(CatalogError) -> Stamp {
        var stamp = Stamp()
        for name in try names() { stamp.files.append(Self.metadata(of: "\(path)/\(name)", as: name)) }
        return stamp
    }

    private func names() throws(CatalogError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".yaml") }.sorted()
        } catch {
            throw CatalogError([.init(file: path, line: nil, detail: "could not read the folder")])
        }
    }

    /// The metadata of a file, with symbolic links followed. In a ConfigMap a name links to `..data/NAME`, and `..data`
    /// is a link that is replaced. One system call for each file keeps frequent checks of large folders cheap.
    private static func metadata(of path: String, as name: String) -> Stamp.File {
        var info = stat()
        guard unsafe stat(path, &info) == 0 else { return Stamp.File(name: name) }
        return Stamp.File(
            name: name, device: UInt64(info.st_dev), number: UInt64(info.st_ino), size: Int64(info.st_size),
            modifiedSeconds: Int(info.st_mtim.tv_sec), modifiedNanoseconds: Int(info.st_mtim.tv_nsec))
    }
}
