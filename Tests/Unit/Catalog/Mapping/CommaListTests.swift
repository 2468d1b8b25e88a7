import TOP
import Testing

@testable import Catalog

@Suite("Lists as one text, and objects in place of lists")
struct CommaListTests {
    private static let page = """
        method: taobao.test.lists
        session: optional
        request:
          - {name: ids, type: 'Number []', required: true, max_items: 3}
          - {name: names, type: 'String []', required: false, example: 'a,b'}
          - {name: tags, type: 'String []', required: false, example: '["a","b"]'}
          - {name: flags, type: 'Boolean []', required: false, example: 'true,false'}
          - name: box
            type: BoxDTO
            required: false
            children:
              - {name: ids, type: 'Number []', required: false}
              - {name: names, type: 'String []', required: false, example: 'x,y'}
              - name: rows
                type: RowDTO []
                required: false
                children: [{name: id, type: Number, required: true}]
          - name: items
            type: ItemDTO []
            required: false
            children: [{name: id, type: Number, required: true}]
        """
    private static let overlay = """
        method: taobao.test.lists
        request:
          names: {key: name, sensitive: name}
        """

    private func entry() throws -> Entry {
        try Entry.read(
            page: CatalogFile(name: "p.yaml", text: Self.page), overlay: CatalogFile(name: "o.yaml", text: Self.overlay)
        )
    }

    private func sent(_ body: String) throws -> [String: String] {
        switch try entry().map(document(body)) {
        case .mapped(let call):
            return Dictionary(uniqueKeysWithValues: call.parameters.map { ($0.name, $0.value) })
        case .refused(let faults):
            Issue.record("\(faults)")
            return [:]
        }
    }

    @Test("A text of numbers is the list, with every digit")
    func textOfNumbers() throws {
        #expect(try sent(#"{"ids":"11,22"}"#) == ["ids": "11,22"])
        #expect(try sent(#"{"ids":" 11, 9007199254740993 ,2.50"}"#) == ["ids": "11,9007199254740993,2.50"])
        #expect(try sent(#"{"ids":"7","box":{"ids":"1,2"}}"#) == ["ids": "7", "box": #"{"ids":[1,2]}"#])
    }

    @Test("A text is the list where the example of the page is one")
    func textByExample() throws {
        #expect(
            try sent(#"{"ids":[1],"names":"张三,b c","flags":"false, true","box":{"names":"1,2"}}"#) == [
                "ids": "1", "names": "张三,b c", "flags": "false,true", "box": #"{"names":["1","2"]}"#,
            ])
        #expect(try refused(entry(), #"{"ids":[1],"tags":"a,b"}"#) == ["/tags: must be a list, not a text"])
    }

    @Test("The elements of a text are keys and private values like those of a list")
    func elementsAreRemembered() throws {
        guard case .mapped(let call) = try entry().map(document(#"{"ids":"1","names":"张三,李四"}"#)) else {
            Issue.record("refused")
            return
        }
        #expect(call.keys.map(\.value) == ["张三", "李四"])
        #expect(call.maskedRequest == #"{"ids":"1","names":"张*,李*"}"#)
    }

    @Test("Faults of a text name its element")
    func faultsOfElements() throws {
        #expect(
            try refused(entry(), #"{"ids":"1,x,,2"}"#) == [
                "/ids: must hold at most 3 elements",
                "/ids: item 2 of the text must be a number without an exponent",
                "/ids: item 3 of the text must be a number without an exponent",
            ])
        #expect(
            try refused(entry(), #"{"ids":"1","names":"a,,b"}"#) == [
                "/names: item 2 of the text must not be blank, since TOP takes the list as one text joined by commas"
            ])
        #expect(try refused(entry(), #"{"ids":" "}"#).first?.hasPrefix("/ids: is required") == true)
    }

    @Test("A single object in place of a list of objects is a fault that asks to wrap it")
    func singleObject() throws {
        #expect(
            try refused(entry(), #"{"ids":[1],"items":{"id":1},"box":{"rows":{"id":1}}}"#) == [
                "/box/rows: must be a list, not an object; wrap the single object in a list: [{…}]",
                "/items: must be a list, not an object; wrap the single object in a list: [{…}]",
            ])
    }
}
