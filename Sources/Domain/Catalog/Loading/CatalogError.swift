/// Why a catalog cannot be loaded: every fault of every file.
public struct CatalogError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A fault of a file.
    public struct Fault: Sendable, Equatable, CustomStringConvertible {
        /// The file's name.
        public let file: String
        /// The line, counted from 1; nil where the fault concerns the whole file.
        public let line: Int?
        /// What is wrong.
        public let detail: String

        /// Makes a fault.
        public init(file: String, line: Int?, detail: String) {
            self.file = file
            self.line = line
            self.detail = detail
        }

        /// `FILE:LINE: DETAIL`, as compilers write it.
        public var description: String {
            guard let line else { return "\(file): \(detail)" }
            return "\(file):\(line): \(detail)"
        }
    }

    /// The faults, in the order of files and lines.
    public let faults: [Fault]

    /// Makes an error.
    public init(_ faults: [Fault]) {
        self.faults = faults
    }

    /// One fault a line.
    public var description: String {
        faults.map(\.description).joined(separator: "\n")
    }
}
