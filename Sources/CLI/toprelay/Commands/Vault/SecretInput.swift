import ArgumentParser
import Crypto
import FoundationEssentials
import SystemPackage
import Vault

/// Reads secrets from standard input or a file, never from an argument.
enum SecretInput {
    /// The largest size of a secret in bytes.
    static let maximumBytes = 64 << 10

    /// The secret without the line end that editors and `echo` add.
    static func read(fromStandardInput: Bool, file: String?, what: String) throws -> Secret {
        guard fromStandardInput != (file != nil) else {
            throw CommandError(
                message: "give exactly one of --\(what)-stdin and --\(what)-file", code: .init(64))
        }
        return try secret(try file.map(contents) ?? standardInput(), what: what)
    }

    /// What the options of `app put` change of the proxy. Nil if neither is given.
    static func proxy(_ url: String?, passwordFile: String?) throws -> ProxyChange? {
        let password = try passwordFile.map { try secret(try contents($0), what: "proxy password") }
        switch (url, password) {
        case (nil, nil): return nil
        case (nil, let password?): return .password(password)
        case ("none"?, nil), (""?, nil): return .removal
        case ("none"?, _?), (""?, _?): throw CommandError.usage("without a proxy there is no --proxy-password-file")
        case (let url?, let password): return .url(url, password: password)
        }
    }

    private static func secret(_ content: [UInt8], what: String) throws -> Secret {
        var bytes = content
        guard bytes.count <= maximumBytes else {
            throw CommandError.refused("the \(what) is longer than \(maximumBytes) bytes")
        }
        if bytes.last == UInt8(ascii: "\n") {
            bytes.removeLast()
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        guard !bytes.isEmpty else { throw CommandError.refused("the \(what) is empty") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandError.refused("the \(what) is not UTF-8")
        }
        return Secret(text)
    }

    /// The same; nil if neither option is given.
    static func readOptional(fromStandardInput: Bool, file: String?, what: String) throws -> Secret? {
        guard fromStandardInput || file != nil else { return nil }
        return try read(fromStandardInput: fromStandardInput, file: file, what: what)
    }

    /// A file's bytes, or an error that names the file.
    static func contents(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError.failed("cannot read \(path)")
        }
        return Array(data)
    }

    static func standardInput() -> [UInt8] {
        (try? FileDescriptor.standardInput.contents(upTo: maximumBytes + 1)) ?? []
    }

    /// Standard input to its end.
    /// - Throws: if there are more than `limit` bytes.
    static func standardInput(upTo limit: Int) throws -> [UInt8] {
        let bytes = (try? FileDescriptor.standardInput.contents(upTo: limit + 1)) ?? []
        guard bytes.count <= limit else { throw CommandError.refused("standard input has more than \(limit) bytes") }
        return bytes
    }
}
