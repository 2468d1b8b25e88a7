import JSON
import TOP
import Testing

@testable import Catalog

@Suite("How a response is judged beside an entry's rules")
struct JudgementTests {
    /// An entry without outcome rules; each response field is a line of its page.
    private func entry(_ response: String = "", overlay: String = "") throws -> Entry {
        let page = """
            method: demo.note.send
            session: none
            request:
              - {name: id, type: Number, required: false}
            response:
              - {name: note, type: String}
            \(response)
            """
        return try Entry.read(
            page: CatalogFile(name: "demo.note.send.yaml", text: page),
            overlay: CatalogFile(name: "demo.note.send.overlay.yaml", text: "method: demo.note.send\n" + overlay))
    }

    private func response(_ inner: String) throws -> JSONValue {
        let body = Array(#"{"demo_note_send_response":\#(inner),"request_id":"r9"}"#.utf8)
        guard case .response(let value) = TOPResponse.read(body, method: "demo.note.send") else { throw Wrong() }
        return value
    }

    private struct Wrong: Error {}

    @Test(
        "A response that fails the SDK's test is an error",
        arguments: [
            (#"{"error_response":{"code":27,"msg":"Invalid session"}}"#, "27", nil),
            (#"{"body":{"error_response":{"code":15,"sub_code":"isv.x"}}}"#, "15", "isv.x"),
            (#"{"flag":"FAILURE","message":"m"}"#, "", nil), (#"{"flag":"failure","code":"0"}"#, "0", nil),
            (#"{"sub_code":"isv.x"}"#, "", "isv.x"), (#"{"sub_code":7,"code":200}"#, "200", "7"),
            (#"{"code":15}"#, "15", nil), (#"{"code":"isv.denied"}"#, "isv.denied", nil),
            (#"{"code":200,"success":false}"#, "200", nil), (#"{"code":"200","success":"false"}"#, "200", nil),
            (#"{"body":{"flag":"failure","sub_code":"isv.y"}}"#, "", "isv.y"), (#"{"body":{"code":1}}"#, "1", nil),
        ] as [(String, String, String?)])
    func responseThatFailsSDK(inner: String, code: String, subCode: String?) throws {
        let error = try #require(try entry().error(in: try response(inner)))
        #expect(error.code == code)
        #expect(error.subCode == subCode)
        #expect(error.topRequestID == "r9")
    }

    @Test(
        "A response that passes it is a response",
        arguments: [
            "{}", #"{"code":0}"#, #"{"code":"0","sub_code":""}"#, #"{"code":null,"sub_code":null}"#, #"{"code":""}"#,
            #"{"code":200}"#, #"{"code":200,"success":true}"#, #"{"flag":"success"}"#, #"{"success":false}"#,
            #"{"error_response":"text"}"#, #"{"body":"text"}"#, #"{"body":{"code":0}}"#, #"{"data":{"code":15}}"#,
        ])
    func responseThatPassesItIsResponse(inner: String) throws {
        #expect(try entry().error(in: try response(inner)) == nil)
    }

    @Test("A field that the entry documents means what the entry says")
    func documentedFields() throws {
        let documents = try entry(
            """
              - {name: code, type: String}
              - {name: sub_code, type: String}
              - {name: success, type: String}
              - {name: flag, type: String}
            """)
        for inner in [#"{"code":"15"}"#, #"{"sub_code":"isv.x"}"#] {
            #expect(documents.error(in: try response(inner)) == nil, "\(inner)")
        }
        // The flag counts until an outcome rule names it.
        #expect(documents.error(in: try response(#"{"flag":"failure"}"#)) != nil)
        let rules = try entry(
            "  - {name: flag, type: String}", overlay: "outcome: {success: [{field: flag, is: success}]}\n")
        #expect(rules.error(in: try response(#"{"flag":"failure"}"#)) == nil)
        // Documented in the response, but not in its body.
        #expect(documents.error(in: try response(#"{"body":{"code":"15"}}"#)) != nil)
    }

    @Test(
        "A documented Boolean that is false fails the call",
        arguments: [
            (#"{"result":{"success":false,"err_code":"3"}}"#, Interpretation.Outcome.businessFailure),
            (#"{"result":{"success":"false"}}"#, .businessFailure), (#"{"result":{"success":true}}"#, .success),
            (#"{"result":{"success":true,"data":{"isSuccess":false}}}"#, .businessFailure),
            (#"{"result":{"data":{"isSuccess":true}}}"#, .success), ("{}", .success),
            (#"{"result":{"items":{"item":[{"success":false}]}}}"#, .success),
            (#"{"result":{"a":{"b":{"success":false}}}}"#, .success),
        ])
    func defaultJudgement(inner: String, expected: Interpretation.Outcome) throws {
        let entry = try entry(
            """
              - name: result
                type: Result
                children:
                  - {name: success, type: Boolean}
                  - {name: err_code, type: String}
                  - name: data
                    type: Data
                    children:
                      - {name: isSuccess, type: Boolean}
                  - name: items
                    type: "Item []"
                    children:
                      - {name: success, type: Boolean}
                  - name: a
                    type: A
                    children:
                      - name: b
                        type: B
                        children:
                          - {name: success, type: Boolean}
            """)
        guard case .mapped(let call) = entry.map(try JSONDocument(Array("{}".utf8))) else { throw Wrong() }
        let interpretation = entry.interpret(try response(inner), of: call)
        #expect(interpretation.outcome == expected)
        #expect(entry.isJudged)
        // A success that no documented Boolean tells is marked.
        let tells = inner.contains(#""success":"#) || inner.contains("isSuccess")
        #expect(interpretation.isJudged == (tells && !inner.contains("items") && !inner.contains(#""a""#)))
    }

    @Test("An entry without rules and documented Booleans judges nothing")
    func judgesNothing() throws {
        let plain = try entry()
        guard case .mapped(let call) = plain.map(try JSONDocument(Array("{}".utf8))) else { throw Wrong() }
        let interpretation = plain.interpret(try response(#"{"success":false}"#), of: call)
        #expect(!plain.isJudged && !interpretation.isJudged && interpretation.outcome == .success)
        let rules = try entry(overlay: "outcome: {success: [{field: note, is: ok}]}\n")
        let judged = rules.interpret(try response("{}"), of: call)
        #expect(rules.isJudged && judged.isJudged)
    }

    @Test(
        "A repeated name is noticed where it decides the outcome, and nowhere else",
        arguments: [
            (#"{"result":{"success":true,"success":false}}"#, true), (#"{"code":0,"code":15}"#, true),
            (#"{"flag":"success","flag":"failure"}"#, true), (#"{"body":{"code":0,"code":1}}"#, true),
            (#"{"result":{},"result":{"success":false}}"#, true), (#"{"note":"a","note":"b"}"#, false),
            (#"{"result":{"success":true,"x":1,"x":2}}"#, false), (#"{"other":{"success":1,"success":2}}"#, false),
        ])
    func repeatedNames(inner: String, isAmbiguous: Bool) throws {
        let entry = try entry(
            """
              - name: result
                type: Result
                children:
                  - {name: success, type: Boolean}
            """)
        #expect(entry.isAmbiguous(try response(inner)) == isAmbiguous)
    }
}
