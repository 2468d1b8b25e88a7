import Foundation

/// Where an export goes: a file that has its name only when it is whole, or what takes bytes as they come (standard
/// output, a device, a pipe).
struct ExportTarget: Sendable {
    /// The file that is to be; nil where bytes go straight to their place.
    private let path: String?
    private let handle: FileHandle

    private var partial: String { (path ?? "") + ".partial" }

    /// - Parameter path: the file; nil: standard output.
    /// - Throws: a file that cannot be made.
    init(_ path: String?) throws {
        guard let path else {
            (self.path, handle) = (nil, .standardOutput)
            return
        }
        // What a link leads to is written, and the link stays.
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        if let type = try? FileManager.default.attributesOfItem(atPath: file)[.type] as? FileAttributeType,
            type != .typeRegular
        {
            // Never renamed over: a device such as /dev/null would be gone.
            guard type != .typeDirectory, let handle = FileHandle(forWritingAtPath: file) else {
                throw Failure.failed("\(path) cannot be written")
            }
            (self.path, self.handle) = (nil, handle)
            return
        }
        // Calls are nobody else's business, whatever the umask says.
        guard
            FileManager.default.createFile(
                atPath: file + ".partial", contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: file + ".partial")
        else {
            throw Failure.failed("\(file).partial cannot be written")
        }
        (self.path, self.handle) = (file, handle)
    }

    func write(_ bytes: [UInt8]) throws { try handle.write(contentsOf: bytes) }

    /// Gives the file its name; a file that has it already is replaced.
    func finish() throws {
        guard let path else { return }
        try handle.synchronize()
        try handle.close()
        guard unsafe rename(partial, path) == 0 else {
            throw Failure.failed("\(partial) is whole, but cannot be renamed to \(path): error \(errno)")
        }
    }

    /// Removes what there is of the file.
    func discard() {
        guard path != nil else { return }
        try? handle.close()
        try? FileManager.default.removeItem(atPath: partial)
    }
}
