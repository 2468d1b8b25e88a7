internal import CResources

/// The text files that are part of the binary: catalog entries, migrations, and the files of the pages.
///
/// `Sources/C/CResources/CResources.c` lists them.
package enum Resources {
    /// The files of one folder, in the order of the list.
    package static func files(in folder: String) -> [(name: String, text: String)] {
        let prefix = folder + "/"
        return indices.filter { path(at: $0).hasPrefix(prefix) }.map { index in
            (String(path(at: index).dropFirst(prefix.count)), text(at: index))
        }
    }

    /// The text of one file; nil if the binary has no such file.
    package static func text(_ path: String) -> String? {
        indices.first { self.path(at: $0) == path }.map(text)
    }

    /// The database's schema: the files of the folder `migrations`.
    package static var migrations: [(name: String, sql: String)] {
        files(in: "migrations").map { (name: $0.name, sql: $0.text) }
    }

    private static var indices: Range<UInt32> { 0..<cresources_count() }

    private static func path(at index: UInt32) -> String { String(cString: cresources_at(index).path) }

    private static func text(at index: UInt32) -> String {
        let file = cresources_at(index)
        return String(decoding: UnsafeBufferPointer(start: file.text, count: Int(file.length)), as: UTF8.self)
    }
}
