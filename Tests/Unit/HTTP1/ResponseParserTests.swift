import TestSupport
import Testing

@testable import HTTP1

@Suite("Responses are parsed strictly")
struct ResponseParserTests {
    private func read(_ text: String, isToHead: Bool = false) -> Reading {
        let input = bytes(text)
        let whole = Reading.responses([input], isToHead: isToHead)
        #expect(Reading.responses(input.map { [$0] }, isToHead: isToHead) == whole)
        return whole
    }

    @Test("Bodies end by length, by their last chunk, or with the connection")
    func bodiesEndByLength() {
        let reading = read(
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "1\r\na\r\n0\r\n\r\nHTTP/1.1 500 A b\r\nX: \u{E4}\r\n\r\nto the end")
        #expect(reading.error == nil && reading.isComplete)
        #expect(
            reading.messages.map(\.start) == ["200 1.1", "200 1.1", "500 1.1"])
        #expect(reading.messages.map(\.body) == [bytes("abc"), bytes("a"), bytes("to the end")])
    }

    @Test("The responses to HEAD, 204, 304 and interim ones have no body, whatever they announce")
    func noBody() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(read(text, isToHead: true).messages.map(\.body) == [[], []])
        let none =
            "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 204 None\r\n\r\nHTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        let reading = read(none)
        #expect(reading.isComplete)
        #expect(reading.messages.map(\.start) == ["103 1.1", "204 1.1", "304 1.1", "200 1.1"])
    }

    @Test("A response that is cut is an error, unless its body ends with the connection")
    func responseThatIsCut() {
        for text in [
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "HTTP/1.1 200 OK\r\nConte", "HTTP/1.1 100 C\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        ] {
            #expect(read(text).error == .malformed(.endsEarly), "\(text)")
        }
        #expect(read("HTTP/1.1 200 OK\r\n\r\nab").error == nil)
    }

    @Test(
        "A status line that is not one is refused",
        arguments: [
            "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 OK", "HTTP/1.1 600 OK", "HTTP/1.1  200 OK",
            "HTTP/1.1 200\tOK", "HTTP/1.1 +20 OK", "http/1.1 200 OK", "HTTP/1.1", "", " HTTP/1.1 200 OK", "ICY 200 OK",
            "HTTP/1.1 200 O\u{0}K", "HTTP/1.1 200 O\rK",
        ])
    func statusLines(line: String) {
        let error = read("\(line)\r\nContent-Length: 0\r\n\r\n").error
        #expect(error == .malformed(.statusLine) || error == .malformed(.lineEnd), "\(String(describing: error))")
    }

    @Test("Other versions, other codings, two lengths, a switch of protocols and endless interims are refused")
    func otherVersions() {
        func error(_ head: String) -> ParseError? { read(head + "\r\n\r\n").error }
        #expect(error("HTTP/2.0 200 OK") == .versionUnsupported)
        #expect(error("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked") == .transferCodingUnsupported)
        #expect(error("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip") == .malformed(.codingNotLast))
        #expect(error("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked") == .malformed(.codingInHTTP10))
        #expect(
            error("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1") == .malformed(.lengthRepeated))
        #expect(
            error("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked") == .malformed(.lengthAndCoding))
        #expect(error("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x") == .malformed(.upgrade))
        for field in ["Content-Length: 0", "Transfer-Encoding: chunked", "Connection: close"] {
            #expect(error("HTTP/1.1 103 Early Hints\r\n\(field)") == .malformed(.interimFramed))
        }
        let interim = "HTTP/1.1 100 Continue\r\n\r\n"
        #expect(read(String(repeating: interim, count: 9)).error == .malformed(.tooManyInterims))
        #expect(read(String(repeating: interim, count: 8) + "HTTP/1.1 204 N\r\n\r\n").isComplete)
    }

    @Test("A connection is kept as the version and the options say, and never after a body without a length")
    func keepsAlive() throws {
        for (head, expected) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 0", true), ("HTTP/1.1 200 OK", false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close", false),
            ("HTTP/1.0 200 OK\r\nContent-Length: 0", false),
            ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive", true),
        ] {
            var parser = ResponseParser()
            parser.begin()
            var position = 0
            guard case .head(let found) = try parser.next(bytes(head + "\r\n\r\n").span, at: &position) else {
                Issue.record("no head")
                continue
            }
            #expect(found.keepsAlive == expected, "\(head)")
        }
    }

    @Test("A head of 256 KiB is read, and one byte more is refused")
    func headOf256KiB() {
        let start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: "
        func head(_ count: Int) -> [[UInt8]] {
            let input = bytes(start + String(repeating: "x", count: count - start.utf8.count - 4) + "\r\n\r\n")
            return stride(from: 0, to: input.count, by: 5000).map { Array(input[$0..<min($0 + 5000, input.count)]) }
        }
        #expect(Reading.responses(head(256 << 10)).isComplete)
        #expect(Reading.responses(head((256 << 10) + 1)).error == .headTooLarge)
    }

    @Test("Mutated input gives the same reading however it is split", arguments: 1...3)
    func mutatedSplits(seed: UInt64) {
        var generator = Seeded(seed: seed)
        for _ in 0..<3000 {
            let input = Mutations.response(&generator)
            let whole = Reading.responses([input])
            #expect(Reading.responses(input.map { [$0] }) == whole, "\(input)")
        }
    }
}
