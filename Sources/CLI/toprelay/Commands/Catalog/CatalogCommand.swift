import ArgumentParser
import Catalog
import CatalogImport
import FoundationEssentials
import Service

/// `toprelay catalog`: the TOP methods that the relay knows.
struct CatalogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "Shows, checks and imports catalog entries.",
        subcommands: [List.self, Show.self, Check.self, Import.self, Errors.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists the methods: name, path, session, title.")

        func run() async throws {
            try await reportingFailures { Output.bytes(Array(try CatalogFolder.catalog().list().utf8)) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Shows a method's fields and an example.")

        @Argument(help: "A method of the catalog, or an entry's file.") var method: String
        @Flag(help: "One JSON object in the fixed form.") var json = false

        func run() async throws {
            try await reportingFailures {
                let entry = try entry()
                guard !json else { return Output.bytes(entry.json() + Array("\n".utf8)) }
                Output.bytes(Array((entry.text() + "\nexample\n").utf8))
                Output.bytes(IndentedJSON.of(entry.exampleRequest()) + Array("\n".utf8))
            }
        }

        private func entry() throws -> Entry {
            if FileManager.default.fileExists(atPath: method) {
                let page = try CatalogFolder.file(method)
                let overlay = method.replacing(".yaml", with: ".overlay.yaml")
                let hasOverlay = overlay != method && FileManager.default.fileExists(atPath: overlay)
                do {
                    return try Entry.read(page: page, overlay: hasOverlay ? try CatalogFolder.file(overlay) : nil)
                } catch let error as CatalogError {
                    throw CommandError.refused(error.description)
                }
            }
            return try CatalogFolder.entry(method)
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Checks entry files and lists every fault with file and line.")

        @Argument(help: "Entry files and their overlays.") var files: [String]

        func run() async throws {
            try await reportingFailures {
                let files = try files.map(CatalogFolder.file)
                let (faults, unjudged) = Catalog.checked(files)
                for loss in Catalog.protectionsLost(in: files) { Output.errorLine("warning: \(loss.description)") }
                for method in unjudged {
                    Output.errorLine("not judged: \(method): every response counts as success until it has an outcome")
                }
                for fault in faults { Output.errorLine(fault.description) }
                guard faults.isEmpty else { throw CommandError.refused("\(faults.count) fault(s)") }
                Output.line("\(files.count) file(s) are good")
            }
        }
    }
}

extension CatalogCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Makes an entry from the text of a method's documentation page.",
            discussion: """
                What is in doubt or missing is said on stderr and in comments of the entry. An entry of a page that is cut \
                short is written too; the exit code is then 2.
                """)

        @Argument(help: "The page's text, as copied from the site.") var page: String
        @Option(name: .shortAndLong, help: "The file for the entry; default: standard output.") var output: String?
        @Flag(help: "Exit with 0 even if parts of the page are missing.") var allowPartial = false

        func run() async throws {
            try await reportingFailures {
                let bytes = try SecretInput.contents(page)
                let imported: ImportedPage
                do throws(ImportError) {
                    imported = try ImportedPage(bytes: bytes)
                } catch {
                    throw CommandError.refused("\(page): \(error.description)")
                }
                for proposal in imported.proposals {
                    Output.errorLine("proposal: \(page): for the overlay: \(proposal)")
                }
                for warning in imported.warnings { Output.errorLine("warning: \(page): \(warning.description)") }
                try write(imported.yaml)
                guard allowPartial || !imported.isPartial else {
                    throw CommandError.refused(
                        "\(page) is truncated, so the entry is incomplete (--allow-partial accepts that)")
                }
            }
        }

        private func write(_ yaml: String) throws {
            guard let output else { return Output.bytes(Array(yaml.utf8)) }
            do {
                try Data(yaml.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
            } catch {
                throw CommandError.failed("could not write \(output)")
            }
        }
    }
}

/// The catalog of the embedded entries and of the folder in TOPRELAY_CATALOG.
enum CatalogFolder {
    /// Loads the catalog.
    static func catalog(folder: String? = Environment.variables["TOPRELAY_CATALOG"]) throws -> Catalog {
        guard let folder, !folder.isEmpty else { return try Catalog.embedded() }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
            .sorted()
        return try Catalog.embedded(with: try names.map { try file("\(folder)/\($0)") })
    }

    /// The entry of a method.
    static func entry(_ method: String) throws -> Entry {
        guard let entry = try catalog().entry(method: method) else {
            throw CommandError.refused(
                "neither a method of the catalog nor a file: \(method); `toprelay catalog list` lists the methods")
        }
        return entry
    }

    /// Reads one entry file.
    static func file(_ path: String) throws -> CatalogFile {
        guard let text = String(validating: try SecretInput.contents(path), as: UTF8.self) else {
            throw CommandError.refused("\(path) is not UTF-8")
        }
        return CatalogFile(name: path, text: text)
    }
}
