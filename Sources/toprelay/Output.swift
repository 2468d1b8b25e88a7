import Foundation

/// The process's standard output and error.
enum Output {
    /// Writes a line to standard output.
    static func line(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    /// Writes bytes to standard output, as they are.
    static func bytes(_ bytes: [UInt8]) { FileHandle.standardOutput.write(Data(bytes)) }

    /// Writes a line to standard error.
    static func errorLine(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
