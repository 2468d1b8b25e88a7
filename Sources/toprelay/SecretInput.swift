import ArgumentParser
import Crypto
import Foundation

/// Reads secrets from where they may come: standard input or a file, never an argument.
enum SecretInput {
    /// The most bytes that a secret may have.
    static let maximumBytes = 64 << 10

    /// The secret, without the line end that editors and `echo` add.
    static func read(fromStandardInput: Bool, file: String?, what: String) throws -> Secret {
        guard fromStandardInput != (file != nil) else {
            throw Failure(
                message: "give the \(what) by exactly one of --\(what)-stdin and --\(what)-file", code: .init(64))
        }
        var bytes = try file.map(contents) ?? standardInput()
        guard bytes.count <= maximumBytes else {
            throw Failure.refused("the \(what) is longer than \(maximumBytes) bytes")
        }
        if bytes.last == UInt8(ascii: "\n") {
            bytes.removeLast()
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        guard !bytes.isEmpty else { throw Failure.refused("the \(what) is empty") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure.refused("the \(what) is not UTF-8")
        }
        return Secret(text)
    }

    /// A file's bytes, or a failure that names it.
    static func contents(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else { throw Failure.failed("cannot read \(path)") }
        return Array(data)
    }

    static func standardInput() -> [UInt8] {
        Array((try? FileHandle.standardInput.read(upToCount: maximumBytes + 1)) ?? Data())
    }

    /// Standard input to its end.
    /// - Throws: more than `limit` bytes.
    static func standardInput(upTo limit: Int) throws -> [UInt8] {
        let data = (try? FileHandle.standardInput.read(upToCount: limit + 1)) ?? Data()
        guard data.count <= limit else { throw Failure.refused("standard input has more than \(limit) bytes") }
        return Array(data)
    }
}
