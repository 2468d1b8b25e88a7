import HTTPServer
import NIOHTTP1
import Relay
import Testing

@testable import Service

@Suite struct ContentTypeTests {
    private func check(_ headers: HTTPHeaders) throws {
        try ServerRequest(method: "POST", path: "/", headers: headers).checkIsJSON()
    }

    @Test(
        "JSON in UTF-8 is taken, by whichever of its names",
        arguments: [
            "application/json", "Application/JSON", "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"", "application/vnd.api+json", "application/json ; charset = utf-8",
            "application/json; profile=x; charset=UTF-8", "application/json;",
        ])
    func taken(_ type: String) throws {
        try check(["Content-Type": type])
    }

    @Test("A body that is not declared at all is taken")
    func undeclared() throws {
        try check([:])
        try check(["Content-Encoding": "identity"])
    }

    @Test(
        "Other types, charsets and compressed bodies are not supported",
        arguments: [
            ["Content-Type": "text/plain"], ["Content-Type": "application/x-www-form-urlencoded"],
            ["Content-Type": ""], ["Content-Type": "application/jsonp"], ["Content-Type": "text/x+json"],
            ["Content-Type": "application/json; charset=gbk"], ["Content-Type": "application/json;charset=utf-16"],
            ["Content-Type": "application/json", "Content-Encoding": "gzip"], ["Content-Encoding": "br"],
        ] as [[String: String]])
    func refused(_ headers: [String: String]) {
        let problem = #expect(throws: Problem.self) { try check(HTTPHeaders(headers.map { ($0.key, $0.value) })) }
        #expect(problem?.type == .unsupportedMediaType)
    }

    @Test("A header that may be given once is refused when it is given twice")
    func single() throws {
        let request = ServerRequest(
            method: "POST", path: "/", headers: ["Top-App": "a", "top-app": "b", "Top-Seller": "", "X": "1"])
        #expect(try request.single("X") == "1")
        #expect(try request.single("Top-Seller") == nil && request.single("Absent") == nil)
        let problem = #expect(throws: Problem.self) { try request.single("Top-App") }
        #expect(problem?.type == .malformedRequest && problem?.detail == "The header Top-App is given 2 times.")
    }
}
