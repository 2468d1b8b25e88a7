import ArgumentParser
import Catalog
import TOP

extension CatalogCommand {
    /// `toprelay catalog errors`: the table of error classes.
    struct Errors: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "errors", abstract: "Shows what TOP's errors mean, for all methods or for one.",
            discussion: """
                The first row that matches decides. Rows 1 and later ignore the suffix -tmall of a sub_code and what \
                follows its colon.
                """)

        @Argument(help: "A method of the catalog, for its own errors.") var method: String?

        func run() async throws {
            try await reportingFailures {
                let entry = try method.map(CatalogFolder.entry)
                var table = TextTable("ROW", "OUTCOME", "MATCHES")
                for (code, meaning) in (entry?.errorMeanings ?? [:]).sorted(by: { $0.key < $1.key }) {
                    table.add("0", meaning.text, code)
                }
                for row in ErrorClassTable.rows {
                    for condition in row.conditions { table.add("\(row.number)", row.meaning.text, condition) }
                }
                let lastRow = "\(ErrorClassTable.rows.count + 1)"
                if entry?.reads != false {
                    table.add(lastRow, ErrorMeaning.platformError.text, "all else, a method that reads")
                }
                if entry?.reads != true {
                    table.add(lastRow, ErrorMeaning.unknown.text, "all else, a method that writes")
                }
                table.lines.forEach(Output.line)
            }
        }
    }
}
