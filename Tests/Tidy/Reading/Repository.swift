import Foundation

/// The source tree that this test was compiled from: the folder above it that has Package.swift.
struct Repository {
    /// A file of the tree, with its path from the root.
    struct File {
        let path: String
        let text: String
        /// The text taken apart as Swift; only asked of Swift sources.
        let swift: SwiftText

        init(path: String, text: String) {
            self.path = path
            self.text = text
            swift = SwiftText(path.hasSuffix(".swift") ? text : "")
        }

        var name: String { path.split(separator: "/").last.map(String.init) ?? path }

        /// The module of a path `Sources/FLOOR/MODULE/…`.
        var module: String {
            let parts = path.split(separator: "/")
            return parts.count > 3 ? String(parts[2]) : ""
        }

        /// The lines, without their ends; a last line end makes no further line.
        var lines: [Substring] {
            let split = text.split(separator: "\n", omittingEmptySubsequences: false)
            return text.hasSuffix("\n") ? split.dropLast() : split
        }
    }

    let root: URL

    init(testFile: String = #filePath) {
        var folder = URL(fileURLWithPath: testFile).deletingLastPathComponent()
        while folder.pathComponents.count > 1,
            !FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path)
        { folder.deleteLastPathComponent() }
        root = folder
    }

    /// The text of one file, or nil where there is none.
    func text(_ path: String) -> String? {
        (try? Data(contentsOf: root.appendingPathComponent(path))).map { String(decoding: $0, as: UTF8.self) }
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    /// The files below a folder whose names end in one of the given ways, by path.
    func files(below folder: String, endings: [String] = [""]) -> [File] {
        let base = root.appendingPathComponent(folder)
        guard let found = FileManager.default.enumerator(atPath: base.path) else { return [] }
        var files: [File] = []
        for case let relative as String in found {
            if Self.isGenerated(relative) {
                found.skipDescendants()
                continue
            }
            guard endings.contains(where: relative.hasSuffix) else { continue }
            let path = folder.isEmpty ? relative : "\(folder)/\(relative)"
            var isFolder: ObjCBool = false
            guard
                FileManager.default.fileExists(
                    atPath: base.appendingPathComponent(relative).path, isDirectory: &isFolder),
                !isFolder.boolValue, let text = text(path)
            else { continue }
            files.append(File(path: path, text: text))
        }
        return files.sorted { $0.path < $1.path }
    }

    /// The Swift sources of the product, read once.
    static let sources = Repository().files(below: "Sources", endings: [".swift"])

    /// The Swift sources of the tests, read once.
    static let tests = Repository().files(below: "Tests", endings: [".swift"])

    /// Build products, data of `make run`, and what git keeps for itself.
    private static func isGenerated(_ path: String) -> Bool {
        let top = path.prefix { $0 != "/" }
        return top == ".git" || top == ".toprelay" || top.hasPrefix(".build") || top == "Package.resolved"
            || path.hasSuffix("__pycache__") || path == "deploy/secrets"
    }
}
