import Problems
import RelayTestSupport
import TestSupport
import Testing

@testable import Relay

/// Makes a boundary that must be good.
private func boundary(_ text: String = "X") throws -> MultipartBoundary {
    try #require(try MultipartBoundary(contentType: "multipart/form-data; boundary=\"\(text)\""))
}

@Suite("multipart/form-data is cut into its parts")
struct MultipartReaderTests {
    private static let disposition = "Content-Disposition: form-data; name=\"a\"\r\n"

    private func parts(_ body: String, _ mark: String = "X") throws -> [MultipartPart] {
        try MultipartReader.parts(of: Array(body.utf8), boundary: boundary(mark))
    }

    /// A body of one part with these header lines.
    private func one(_ headers: String) throws -> MultipartPart {
        try #require(try parts("--X\r\n\(headers)\r\nbytes\r\n--X--\r\n").first)
    }

    @Test("What curl, browsers and Python send is read, every byte of it")
    func formsOfCommonClientsAreRead() throws {
        let body =
            "--X\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"a\":1}\r\n"
            + "--X\r\nContent-Disposition: form-data; name=\"image\"; filename=\"图 1.png\"\r\n"
            + "Content-Type: image/png\r\n\r\n\r\n--\r\n--Y\r\n\0\r\n\r\n--X--\r\n"
        let found = try parts(body)
        #expect(found.map(\.name) == ["json", "image"])
        #expect(found.map(\.filename) == [nil, "图 1.png"])
        #expect(found.map(\.contentType) == [nil, "image/png"])
        #expect(Array(found[0].bytes) == Array(#"{"a":1}"#.utf8))
        #expect(Array(found[1].bytes) == Array("\r\n--\r\n--Y\r\n\0\r\n".utf8))
    }

    @Test(
        "What stands before the first boundary and behind the last one is passed over, and so are blanks behind one",
        arguments: [
            "This is MIME.\r\n--X\r\n", "\r\n--X\r\n", "--Y\r\n--X \t\r\n", "--X\r\n",
        ], ["\r\n--X--", "\r\n--X--\r\n", "\r\n--X-- \t\r\nepilogue\r\n--X\r\n", "\r\n--X--  "])
    func whatStandsBeforeFirst(_ before: String, _ behind: String) throws {
        let found = try parts(before + Self.disposition + "\r\nbytes" + behind)
        #expect(found.count == 1 && found[0].bytes.elementsEqual("bytes".utf8))
    }

    @Test("A body without parts has none, and a part may be empty")
    func bodyWithoutPartsHasNone() throws {
        #expect(try parts("--X--\r\n").isEmpty)
        #expect(try parts("--X\r\n\(Self.disposition)\r\n\r\n--X--")[0].bytes.isEmpty)
    }

    @Test(
        "Every malformation is told",
        arguments: [
            ("", .empty), ("nothing", .noBoundary), ("--Y\r\n", .noBoundary), ("x--X\r\n", .noBoundary),
            ("--X", .noClosingBoundary), ("--X\r", .badBoundaryLine(offset: 3)), ("--X\r\n", .noClosingBoundary),
            ("--Xjunk\r\n", .badBoundaryLine(offset: 3)), ("--X\n", .badBoundaryLine(offset: 3)),
            ("--X-\r\n", .badBoundaryLine(offset: 3)), ("--X--junk", .badBoundaryLine(offset: 3)),
            ("--X--\n", .badBoundaryLine(offset: 3)),
            ("--X\r\n\(disposition)\r\nbytes", .noClosingBoundary),
            ("--X\r\n\(disposition)\r\nbytes\r\n--X", .noClosingBoundary),
            ("--X\r\n\(disposition)\r\nbytes\r\n--X \t", .noClosingBoundary),
            ("--X\r\n\(disposition)\r\nbytes\n--X--", .noClosingBoundary),
            ("--X\r\n\(disposition)\r\n--X--", .headNotEnded(part: 1)),
            ("--X\r\n\(disposition)bytes\r\n--X--", .headNotEnded(part: 1)),
            ("--X\r\n\r\nbytes\r\n--X--", .headNotEnded(part: 1)),
            ("--X\r\n\r\n\r\nbytes\r\n--X--", .notFormData(part: 1)),
        ] as [(String, MultipartError)])
    func everyMalformationIsTold(_ body: String, _ error: MultipartError) {
        #expect(throws: error, "\(body.debugDescription)") { try parts(body) }
    }

    @Test(
        "And so is every malformation of a part's headers",
        arguments: [
            ("Content-Type: text/plain\r\n", .notFormData(part: 1)),
            ("Content-Disposition: attachment; name=\"a\"\r\n", .notFormData(part: 1)),
            ("Content-Disposition: form-data\r\n", .noName(part: 1)),
            ("Content-Disposition: form-data; name=\"\"\r\n", .noName(part: 1)),
            ("Content-Disposition: form-data; name=\"a\r\n", .notFormData(part: 1)),
            ("Content-Disposition: form-data; name=\"a\"; name=\"b\"\r\n", .notFormData(part: 1)),
            ("Content-Disposition: form-data; name=\"a\"b\r\n", .notFormData(part: 1)),
            ("Content-Disposition: form-data; =\"a\"\r\n", .notFormData(part: 1)),
            ("Content-Disposition: form-data; name\r\n", .notFormData(part: 1)),
            (disposition + disposition, .repeatedHeader(part: 1, name: "Content-Disposition")),
            (disposition + "X-A: 1\r\nx-a: 2\r\n", .repeatedHeader(part: 1, name: "x-a")),
            (disposition + "no colon\r\n", .badHeader(part: 1)), (disposition + ": empty\r\n", .badHeader(part: 1)),
            (disposition + "X A: 1\r\n", .badHeader(part: 1)), (disposition + "X-A : 1\r\n", .badHeader(part: 1)),
            (disposition + " folded: 1\r\n", .badHeader(part: 1)),
            (disposition + "X-A: a\nb\r\n", .badHeader(part: 1)), (disposition + "X-A: a\rb\r\n", .badHeader(part: 1)),
            (disposition + "X-A: a\0b\r\n", .badHeader(part: 1)),
            (disposition + "Content-Transfer-Encoding: base64\r\n", .transferEncoding(part: 1)),
            (disposition + "Content-Type: png\r\n", .badContentType(part: 1)),
            (disposition + "Content-Type: image/\r\n", .badContentType(part: 1)),
            (disposition + "Content-Type: image/图\r\n", .badContentType(part: 1)),
            (disposition + "Content-Type: image/png; a\r\n", .badContentType(part: 1)),
            (disposition + "Content-Type: a/\(String(repeating: "b", count: 260))\r\n", .badContentType(part: 1)),
            (
                "Content-Disposition: form-data; name=a; filename=\(String(repeating: "f", count: 256))\r\n",
                .badFilename(part: 1)
            ),
            (disposition + "X-A: \(String(repeating: "x", count: 8192))\r\n", .tooManyHeaderBytes(part: 1)),
        ] as [(String, MultipartError)])
    func malformedHead(_ headers: String, _ error: MultipartError) {
        #expect(throws: error, "\(headers.debugDescription)") { try one(headers) }
        #expect(!error.description.isEmpty)
    }

    @Test("Headers that are not UTF-8 are refused")
    func notUTF8() throws {
        let body =
            Array("--X\r\nContent-Disposition: form-data; name=\"".utf8) + [0xC3, 0x28]
            + Array("\"\r\n\r\n\r\n--X--".utf8)
        #expect(throws: MultipartError.badHeader(part: 1)) {
            try MultipartReader.parts(of: body, boundary: boundary())
        }
    }

    @Test("There may be 64 parts and not one more")
    func partLimit() throws {
        let part = "--X\r\n\(Self.disposition)\r\nb\r\n"
        #expect(try parts(String(repeating: part, count: 64) + "--X--").count == 64)
        #expect(throws: MultipartError.tooManyParts) { try parts(String(repeating: part, count: 65) + "--X--") }
    }

    @Test(
        "Names are read quoted and bare, filenames lose folders and control characters",
        arguments: [
            (#"name=a; filename=b.png"#, "a", "b.png"), (#"NAME="a" ; FileName="b.png" ;"#, "a", "b.png"),
            (#"name="a\"b"; filename="c\"d\\e""#, "a\"b", "e"), (#"name="a"; filename="C:\x\图.png""#, "a", "图.png"),
            (#"name="a"; filename="../../etc/passwd""#, "a", "passwd"), (#"name="a"; filename="""#, "a", ""),
            (#"name="a"; filename="x"; filename*=UTF-8''%E5%9B%BE%20%22.png"#, "a", "图 \".png"),
            (#"name="a"; filename="x"; filename*=UTF-8''%E5%9B"#, "a", "x"),
            (#"name="a"; filename="x"; filename*=GBK''%CD%BC"#, "a", "x"),
            (#"name="a"; filename*=utf-8'zh'a%0D%0Ab"#, "a", "ab"), (#"name="a;b=c"; filename="d;e""#, "a;b=c", "d;e"),
        ])
    func namesAreReadQuoted(_ parameters: String, _ name: String, _ filename: String) throws {
        let part = try one("Content-Disposition: form-data; \(parameters)\r\n")
        #expect(part.name == name && part.filename == filename)
    }

    @Test("Parts are declared as JSON by several names, and name their charset")
    func partsAreDeclaredAsJSON() throws {
        for (type, isJSON) in [
            ("application/json", true), ("Application/JSON; charset=utf-8", true), ("application/x+json", true),
            ("text/json", false), ("application/jsonp", false), ("text/plain", false),
        ] {
            #expect(try one(Self.disposition + "Content-Type: \(type)\r\n").isJSON == isJSON, "\(type)")
        }
        #expect(try !one(Self.disposition).isJSON)
        #expect(try one(Self.disposition + "Content-Type: a/b; Charset=\"GBK\"\r\n").charset == "gbk")
    }

    @Test("The bytes of a part are a slice of the body: nothing is copied")
    func bytesOfPartAreSlice() throws {
        let body = Array("--X\r\n\(Self.disposition)\r\nbytes\r\n--X--".utf8)
        let part = try #require(try MultipartReader.parts(of: body, boundary: boundary()).first)
        #expect(body[part.bytes.startIndex..<part.bytes.endIndex].elementsEqual("bytes".utf8))
    }
}

@Suite("A boundary is read from Content-Type")
struct MultipartBoundaryTests {
    @Test(
        "Quoted and bare, in any case, beside UTF-8",
        arguments: [
            (
                "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
                "----WebKitFormBoundary7MA4YWxkTrZu0gW"
            ),
            ("Multipart/Form-Data;Boundary=\"a b'()+_,-./:=?\"", "a b'()+_,-./:=?"),
            ("multipart/form-data;charset=UTF-8;boundary=x", "x"),
            ("multipart/form-data; boundary=\(String(repeating: "b", count: 70))", String(repeating: "b", count: 70)),
            ("multipart/form-data; boundary====1==", "===1=="),
        ])
    func quotedAndBare(_ header: String, _ text: String) throws {
        #expect(try MultipartBoundary(contentType: header)?.text == text)
    }

    @Test(
        "One that is missing, too long or of other characters is malformed",
        arguments: [
            "multipart/form-data", "multipart/form-data;", "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"\"", "multipart/form-data; boundary=\"a \"",
            "multipart/form-data; boundary=a; boundary=b", "multipart/form-data; boundary=\"a",
            "multipart/form-data; boundary=\(String(repeating: "b", count: 71))",
            "multipart/form-data; boundary=a@b", "multipart/form-data; boundary=图", "multipart/form-data boundary=a",
        ])
    func oneThatIsMissing(_ header: String) {
        let problem = #expect(throws: Problem.self) { try MultipartBoundary(contentType: header) }
        #expect(problem?.type == .malformedRequest)
    }

    @Test("Another charset is not supported, and another media type is none of its business")
    func anotherCharsetIsNotSupported() throws {
        let problem = #expect(throws: Problem.self) {
            try MultipartBoundary(contentType: "multipart/form-data; charset=gbk; boundary=a")
        }
        #expect(problem?.type == .unsupportedMediaType)
        for type in ["multipart/mixed; boundary=a", "multipart/form-data-x; boundary=a", "text/plain", ""] {
            #expect(try MultipartBoundary(contentType: type) == nil, "\(type)")
        }
    }
}
