import Foundation
import TestSupport
import Testing

@testable import HTTP1

@Suite("The parser compared with llhttp and h11", .serialized)
struct DifferentialTests {
    /// Inputs for each seed: `HTTP_FUZZ_INPUTS`, or as many as a debug build reads in a few seconds.
    private static let inputCount = ProcessInfo.processInfo.environment["HTTP_FUZZ_INPUTS"].flatMap { Int($0) } ?? 500

    /// What llhttp and h11 read of each input.
    private static func verdicts(_ kind: String, _ inputs: [[UInt8]]) async throws -> [(
        llhttp: [String], h11: [String]
    )] {
        let script = Repository.fixtures + "/verdicts.py"
        let tools = try await PythonTools.folder("http-tools", packages: ["httptools==0.9.0", "h11==0.16.0"])
        let lines = inputs.map { "\(kind) \(hex($0))\n" }.joined()
        let output = try await Command.succeed([tools + "/bin/python", script], input: lines, limit: .seconds(300))
        return output.split(separator: "\n").map { line in
            let sides = line.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.split(separator: ";").map(String.init)
            }
            return (sides.first ?? [], sides.last ?? [])
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Expects that what the parser read is a beginning of what each of the others read.
    /// - Returns: how many messages all three read alike.
    private func compare(_ kind: String, _ inputs: [[UInt8]], _ read: ([UInt8]) -> Reading) async throws -> Int {
        let verdicts = try await Self.verdicts(kind, inputs)
        try #require(verdicts.count == inputs.count)
        var common = 0
        var differences: [String] = []
        for (input, verdict) in zip(inputs, verdicts) {
            let own = read(input).canonical.map(Self.hex)
            common += own.count
            for other in [verdict.llhttp, verdict.h11] {
                // Where the other did not go on, nothing says how it would have read the rest.
                let hasStopped = other.last == "."
                let messages = hasStopped ? other.dropLast() : other[...]
                if !messages.starts(with: hasStopped ? own.prefix(messages.count) : own[...]) {
                    differences.append("\(Self.hex(input)): \(own), \(verdict)")
                }
            }
        }
        #expect(differences.isEmpty, "\(differences.count) differences, the first: \(differences.prefix(3))")
        return common
    }

    @Test("Requests that llhttp or h11 refuses are refused, and what all accept is read alike", arguments: 1...2)
    func requestsThatLlhttpOrH11(seed: UInt64) async throws {
        var generator = Seeded(seed: seed)
        let inputs = (0..<Self.inputCount).map { _ in Mutations.request(&generator) }
        let common = try await compare("request", inputs) { Reading.requests([$0]) }
        // A parser that refuses everything would pass: it has to read a good part.
        #expect(common > Self.inputCount / 2)
    }

    @Test("Responses that llhttp or h11 refuses are refused, and what all accept is read alike", arguments: 1...2)
    func responsesThatLlhttpOrH11(seed: UInt64) async throws {
        var generator = Seeded(seed: seed)
        let inputs = (0..<Self.inputCount).map { _ in Mutations.response(&generator) }
        let common = try await compare("response", inputs) { Reading.responses([$0]) }
        #expect(common > Self.inputCount / 2)
    }

    @Test("No smuggling trick is read in a way of its own")
    func noSmugglingTrickIsRead() async throws {
        let inputs = SmugglingTricks.all.map(\.bytes)
        _ = try await compare("request", inputs) { Reading.requests([$0]) }
    }
}
