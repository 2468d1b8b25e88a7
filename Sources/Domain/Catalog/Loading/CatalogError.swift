/// All faults of all files that keep a catalog from loading.
package struct CatalogError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A fault of a file.
    package struct Fault: Sendable, Equatable, CustomStringConvertible {
        /// The file's name.
        package let file: String
        /// The line, counted from 1; nil if the fault concerns the whole file.
        package let line: Int?
        /// What is wrong.
        package let detail: String

        /// Makes a fault.
        package init(file: String, line: Int?, detail: String) {
            self.file = file
            self.line = line
            self.detail = detail
        }

        /// `FILE:LINE: DETAIL`, like a compiler's message.
        package var description: String {
            guard let line else { return "\(file): \(detail)" }
            return "\(file):\(line): \(detail)"
        }
    }

    /// The faults, in the order of files and lines.
    package let faults: [Fault]

    /// Makes an error.
    package init(_ faults: [Fault]) {
        self.faults = faults
    }

    /// One fault a line.
    package var description: String {
        faults.map(\.description).joined(separator: "\n")
    }
}
