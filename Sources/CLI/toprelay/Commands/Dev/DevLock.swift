import FoundationEssentials
import Glibc
import Synchronization
import SystemPackage

/// The lock of a running `toprelay dev` on its folder. It keeps a second run from using the same PostgreSQL. The kernel
/// releases it when the process ends in any way.
final class DevLock: Sendable {
    private static let name = "dev.lock"
    private let descriptor: FileDescriptor

    /// Locks the folder.
    /// - Throws: if another process holds the lock, with its URL if that is known.
    init(folder: URL) throws {
        let path = FilePath(folder.appending(path: Self.name).path)
        do {
            // Closed in child programs. PostgreSQL may outlive a killed process and must not hold the lock.
            descriptor = try FileDescriptor.open(
                path, .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
        } catch {
            throw CommandError.failed("cannot write \(path.string): \(error)")
        }
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let url = DevSecrets(folder: folder).read(Self.name)
            try? descriptor.close()
            let place = url.map { ", on \($0)" } ?? ""
            throw CommandError.failed(
                "another `toprelay dev` runs in this folder\(place): stop it, or use another folder"
            )
        }
        try say("")
    }

    /// Writes the relay's URL for later runs.
    func say(_ url: String) throws {
        try descriptor.resize(to: 0)
        try descriptor.writeAll(toAbsoluteOffset: 0, (url + "\n").utf8)
    }

    deinit { try? descriptor.close() }
}
