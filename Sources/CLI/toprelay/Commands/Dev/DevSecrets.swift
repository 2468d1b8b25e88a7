import Bytes
import Crypto
import FoundationEssentials

/// The secrets that `toprelay dev` keeps between runs, in files that only their owner can read.
struct DevSecrets {
    let folder: URL

    /// The vault's master key as base64 of 32 bytes. The first use creates it.
    func masterKey() throws -> String {
        if let known = read("master.key") { return known }
        let key = Base64.encode(SecureRandom.bytes(32))
        try write(key, to: "master.key")
        return key
    }

    /// The text of a file without its line end; nil if there is no file.
    func read(_ name: String) -> String? {
        guard let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8) else { return nil }
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return nil }
        return String(text[first...last])
    }

    /// Writes a file that only its owner can read.
    func write(_ text: String, to name: String) throws {
        let path = folder.appending(path: name).path
        try? FileManager.default.removeItem(atPath: path)
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data((text + "\n").utf8), attributes: [.posixPermissions: 0o600])
        else {
            throw CommandError.failed("cannot write \(path)")
        }
    }
}
