import Catalog

/// A documentation page as the page part of an entry.
///
/// This module makes catalog entries of documentation pages, for the command line only. It reads tables, examples and
/// descriptions, and reports every doubt. It may import `Catalog` and what that imports. It knows nothing of overlays,
/// of files and of the relay.
package struct ImportedPage: Sendable {
    /// The method's name.
    package let method: String
    /// The text of `METHOD.yaml`.
    package let yaml: String
    /// Doubts and gaps, in the order of the page.
    package let warnings: [ImportWarning]
    /// What the page suggests for the overlay as a whole: whether the method reads, and what tells success.
    package let proposals: [String]
    /// Whether parts of the page are missing, so that the entry is incomplete.
    package let isPartial: Bool

    /// The largest size of a page in bytes.
    package static let maximumBytes = 4 << 20

    /// Reads a documentation page. A truncated page may end inside a character. Other invalid bytes become U+FFFD.
    package init(bytes: [UInt8]) throws(ImportError) {
        guard bytes.count <= Self.maximumBytes else {
            throw ImportError(description: "the page is longer than \(Self.maximumBytes) bytes")
        }
        let isWhole = { (count: Int) in String(validating: bytes.dropLast(count), as: UTF8.self) }
        for count in 0...min(3, bytes.count) {
            if let text = isWhole(count) {
                try self.init(text)
                return
            }
        }
        try self.init(String(decoding: bytes, as: UTF8.self))
    }

    /// Reads the copied text of a documentation page.
    package init(_ text: String) throws(ImportError) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw ImportError(description: "the page is longer than \(Self.maximumBytes) bytes")
        }
        var reader = try PageImport(text)
        reader.read()
        method = reader.page.method
        yaml = PageWriter.yaml(reader.page)
        warnings = reader.warnings
        proposals = reader.page.proposals
        isPartial = reader.isPartial
        if let fault = PageReader.faults(in: yaml, file: method).first {
            throw ImportError(description: "the page does not make a valid entry: \(fault.detail)")
        }
    }
}

/// The text is not a documentation page that can be imported.
package struct ImportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reason as a sentence without a full stop.
    package let description: String
}

/// A doubt that an import could not resolve.
package struct ImportWarning: Sendable, Equatable, CustomStringConvertible {
    /// The line on the page, counted from 1. Nil if the warning concerns the whole page.
    package let line: Int?
    /// The row as a path of names with dots, as far as it is known. Nil if the warning concerns no row.
    package let row: String?
    /// The doubt and the import's decision.
    package let detail: String

    init(line: Int?, row: String?, _ detail: String) {
        self.line = line
        self.row = row
        self.detail = detail
    }

    /// `line 12: list.acid: …`.
    package var description: String {
        [line.map { "line \($0)" }, row, detail].compactMap { $0 }.joined(separator: ": ")
    }
}
