import FoundationEssentials
import Glibc
import SystemPackage

/// The destination of an export. A regular file gets its name only when it is complete. Standard output, devices and
/// pipes get the bytes directly.
struct ExportTarget: Sendable {
    /// The path of the file; nil if bytes are written directly.
    private let path: String?
    private let descriptor: FileDescriptor

    private var partial: String { (path ?? "") + ".partial" }

    /// - Parameter path: the file. Nil means standard output.
    /// - Throws: if the file cannot be created.
    init(_ path: String?) throws {
        guard let path else {
            (self.path, descriptor) = (nil, .standardOutput)
            return
        }
        // The target of a link is written, and the link stays.
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        if let type = try? FileManager.default.attributesOfItem(atPath: file)[.type] as? FileAttributeType,
            type != .typeRegular
        {
            // Not replaced by a rename: a device such as /dev/null would disappear.
            guard let descriptor = try? FileDescriptor.open(FilePath(file), .writeOnly, options: .closeOnExec) else {
                throw CommandError.failed("could not write \(path)")
            }
            (self.path, self.descriptor) = (nil, descriptor)
            return
        }
        try? FileManager.default.removeItem(atPath: file + ".partial")
        // Only the owner may read calls, whatever the umask is.
        guard
            let descriptor = try? FileDescriptor.open(
                FilePath(file + ".partial"), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: .ownerReadWrite)
        else {
            throw CommandError.failed("could not write \(file).partial")
        }
        (self.path, self.descriptor) = (file, descriptor)
    }

    func write(_ bytes: [UInt8]) throws { try descriptor.writeAll(bytes) }

    /// Gives the file its name. An existing file is replaced.
    func finish() throws {
        guard let path else { return }
        guard fsync(descriptor.rawValue) == 0 else {
            throw CommandError.failed("could not write \(partial): error \(errno)")
        }
        guard unsafe rename(partial, path) == 0 else {
            throw CommandError.failed("could not rename the complete file \(partial) to \(path): error \(errno)")
        }
        try? descriptor.close()
    }

    /// Removes the incomplete file.
    func discard() {
        guard path != nil else { return }
        try? descriptor.close()
        try? FileManager.default.removeItem(atPath: partial)
    }
}
