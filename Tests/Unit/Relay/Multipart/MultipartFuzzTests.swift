import TestSupport
import Testing

@testable import Relay

/// Whatever comes, the reader ends, and what it gives lies in the body.
@Suite("Bodies that were changed on their way")
struct MultipartFuzzTests {
    private static let seed = Array(
        ("preamble\r\n--b-1\r\nContent-Disposition: form-data; name=\"json\"\r\n"
            + "Content-Type: application/json; charset=utf-8\r\n\r\n{\"a\":[1]}\r\n"
            + "--b-1 \r\nContent-Disposition: form-data; name=\"图\"; filename=\"a\\\"b.png\"; filename*=UTF-8''%41\r\n"
            + "Content-Type: image/png\r\n\r\n\0\r\n--b-\r\n\u{7F}\r\n--b-1--\r\nepilogue").utf8)

    private static let pieces = [
        "\r\n", "\r", "\n", "--b-1", "\r\n--b-1", "\r\n--b-1--", "--", "\"", ";", ":", "\\", "\0", "%", "\r\n\r\n",
        "name=", "filename*=", "Content-Type:",
    ].map { Array($0.utf8) }

    private func mutated(_ generator: inout Seeded) -> [UInt8] {
        var bytes = Self.seed
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let index = Int.random(in: 0...bytes.count, using: &generator)
            let end = min(bytes.count, index + Int.random(in: 0...24, using: &generator))
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: if index < bytes.count { bytes[index] = UInt8.random(in: 0...255, using: &generator) }
            case 1: bytes.removeSubrange(index..<end)
            case 2: bytes.insert(contentsOf: Self.pieces.randomElement(using: &generator) ?? [], at: index)
            case 3: bytes.insert(contentsOf: bytes[index..<end], at: Int.random(in: 0...bytes.count, using: &generator))
            default: bytes.removeSubrange(index...)
            }
        }
        return bytes
    }

    @Test("Are read or refused, and nothing else happens", arguments: 1...4)
    func areReadOrRefused(seed: UInt64) throws {
        let boundary = try #require(try MultipartBoundary(contentType: "multipart/form-data; boundary=b-1"))
        var generator = Seeded(seed: seed)
        var (read, refused) = (0, 0)
        for _ in 0..<3000 {
            let body = mutated(&generator)
            do throws(MultipartError) {
                for part in try MultipartReader.parts(of: body, boundary: boundary) {
                    #expect(body.indices.contains(part.bytes.startIndex) && part.bytes.endIndex <= body.count)
                    #expect(!part.name.isEmpty && part.filename?.utf8.count ?? 0 <= 255)
                }
                read += 1
            } catch {
                #expect(!error.description.isEmpty)
                refused += 1
            }
        }
        #expect(read > 100 && refused > 100)
    }

    @Test("A delimiter is found where it stands, whatever is around it", arguments: 1...3)
    func delimiterIsFoundWhereItStands(seed: UInt64) {
        var generator = Seeded(seed: seed)
        for _ in 0..<500 {
            let needle =
                [0x0D]
                + (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                    UInt8.random(in: 0x2D...0x2F, using: &generator)
                }
            let body = (0..<200).map { _ in [0x0D, 0x2D, 0x2E, 0x2F][Int.random(in: 0..<4, using: &generator)] as UInt8
            }
            let start = Int.random(in: 0..<50, using: &generator)
            let expected = (start..<body.count).first { body[$0...].starts(with: needle) }
            #expect(BytePattern(needle).find(in: body.span, from: start) == expected)
        }
    }

    @Test("No body makes the search longer than its length: each byte is looked at a few times at most")
    func noBodyMakesSearch() throws {
        let mark = String(repeating: "a", count: 70)
        let boundary = try #require(try MultipartBoundary(contentType: "multipart/form-data; boundary=\(mark)"))
        let nearly = Array("\r\n--\(mark.dropLast())b".utf8)
        for unit in [nearly, Array("a".utf8), Array("\r".utf8), Array("\r\n--".utf8)] {
            let body = Array(repeating: unit, count: (4 << 20) / unit.count).flatMap { $0 }
            #expect(throws: MultipartError.noBoundary) { try MultipartReader.parts(of: body, boundary: boundary) }
        }
    }
}
