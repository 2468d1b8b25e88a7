import Foundation
import TestSupport
import Testing

@testable import Service

/// The manual's tables of the HTTP interface are those of the table of operations.
///
/// `make manual` writes them anew: it runs this test with `UPDATE_MANUAL=1`.
@Suite struct ManualTests {
    private static let docs = URL(filePath: Repository.root + "/docs")

    /// The page that holds the places for the tables.
    private static func page() throws -> URL {
        let files = FileManager.default.enumerator(at: docs, includingPropertiesForKeys: nil)
        let pages = (files?.compactMap { $0 as? URL } ?? []).filter { file in
            file.pathExtension == "md"
                && (try? String(contentsOf: file, encoding: .utf8))?.contains("<!-- begin: operations -->") == true
        }
        try #require(pages.count == 1, "one page of the manual holds the table of operations")
        return pages[0]
    }

    @Test("The manual shows every operation, header and parameter as it is declared")
    func manualTables() throws {
        let page = try Self.page()
        var text = try String(contentsOf: page, encoding: .utf8)
        for (name, table) in Manual.tables {
            let begin = try #require(text.range(of: "<!-- begin: \(name) -->\n"), "\(name)")
            let end = try #require(text.range(of: "<!-- end: \(name) -->", range: begin.upperBound..<text.endIndex))
            let place = begin.upperBound..<end.lowerBound
            if ProcessInfo.processInfo.environment["UPDATE_MANUAL"] == "1" {
                text.replaceSubrange(place, with: table + "\n")
            } else {
                #expect(text[place] == table + "\n", "\(name) differs: run `make manual`")
            }
        }
        if ProcessInfo.processInfo.environment["UPDATE_MANUAL"] == "1" {
            try text.write(to: page, atomically: true, encoding: .utf8)
        }
    }

    @Test("The help of the command line has every operation")
    func commandLineHelp() {
        for operation in OperationTable.all {
            #expect(Manual.help.contains("\(operation.method.rawValue) \(operation.path.text)"), "\(operation.id)")
        }
    }
}
