import Problems
import Testing

@testable import Relay

@Suite struct CallHeadersTests {
    @Test(
        "Idempotency-Key: quoted and bare are the same key",
        arguments: [
            ("abc", "abc"), ("\"abc\"", "abc"), ("\"", "\""), ("a\"b", "a\"b"), ("\"a\"b\"", "a\"b"), ("!~", "!~"),
            (String(repeating: "x", count: 255), String(repeating: "x", count: 255)),
            ("\"" + String(repeating: "x", count: 255) + "\"", String(repeating: "x", count: 255)),
        ])
    func idempotencyKey(_ value: String, _ key: String) throws {
        #expect(try CallHeaders.idempotencyKey(value) == key)
    }

    @Test(
        "Idempotency-Key: what is not 1 to 255 visible ASCII characters is refused",
        arguments: ["", "\"\"", "a b", "é", "a\tb", "\u{7F}", String(repeating: "x", count: 256)])
    func badKeys(_ value: String) {
        let problem = #expect(throws: Problem.self) { try CallHeaders.idempotencyKey(value) }
        #expect(problem?.type == .malformedRequest && problem?.detail.hasPrefix("Idempotency-Key") == true)
    }

    @Test("X-Request-Id: 1 to 200 visible ASCII characters")
    func requestIDs() throws {
        for value in ["1", "a/b:c", String(repeating: "x", count: 200)] {
            #expect(try CallHeaders.requestID(value) == value)
        }
        for value in ["", "a b", "é", String(repeating: "x", count: 201)] {
            let problem = #expect(throws: Problem.self) { try CallHeaders.requestID(value) }
            #expect(problem?.type == .malformedRequest && problem?.detail.hasPrefix("X-Request-Id") == true)
        }
    }

    @Test("Top-Ref: repeated or with commas, trimmed, each once")
    func topRef() throws {
        #expect(try CallHeaders.refs([]) == [])
        #expect(try CallHeaders.refs(["PO-1"]) == ["PO-1"])
        #expect(try CallHeaders.refs([" PO-1 ,\tPO-2", "PO-1", "单据 3"]) == ["PO-1", "PO-2", "单据 3"])
        #expect(try CallHeaders.refs(["", " , ,"]) == [])
        #expect(try CallHeaders.refs([String(repeating: "x", count: 128)]).count == 1)
        let twenty = (1...20).map { "ref-\($0)" }
        #expect(try CallHeaders.refs(twenty + twenty) == twenty)
    }

    @Test("Top-Ref: texts that only look the same are two")
    func refsByBytes() throws {
        let refs = try CallHeaders.refs(["caf\u{E9}", "cafe\u{301}"])
        #expect(refs.map { Array($0.utf8) } == [Array("caf\u{E9}".utf8), Array("cafe\u{301}".utf8)])
    }

    @Test(
        "Top-Ref: more than 20, more than 128 bytes and control characters are refused",
        arguments: [
            (1...21).map { "ref-\($0)" }, [String(repeating: "x", count: 129)],
            [String(repeating: "单", count: 43)], ["a\u{1}b"], ["a\u{7F}"],
        ])
    func badRefs(_ values: [String]) {
        let problem = #expect(throws: Problem.self) { try CallHeaders.refs(values) }
        #expect(problem?.type == .malformedRequest && problem?.detail.contains("Top-Ref") == true)
    }

    @Test("A flag is true or false, in any case; absent is false")
    func flagIsTrueOrFalse() throws {
        #expect(try CallHeaders.flag("Top-Dry-Run", nil) == false)
        #expect(try CallHeaders.flag("Top-Dry-Run", "False") == false)
        #expect(try CallHeaders.flag("Top-Dry-Run", "TRUE") == true)
        for value in ["", "1", "yes", "true "] {
            let problem = #expect(throws: Problem.self) { try CallHeaders.flag("Top-Dry-Run", value) }
            #expect(problem?.detail == "Top-Dry-Run must be true or false.")
        }
    }

    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let parent = "b7ad6b7169203331"

    @Test(
        "The trace id of a traceparent is taken; later versions may have more parts",
        arguments: ["00-\(trace)-\(parent)-01", "cc-\(trace)-\(parent)-01-what-the-future-brings"])
    func traceIdOfTraceparent(_ value: String) {
        #expect(CallHeaders.traceID(value) == Self.trace)
    }

    @Test(
        "A traceparent that breaks the standard is ignored, as it asks",
        arguments: [
            nil, "", "00", "00-\(trace)-\(parent)", "ff-\(trace)-\(parent)-01", "0-\(trace)-\(parent)-01",
            "xx-\(trace)-\(parent)-01", "00-\(trace.uppercased())-\(parent)-01",
            "00-00000000000000000000000000000000-\(parent)-01", "00-\(trace)-0000000000000000-01",
            "00-\(trace)-b7ad6b716920333z-01", "00-\(trace)-\(parent)-01-more", "00-\(trace)-\(parent)-0x",
            "00-\(trace)-\(parent)-", "00-\(trace)a-\(parent)-01",
        ])
    func badTraces(_ value: String?) {
        #expect(CallHeaders.traceID(value) == nil)
    }
}
