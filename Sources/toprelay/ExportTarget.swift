import Foundation

/// Where an export goes: a file that has its name only when it is whole, or standard output.
struct ExportTarget: Sendable {
    private let path: String?
    private let file: FileHandle

    private var partial: String { (path ?? "") + ".partial" }

    /// - Parameter path: the file; nil: standard output.
    /// - Throws: a file that cannot be made.
    init(_ path: String?) throws {
        self.path = path
        guard let path else {
            file = .standardOutput
            return
        }
        // Calls are nobody else's business, whatever the umask says.
        let name = path + ".partial"
        guard FileManager.default.createFile(atPath: name, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: name)
        else {
            throw Failure.failed("\(name) cannot be written")
        }
        self.file = file
    }

    func write(_ bytes: [UInt8]) throws { try file.write(contentsOf: bytes) }

    /// Gives the file its name; one that has it already is replaced.
    func finish() throws {
        guard let path else { return }
        try file.synchronize()
        try file.close()
        guard unsafe rename(partial, path) == 0 else {
            throw Failure.failed("\(partial) is whole, but cannot be renamed to \(path): error \(errno)")
        }
    }

    /// Removes what there is of the file.
    func discard() {
        guard path != nil else { return }
        try? file.close()
        try? FileManager.default.removeItem(atPath: partial)
    }
}
