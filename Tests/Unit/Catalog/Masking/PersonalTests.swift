import JSON
import TOP
import Testing

@testable import Catalog

@Suite("What an entry does not know, where its calls are about persons")
struct PersonalTests {
    private static let page = """
        method: taobao.test.person
        session: none
        request:
          - {name: name, type: String, required: false}
          - name: owner
            type: Owner
            required: false
            children:
              - {name: level, type: Number, required: false}
          - {name: free, type: Json, required: false}
          - {name: note, type: String, required: false}
        response_root: test_person_response
        response:
          - {name: ok, type: Boolean}
          - {name: owner_name, type: String}
          - name: cars
            type: 'Car []'
            children:
              - {name: id, type: Number}
              - {name: label, type: String}
          - {name: tags, type: 'String []'}
        """

    private func entry(personal: Bool = true) throws -> Entry {
        let overlay = """
            method: taobao.test.person
            personal: \(personal)
            open: true
            request:
              name: {sensitive: name}
              owner: {open: true}
            response:
              owner_name: {sensitive: name}
            """
        return try Entry.read(
            page: CatalogFile(name: "p.yaml", text: Self.page),
            overlay: CatalogFile(name: "p.overlay.yaml", text: overlay))
    }

    private func call(_ text: String, personal: Bool = true) throws -> MappedCall {
        guard case .mapped(let call) = try entry(personal: personal).map(document(text)) else {
            throw CatalogError([])
        }
        return call
    }

    private func shown(_ answer: String, personal: Bool = true, request: String = "{}") throws -> String {
        let (entry, call) = (try entry(personal: personal), try call(request, personal: personal))
        let read = TOPResponse.read(Array(answer.utf8), method: entry.method)
        if case .response(let inner) = read { return entry.shown(inner, entry.interpret(inner, of: call)) }
        return entry.shown(Array(answer.utf8), read, call.mask)
    }

    @Test("A request keeps the names and the form of what is not known, and what is sent is not masked")
    func requestKeepsNamesAndForm() throws {
        let call = try call(
            #"""
            {"name":"张三","note":"known","owner":{"level":3,"home":{"street":"五常街道1号","floors":[1,2.5,null,true]}},
             "free":{"a":["x",{"b":"李四"}],"13812345678":"y"},"wife":"王五","kids":[{"first":"小"}],"age":41}
            """#)
        let masked = try document(call.maskedRequest).root
        #expect(masked["name"]?.string == "张*" && masked["note"]?.string == "known")
        #expect(
            masked["owner"]?.string == #"{"level":3,"home":{"street":"***","floors":["***","***",null,"***"]}}"#)
        #expect(masked["free"]?.string == #"{"a":["***",{"b":"***"}],"138****5678":"***"}"#)
        #expect(masked["wife"]?.string == "***" && masked["age"]?.string == "***")
        #expect(masked["kids"]?.string == #"[{"first":"***"}]"#)
        #expect(call.value("owner")?.contains("五常街道1号") == true && call.value("wife") == "王五")
        let text = try self.call(#"{"free":"{\"a\":\"李四\",\"n\":null}"}"#)
        #expect(try document(text.maskedRequest).root["free"]?.string == #"{"a":"***","n":null}"#)
    }

    @Test("A method that is not marked shows what is not known")
    func methodThatIsNotMarked() throws {
        let call = try call(#"{"owner":{"home":"五常街道"},"wife":"王五","free":{"a":1}}"#, personal: false)
        for text in ["五常街道", "王五", #"{\"a\":1}"#] { #expect(call.maskedRequest.contains(text)) }
        let answer = #"{"test_person_response":{"ok":true,"wife":"王五"}}"#
        #expect(try shown(answer, personal: false) == answer)
        #expect(try shown("<html>王五</html>", personal: false) == "<html>王五</html>")
    }

    @Test(
        "An answer shows what is known, and of the rest names and form",
        arguments: [
            (#"{"test_person_response":{"ok":true,"cars":{"car":[{"id":1,"label":"a"}]},"request_id":"r1"}}"#, nil),
            (
                #"{"test_person_response":{"ok":true,"wife":"王五","x":{"y":[1,"z",false,null]},"request_id":"r1"}}"#,
                #"{"test_person_response":{"ok":true,"wife":"***","x":{"y":["***","***","***",null]},"request_id":"r1"}}"#
            ),
            (
                #"{"test_person_response":{"cars":{"car":[{"id":1,"driver":"王五"},{"id":2}],"total":"九"},"tags":{"string":["t"]}}}"#,
                #"{"test_person_response":{"cars":{"car":[{"id":1,"driver":"***"},{"id":2}],"total":"***"},"tags":{"string":["t"]}}}"#
            ),
            (
                // A known name with something else than is documented, a name given twice, something beside the answer.
                #"{"test_person_response":{"ok":{"a":"王五"},"tags":{"string":[["王五"]]}}}"#,
                #"{"test_person_response":{"ok":{"a":"***"},"tags":{"string":[["***"]]}}}"#
            ),
            (
                #"{"test_person_response":{"ok":true,"ok":"王五"},"more":"王五","request_id":"r"}"#,
                #"{"test_person_response":{"ok":true,"ok":"***"},"more":"***","request_id":"r"}"#
            ),
            (
                #"{"test_person_response":{"owner_name":"欧阳","request_id":{"a":"王五"}}}"#,
                #"{"test_person_response":{"owner_name":"欧*","request_id":{"a":"***"}}}"#
            ),
            (
                #"{"error_response":{"code":15,"msg":"Remote","sub_code":"isv.x","sub_msg":"张三","hint":"王五"}}"#,
                #"{"error_response":{"code":15,"msg":"Remote","sub_code":"isv.x","sub_msg":"张*","hint":"***"}}"#
            ),
            (
                #"{"test_person_response":{"ok":true,"owner_name":"欧阳修","wife":"王"#,
                #"{"test_person_response":{"ok":"***","owner_name":"***","wife":"***""#
            ),
            (
                // What is not of the documented type may be anything.
                #"{"test_person_response":{"ok":"ZWabc","cars":["ZWabc",{"id":"ZWabc","label":7}],"tags":"ZWabc"}}"#,
                #"{"test_person_response":{"ok":"***","cars":["***",{"id":"***","label":7}],"tags":"***"}}"#
            ),
            (
                #"{"test_person_response":{"ok":"true","cars":"ZWabc"}}"#,
                #"{"test_person_response":{"ok":"true","cars":"***"}}"#
            ),
            (#"{"test_person_response":{"cars":{"car":{"id":"12","label":"a"}},"ok":"1"}}"#, nil),
            ("<html>张三 13812345678</html>", "***"), ("ZWabc", "***"), (#""ZWabc""#, "***"), ("", ""), ("null", "null"),
            ("[王五, 1]", #"["***", "***"]"#),
        ] as [(String, String?)])
    func answerShowsWhatIsKnown(answer: String, expected: String?) throws {
        #expect(try shown(answer, request: #"{"name":"张三"}"#) == expected ?? answer)
    }

    @Test("A short private value of an answer is masked where it stands, marked or not", arguments: [true, false])
    func shortPrivateValueOfAnswer(personal: Bool) throws {
        let answer = #"{"test_person_response":{"owner_name":"李","tags":["李"]}}"#
        #expect(try shown(answer, personal: personal) == #"{"test_person_response":{"owner_name":"***","tags":["李"]}}"#)
    }

    @Test("Of the embedded methods those with phones, plates, cards and addresses are marked")
    func personalMethodsAreMarked() throws {
        let marked = try catalog.get().entries.filter(\.isPersonal).map(\.method)
        #expect(Set(marked) == [carProfiles, cardSales, addressAbilities])
    }
}
