import JSON
import TOP
import Testing

@Suite("Reading an answer")
struct AnswerTests {
    static func read(_ text: String, method: String = "taobao.a.b") -> TOPResponse {
        TOPResponse.read(Array(text.utf8), method: method)
    }

    static func response(_ text: String, method: String = "taobao.a.b") throws -> JSONValue {
        guard case .response(let inner) = read(text, method: method) else { throw Wrong() }
        return inner
    }

    static func error(_ text: String) throws -> TOPError {
        guard case .error(let error) = read(text) else { throw Wrong() }
        return error
    }

    struct Wrong: Error {}

    @Test(
        "The wrapper's name is the method's, without a leading taobao",
        arguments: [
            ("taobao.logistics.address.ability.tms.async", "logistics_address_ability_tms_async_response"),
            ("tmall.item.add", "tmall_item_add_response"),
            ("alibaba.aliqin.fc.sms.num.send", "alibaba_aliqin_fc_sms_num_send_response"),
            ("taobaox.y", "taobaox_y_response"), ("my.taobao.x", "my_taobao_x_response"),
        ])
    func rootName(_ method: String, _ root: String) {
        #expect(ResponseForm.rootName(of: method) == root)
    }

    @Test("The expected wrapper is taken, wherever it stands")
    func expectedRoot() throws {
        let inner = try Self.response(
            #"{"other":{"x":1},"a_b_response":{"tid":3028689418086124999,"request_id":"r1"}}"#)
        #expect(inner["tid"]?.lexeme == "3028689418086124999")
        #expect(TOPResponse.topRequestID(in: inner) == "r1")
        #expect(TOPResponse.response(inner).topRequestID == "r1")
    }

    @Test("A wrapper of another name is taken: the first object whose name ends as those of responses do")
    func otherRoot() throws {
        let inner = try Self.response(
            #"{"request_id":"r2","list":[],"first":{"x":0},"_response":{"x":9},"odd_response":{"x":1},"b_response":{}}"#
        )
        #expect(inner["x"]?.integer == 1)
        #expect(TOPResponse.topRequestID(in: inner) == "r2")
        #expect(try Self.response(#"{"a_b_response":"","c_response":{"x":3}}"#)["x"]?.integer == 3)
    }

    @Test(
        "The envelope of another platform is unreadable",
        arguments: [
            #"{"response":{"flag":"failure","code":25}}"#, #"{"code":"0","data":{"x":1}}"#,
            #"{"ret":["SUCCESS::ok"],"data":{}}"#, #"{"errcode":0,"result":{"success":true}}"#,
            #"{"errors":{"message":"x"}}"#, #"{"a_b_response":"","b":{"x":3}}"#, #"{"body":{"x":1}}"#,
        ])
    func foreignEnvelope(text: String) throws {
        guard case .unreadable = Self.read(text) else { throw Wrong() }
    }

    @Test("An error_response in a root member body is found, with the other spelling of its texts")
    func errorInBody() throws {
        let error = try Self.error(
            #"{"body":{"error_response":{"code":15,"message":"m","sub_code":"isv.x","sub_message":"s"}},"a_b_response":{}}"#
        )
        #expect(error == TOPError(code: "15", message: "m", subCode: "isv.x", subMessage: "s"))
    }

    @Test("An error whose class is told twice is marked")
    func ambiguousError() throws {
        #expect(try Self.error(#"{"error_response":{"code":15,"code":27}}"#).isAmbiguous)
        #expect(try Self.error(#"{"error_response":{"code":15,"sub_code":"a","sub_code":"b"}}"#).isAmbiguous)
        #expect(try Self.error(#"{"error_response":{"code":15},"error_response":{"code":27}}"#).isAmbiguous)
        #expect(!(try Self.error(#"{"error_response":{"code":15,"msg":"a","msg":"b"}}"#).isAmbiguous))
    }

    @Test("Raw control characters, repeated names and broken UTF-8 do not matter")
    func rawControlCharacters() throws {
        let body =
            Array("{\"a_b_response\":{\"title\":\"a\u{1}\nb".utf8) + [0xC5, 0xC6]
            + Array("\",\"title\":\"second\",\"n\":1}}".utf8)
        guard case .response(let inner) = TOPResponse.read(body, method: "taobao.a.b") else { throw Wrong() }
        #expect(inner["title"]?.string?.hasPrefix("a\u{1}\nb\u{FFFD}") == true)
        #expect(inner["n"]?.integer == 1)
    }

    @Test("An error_response is found anywhere at the root, and wins")
    func errorAnywhere() throws {
        let text =
            #"{"a_b_response":{"x":1},"error_response":{"code":27,"msg":"Invalid session","#
            + #""sub_code":"invalid-sessionkey","sub_msg":"gone","request_id":"r3"},"z":{}}"#
        let error = try Self.error(text)
        #expect(
            error
                == TOPError(
                    code: "27", message: "Invalid session", subCode: "invalid-sessionkey", subMessage: "gone",
                    topRequestID: "r3"))
        #expect(Self.read(text).topRequestID == "r3")
    }

    @Test("Codes come as numbers, strings or words, and what is missing is missing")
    func errorForms() throws {
        #expect(
            try Self.error(#"{"error_response":{"code":"25","msg":"Invalid signature"}}"#)
                == TOPError(code: "25", message: "Invalid signature"))
        #expect(try Self.error(#"{"error_response":{"code":"IncompleteSignature"}}"#).code == "IncompleteSignature")
        #expect(
            try Self.error(#"{"error_response":{"code":15,"sub_code":2,"sub_msg":null}}"#)
                == TOPError(code: "15", subCode: "2"))
        #expect(try Self.error(#"{"error_response":{"code":15,"sub_code":""}}"#).subCode == nil)
        #expect(try Self.error(#"{"error_response":{}}"#) == TOPError(code: ""))
    }

    @Test("Overlong texts of an error are cut between characters")
    func longError() throws {
        let long = String(repeating: "长", count: 10_000)
        let error = try Self.error(#"{"error_response":{"code":"\#(long)","msg":"\#(long)","sub_msg":"x\#(long)"}}"#)
        #expect(error.code.utf8.count == 255)
        #expect(error.message.utf8.count == 4095)
        #expect(error.subMessage?.utf8.count == 4096)
        #expect(long.hasPrefix(error.message))
    }

    @Test(
        "What holds no answer is unreadable, for a reason that does not quote it",
        arguments: [
            ("", "the response is empty"), (" \n", "the response is empty"),
            ("<html>planted</html>", "the response is HTML or XML, not JSON"),
            ("\n <?xml version=\"1.0\"?><planted/>", "the response is HTML or XML, not JSON"),
            (#"{"a_b_response":{"planted":"#, "the response is incomplete: its JSON does not end"),
            (#"{"a_b_response":{"x":"plant"#, "the response is incomplete: its JSON does not end"),
            ("[1,2]", "the response is JSON, but not an object"),
            ("\"planted\"", "the response is JSON, but not an object"),
            (#"{"planted":1,"list":[{}]}"#, "the response is a JSON object without a TOP response in it"),
            ("{}", "the response is a JSON object without a TOP response in it"),
            ("{\"error_response\":\"planted\"}", "the response is a JSON object without a TOP response in it"),
            ("planted", "the response is not JSON: expected a JSON value at byte 0"),
            (#"{"a":{}} planted"#, "the response is not JSON: expected nothing after the JSON value at byte 9"),
        ])
    func whatHoldsNoAnswer(_ text: String, _ expected: String) throws {
        let answer = Self.read(text)
        guard case .unreadable(let reason) = answer else { throw Wrong() }
        #expect(reason == expected)
        #expect(!reason.contains("planted"))
        #expect(answer.topRequestID == nil)
    }

    @Test("An answer that is nested too deep is unreadable")
    func answerThatIsNested() throws {
        let text = #"{"a_b_response":"# + String(repeating: "[", count: 100_000)
        guard case .unreadable(let reason) = Self.read(text) else { throw Wrong() }
        #expect(reason.contains("nested more than 64 deep"))
    }

    @Test("A request id that is empty or absurdly long is none")
    func requestIDs() throws {
        #expect(TOPResponse.topRequestID(in: try Self.response(#"{"a_response":{"request_id":""}}"#)) == nil)
        #expect(TOPResponse.topRequestID(in: try Self.response(#"{"a_response":{"request_id":{}}}"#)) == nil)
        #expect(TOPResponse.topRequestID(in: try Self.response(#"{"a_response":{"request_id":17}}"#)) == "17")
        let long = String(repeating: "x", count: 1000)
        #expect(TOPResponse.topRequestID(in: try Self.response(#"{"a_response":{"request_id":"\#(long)"}}"#)) == nil)
    }
}

@Suite("Where a response stands, by the kind of app")
struct ResponseFormTests {
    private func response(_ text: String, _ form: ResponseForm) -> JSONValue? {
        let answer = TOPResponse.read(Array(text.utf8), method: "taobao.a.b", form: form) { name in
            var bytes: [UInt8] = []
            for index in 0..<name.count { bytes.append(name[index]) }
            return bytes == Array("documented".utf8)
        }
        guard case .response(let response) = answer else { return nil }
        return response
    }

    @Test(
        "The Qimen cloud answers in response, or with a flat object",
        arguments: [
            (#"{"response":{"flag":"failure","code":25}}"#, "flag"),
            (#"{"code":"0","data":"AAE","success":true,"request_id":"r3"}"#, "data"),
            (#"{"documented":1}"#, "documented"),
            (#"{"ret":"x","documented":1,"code":0}"#, nil), (#"{"response":"x"}"#, nil), (#"{"data":{}}"#, nil),
            ("{}", nil),
            (#"{"errcode":0,"result":{}}"#, nil), (#"{"a_b_response":{"x":1}}"#, nil),
        ] as [(String, String?)])
    func qimenCloud(text: String, member: String?) {
        let found = response(text, .qimenCloud)
        #expect((found == nil) == (member == nil))
        if let member { #expect(found?[member] != nil) }
    }

    @Test(
        "A simplified answer is flat, or wrapped after all",
        arguments: [
            (#"{"documented":{"x":1},"request_id":"r"}"#, "documented"), (#"{"a_b_response":{"x":1}}"#, "x"),
            (#"{"ret":["SUCCESS"],"data":{}}"#, nil), (#"{"data":{}}"#, nil),
        ] as [(String, String?)])
    func simplifiedAnswer(text: String, member: String?) {
        let found = response(text, .simplified)
        #expect((found == nil) == (member == nil))
        if let member { #expect(found?[member] != nil) }
    }

    @Test("An error_response is an error in each form", arguments: [ResponseForm.wrapped, .simplified, .qimenCloud])
    func errorInEachForm(form: ResponseForm) {
        let text = #"{"error_response":{"code":27},"response":{"flag":"success"},"success":true}"#
        guard case .error(let error) = TOPResponse.read(Array(text.utf8), method: "taobao.a.b", form: form) else {
            Issue.record("no error")
            return
        }
        #expect(error.code == "27")
    }
}
