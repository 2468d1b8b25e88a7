import Crypto
import Foundation

/// The secrets that `toprelay dev` keeps between runs, in files that only their owner reads.
struct DevSecrets {
    let folder: URL

    /// The vault's master key, made at first use; base64 of 32 bytes.
    func masterKey() throws -> String {
        if let known = read("master.key") { return known }
        let key = Base64.encode(SecureRandom.bytes(32))
        try write(key, to: "master.key")
        return key
    }

    /// The text of a file, without its line end; nil when there is none.
    func read(_ name: String) -> String? {
        guard let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8) else { return nil }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? nil : trimmed
    }

    /// Writes a file that only its owner reads.
    func write(_ text: String, to name: String) throws {
        let path = folder.appending(path: name).path
        try? FileManager.default.removeItem(atPath: path)
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data((text + "\n").utf8), attributes: [.posixPermissions: 0o600])
        else {
            throw Failure.failed("cannot write \(path)")
        }
    }
}
