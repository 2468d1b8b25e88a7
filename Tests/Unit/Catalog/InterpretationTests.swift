import JSON
import Masking
import TOP
import Testing

@testable import Catalog

@Suite("What an answer means")
struct InterpretationTests {
    private func read(_ method: String, _ answer: String, request: String? = nil) throws -> Interpretation {
        let example = try #require(Example.all.first { $0.0 == method }).1
        let call = try mapped(method, request ?? example)
        let inner = try JSONDocument(Array(answer.utf8), options: .tolerant).root
        return try entry(method).interpret(inner, of: call)
    }

    private func result(_ interpretation: Interpretation) -> String {
        String(decoding: interpretation.result, as: UTF8.self)
    }

    // MARK: Car profiles

    private func mapping(_ ids: String...) -> String {
        let entries = ids.map { #"{"channel_profile_id":\#($0),"car_profile_id":1}"# }.joined(separator: ",")
        return
            #"{"data":{"id_mapping":{"entry":[\#(entries)]}},"is_success":true,"errcode":"0000","request_id":"16fx"}"#
    }

    @Test("A car profile is done when its id is in the mapping")
    func carProfileDone() throws {
        let done = try read(carProfiles, mapping("\"1\""))
        #expect(done.outcome == .success)
        #expect(done.retryable == nil)
        #expect(done.requestID == "16fx")
        #expect(done.code == "0000")
        #expect(
            result(done) == """
                {"data":{"id_mapping":[{"channel_profile_id":"1","car_profile_id":1}]},"is_success":true,\
                "errcode":"0000"}
                """)
        // Ids are compared as texts.
        #expect(try read(carProfiles, mapping("1")).outcome == .success)
    }

    @Test(
        "A car profile whose id is not in the mapping is a failure",
        arguments: [
            #"{"data":{"id_mapping":{"entry":[{"channel_profile_id":"2"}]}},"is_success":true}"#,
            #"{"data":{"id_mapping":{}},"is_success":true}"#, #"{"data":{},"is_success":true}"#,
            #"{"is_success":true}"#,
            #"{"data":{"id_mapping":null},"is_success":"true"}"#, #"{"data":"1","is_success":true}"#,
        ])
    func carProfileMissing(answer: String) throws {
        #expect(try read(carProfiles, answer).outcome == .businessFailure)
    }

    @Test("An updated profile is expected in the mapping, a deleted one is not")
    func operateTypes() throws {
        let answer = #"{"is_success":true}"#
        func request(_ type: String) -> String {
            Example.carProfile.replacing(#""operate_type":1"#, with: #""operate_type":\#(type)"#)
        }
        #expect(try read(carProfiles, answer, request: request("2")).outcome == .businessFailure)
        #expect(try read(carProfiles, answer, request: request("3")).outcome == .success)
        #expect(try read(carProfiles, answer, request: request("\"3\"")).outcome == .success)
    }

    @Test(
        "A flag that is missing or anything but true is a failure",
        arguments: [
            #""is_success":false"#, #""is_success":"false""#, #""is_success":null"#, #""is_success":1"#,
            #""is_success":{}"#, #""x":1"#,
        ])
    func flagThatIsMissing(member: String) throws {
        let answer = mapping("\"1\"").replacing(#""is_success":true"#, with: member)
        #expect(try read(carProfiles, answer).outcome == .businessFailure)
    }

    @Test("A failure brings TOP's code and message")
    func codeAndMessage() throws {
        let failure = try read(carProfiles, #"{"is_success":false,"errcode":"E1","errmsg":"手机号1370000000不存在"}"#)
        #expect(failure.outcome == .businessFailure)
        #expect(failure.code == "E1")
        #expect(failure.message == "手机号1370000000不存在")
        #expect(failure.mask.masked(failure.message ?? "") == "手机号137****0000不存在")
    }

    // MARK: The other four

    @Test("A vehicle model is done when the message code is 0, as a number or a text")
    func vehicleModel() throws {
        #expect(try read(vehicleModels, #"{"message_code":0,"message":"ok"}"#).outcome == .success)
        #expect(try read(vehicleModels, #"{"message_code":"0"}"#).outcome == .success)
        for answer in [#"{"message_code":1}"#, #"{"message_code":"00"}"#, #"{"message":"ok"}"#, "{}"] {
            #expect(try read(vehicleModels, answer).outcome == .businessFailure)
        }
        #expect(try read(vehicleModels, #"{"message_code":7,"message":"门店不存在"}"#).message == "门店不存在")
    }

    @Test("A zero down payment needs both its flags")
    func zeroDownPaymentNeeds() throws {
        #expect(try read(zeroDownPayments, #"{"result":{"success":true,"object":"true"}}"#).outcome == .success)
        for answer in [
            #"{"result":{"success":true,"object":false}}"#, #"{"result":{"success":false,"object":true}}"#,
            #"{"result":{"success":true}}"#, #"{"success":true,"object":true}"#, "{}",
        ] {
            #expect(try read(zeroDownPayments, answer).outcome == .businessFailure)
        }
        let failure = try read(zeroDownPayments, #"{"result":{"success":false,"msg_code":"9","msg_info":"商品不存在"}}"#)
        #expect(failure.code == "9")
        #expect(failure.message == "商品不存在")
    }

    @Test("An address ability is accepted, and TOP says whether to repeat")
    func addressAbilityIsAccepted() throws {
        func answer(_ success: String, _ retry: String) -> String {
            #"{"address_ability_async_response":{"success":\#(success),"code":"200","is_retry":\#(retry)}}"#
        }
        let accepted = try read(addressAbilities, answer("true", "false"))
        #expect(accepted.outcome == .accepted)
        #expect(accepted.retryable == false)
        let again = try read(addressAbilities, answer("false", "\"true\""))
        #expect(again.outcome == .businessFailure)
        #expect(again.retryable == true)
        #expect(again.code == "200")
        #expect(try read(addressAbilities, answer("true", "null")).retryable == nil)
        #expect(try read(addressAbilities, "{}").outcome == .businessFailure)
    }

    @Test("A card sale is done when all cards are, else partial")
    func cardSale() throws {
        func answer(_ done: String, _ all: String) -> String {
            #"{"result":{"result":{"result_map":"{}",\#(all)},"result_code":"200","biz_success":\#(done)}}"#
        }
        #expect(try read(cardSales, answer("true", #""all_success":"true""#)).outcome == .success)
        #expect(try read(cardSales, answer("\"true\"", #""all_success":true"#)).outcome == .success)
        #expect(try read(cardSales, answer("true", #""all_success":"false""#)).outcome == .partial)
        #expect(try read(cardSales, answer("true", #""other":1"#)).outcome == .partial)
        #expect(try read(cardSales, #"{"result":{"biz_success":true}}"#).outcome == .partial)
        #expect(try read(cardSales, answer("false", #""all_success":"true""#)).outcome == .businessFailure)
        #expect(try read(cardSales, "{}").outcome == .businessFailure)
    }

    @Test("Card numbers are masked where the answer names them again")
    func echoedCards() throws {
        let request = Example.cardSale.replacing("\"111\"", with: "\"622202123456\"")
        let answer = #"{"result":{"result":{"result_map":"{\"622202123456\":\"SUCCESS\"}"},"biz_success":true}}"#
        let interpretation = try read(cardSales, answer, request: request)
        #expect(interpretation.mask.masked(answer) == answer.replacing("622202123456", with: "****3456"))
    }

    // MARK: Plain JSON

    @Test(
        "Lists are flattened, however TOP wraps them",
        arguments: [
            #"{"entry":[{"channel_profile_id":"1"}]}"#, #"[{"channel_profile_id":"1"}]"#,
            #"{"entry":{"channel_profile_id":"1"}}"#, #"{"channel_profile_id":"1"}"#,
            #"{"@list":true,"entry":[{"channel_profile_id":"1"}]}"#, #"{"user_entry":[{"channel_profile_id":"1"}]}"#,
            #"{"x":{"channel_profile_id":"1"}}"#,
        ])
    func listsAreFlattened(list: String) throws {
        let read = try read(carProfiles, #"{"is_success":true,"data":{"id_mapping":\#(list)}}"#)
        #expect(result(read) == #"{"is_success":true,"data":{"id_mapping":[{"channel_profile_id":"1"}]}}"#)
        #expect(read.outcome == .success)
    }

    @Test(
        "Empty and missing lists, and what is no list at all",
        arguments: [
            (#"{"entry":[]}"#, "[]"), ("{}", "[]"), ("[]", "[]"), (#"{"entry":null}"#, "[]"), ("null", "[]"),
            (#""""#, "[]"), (#"{"entry":""}"#, "[]"), (#"{"item":""}"#, "[]"), (#"{"item":null}"#, "[]"), ("7", "7"),
        ])
    func emptyLists(list: String, plain: String) throws {
        let read = try read(carProfiles, #"{"data":{"id_mapping":\#(list)}}"#)
        #expect(result(read) == #"{"data":{"id_mapping":\#(plain)}}"#)
    }

    @Test("A list that TOP leaves out is empty where its object is there")
    func listLeftOut() throws {
        let read = try read(carProfiles, #"{"is_success":true,"data":{}}"#)
        #expect(result(read) == #"{"is_success":true,"data":{"id_mapping":[]}}"#)
    }

    @Test("What is not documented is handed on as it is, in valid JSON")
    func whatIsNotDocumented() throws {
        let answer =
            "{\"new\":{\"list\":[1, 2.50, 1234567890123456789]},\"errmsg\":\"a\tb\\u0001\\/\","
            + "\"errcode\":{\"a\":[]},\"errcode\":1}"
        let read = try read(carProfiles, answer)
        #expect(
            result(read) == #"{"new":{"list":[1,2.50,1234567890123456789]},"errmsg":"a\tb\u0001/","errcode":{"a":[]}}"#)
        _ = try JSONDocument(read.result)
    }

    @Test(
        "A deleted-only answer, an answer of another shape: nothing is refused", arguments: ["[]", "1", "\"x\"", "{}"])
    func deletedOnlyAnswer(answer: String) throws {
        let read = try read(carProfiles, answer)
        #expect(read.outcome == .businessFailure)
        #expect(result(read) == answer)
        #expect(read.keys.isEmpty)
    }

    @Test("Every page's own example answer is read as done")
    func everyPageOwnExample() throws {
        for (method, request) in Example.all {
            let entry = try entry(method)
            let answer = entry.exampleResponse(requestID: "16fx")
            guard case .response(let inner) = TOPResponse.read(answer, method: method) else {
                Issue.record("\(method)'s example is unreadable")
                continue
            }
            let read = entry.interpret(inner, of: try mapped(method, request))
            #expect(read.outcome == (method == addressAbilities ? .accepted : .success))
            #expect(read.requestID == "16fx")
        }
    }
}
