import Foundation

/// The destination of an export. A regular file gets its name only when it is complete. Standard output, devices and
/// pipes get the bytes directly.
struct ExportTarget: Sendable {
    /// The path of the file; nil if bytes are written directly.
    private let path: String?
    private let handle: FileHandle

    private var partial: String { (path ?? "") + ".partial" }

    /// - Parameter path: the file. Nil means standard output.
    /// - Throws: if the file cannot be created.
    init(_ path: String?) throws {
        guard let path else {
            (self.path, handle) = (nil, .standardOutput)
            return
        }
        // The target of a link is written, and the link stays.
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        if let type = try? FileManager.default.attributesOfItem(atPath: file)[.type] as? FileAttributeType,
            type != .typeRegular
        {
            // Not replaced by a rename: a device such as /dev/null would disappear.
            guard type != .typeDirectory, let handle = FileHandle(forWritingAtPath: file) else {
                throw CommandError.failed("could not write \(path)")
            }
            (self.path, self.handle) = (nil, handle)
            return
        }
        // Only the owner may read calls, whatever the umask is.
        guard
            FileManager.default.createFile(
                atPath: file + ".partial", contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: file + ".partial")
        else {
            throw CommandError.failed("could not write \(file).partial")
        }
        (self.path, self.handle) = (file, handle)
    }

    func write(_ bytes: [UInt8]) throws { try handle.write(contentsOf: bytes) }

    /// Gives the file its name. An existing file is replaced.
    func finish() throws {
        guard let path else { return }
        try handle.synchronize()
        try handle.close()
        guard unsafe rename(partial, path) == 0 else {
            throw CommandError.failed("could not rename the complete file \(partial) to \(path): error \(errno)")
        }
    }

    /// Removes the incomplete file.
    func discard() {
        guard path != nil else { return }
        try? handle.close()
        try? FileManager.default.removeItem(atPath: partial)
    }
}
