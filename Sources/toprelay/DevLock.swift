import Foundation
import Glibc
import Synchronization
import SystemPackage

/// The lock that one `toprelay dev` holds on its folder while it runs, so that a second one leaves the first one's PostgreSQL
/// alone. The kernel gives it back when the process ends, however it ends.
final class DevLock: Sendable {
    private static let name = "dev.lock"
    private let descriptor: FileDescriptor

    /// Takes the folder.
    /// - Throws: somebody else has it, with the URL that it serves where that is known.
    init(folder: URL) throws {
        let path = FilePath(folder.appending(path: Self.name).path)
        do {
            // Closed in the programs that are started: PostgreSQL outlives a process that is killed, and must not hold it.
            descriptor = try FileDescriptor.open(
                path, .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
        } catch {
            throw Failure.failed("cannot write \(path.string): \(error)")
        }
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let url = (try? String(contentsOf: folder.appending(path: Self.name), encoding: .utf8)) ?? ""
            try? descriptor.close()
            let place = url.isEmpty ? "" : ", on \(url.trimmingCharacters(in: .whitespacesAndNewlines))"
            throw Failure.failed(
                "another `toprelay dev` runs in this folder\(place); stop it first, or start this one in another folder"
            )
        }
        try say("")
    }

    /// Tells those who come where the relay listens.
    func say(_ url: String) throws {
        try descriptor.resize(to: 0)
        try descriptor.writeAll(toAbsoluteOffset: 0, (url + "\n").utf8)
    }

    deinit { try? descriptor.close() }
}
