import JSON
import TOP
import Testing

@testable import Catalog

/// Types and limits that the five pages do not have.
@Suite("Other types")
struct OtherTypeTests {
    private static let page = """
        method: taobao.test.types
        session: optional
        request:
          - {name: ids, type: 'Number []', required: false, max_items: 3}
          - {name: fields, type: 'String []', required: true}
          - {name: flags, type: 'Boolean []', required: false}
          - {name: price, type: Price, required: false}
          - {name: amount, type: BigDecimal, required: false, min_value: '-1.5', max_value: '10'}
          - {name: nick, type: String, required: false, max_length: 4}
          - {name: on, type: Boolean, required: false}
          - {name: day, type: String, required: false}
          - {name: time, type: String, required: false}
          - {name: free, type: Json, required: false}
          - {name: map, type: Map, required: false}
          - {name: file, type: 'byte[]', required: false}
          - {name: dark, type: DarkDTO, required: false}
          - {name: count, type: Number, required: false, default: '20'}
          - name: items
            type: ItemDTO []
            required: false
            max_items: 2
            children:
              - {name: id, type: Number, required: true}
              - {name: sub, type: ItemDTO, required: false, children: [{name: id, type: Number, required: true}]}
              - {name: price, type: Price, required: false}
              - {name: size, type: Number, required: false, default: '7'}
              - {name: note, type: String, required: false, default: 'a "b"'}
              - {name: extra, type: Json, required: false}
              - {name: text, type: String, required: false}
          - name: single
            type: ItemDTO
            required: false
            children: [{name: id, type: Number, required: true}]
        """
    private static let overlay = """
        method: taobao.test.types
        reads: true
        request:
          fields: {sensitive: name}
          day: {date: yyyy-MM-dd}
          time: {date: milliseconds}
          items.text: {json: {type: Inner, children: [{name: phone_no, type: String, required: true}]}}
          items.text.phone_no: {sensitive: phone}
          single: {wire: list}
        """

    private func entry() throws -> Entry {
        try Entry.read(
            page: CatalogFile(name: "p.yaml", text: Self.page), overlay: CatalogFile(name: "o.yaml", text: Self.overlay)
        )
    }

    private func value(_ name: String, _ members: String) throws -> String? {
        switch try entry().map(document(#"{"fields":["a"],\#(members)}"#)) {
        case .mapped(let call): return call.value(name)
        case .refused(let faults):
            Issue.record("\(faults)")
            return nil
        }
    }

    private func faults(_ members: String) throws -> [String] {
        try refused(entry(), #"{"fields":["a"],\#(members)}"#)
    }

    @Test("A list of scalars on the top is joined by commas")
    func listOfScalarsOnTop() throws {
        #expect(try value("ids", #""ids":[1,"9007199254740993",2.50]"#) == "1,9007199254740993,2.50")
        #expect(try value("flags", #""flags":[true,false]"#) == "true,false")
        #expect(try value("ids", #""ids":[]"#) == nil)
        #expect(try faults(#""ids":[1,2,3,4]"#) == ["/ids: must hold at most 3 elements"])
        #expect(
            try faults(#""ids":[1,null,"x"]"#) == [
                "/ids/1: must be a number, not null", "/ids/2: must be a number without an exponent",
            ])
        #expect(try faults(#""flags":"true,false""#) == ["/flags: must be a list, not a text"])
        #expect(
            try refused(entry(), #"{"fields":["a,b",""," "]}"#) == [
                "/fields/0: must not hold a comma, since TOP takes the list as one text joined by commas",
                "/fields/1: must not be blank, since TOP takes the list as one text joined by commas",
                "/fields/2: must not be blank, since TOP takes the list as one text joined by commas",
            ])
        for text in [#"{"fields":[]}"#] {
            #expect(try refused(entry(), text) == ["/fields: is required and must hold at least one element"])
        }
        #expect(try refused(entry(), "{}") == ["/fields: is required: a list (String [])"])
    }

    @Test("Private values in a joined list are masked one by one")
    func joinedMask() throws {
        guard case .mapped(let call) = try entry().map(document(#"{"fields":["张三丰","李四"]}"#)) else {
            Issue.record("refused")
            return
        }
        #expect(call.value("fields") == "张三丰,李四")
        #expect(call.maskedRequest == #"{"fields":"张**,李*","count":"20"}"#)
    }

    @Test("Prices are decimal texts, big decimals bare numbers; limits hold without rounding")
    func pricesAreDecimalTexts() throws {
        #expect(try value("price", #""price":10.50"#) == "10.50")
        #expect(try value("price", #""price":"10.50""#) == "10.50")
        #expect(try value("items", #""items":[{"id":1,"price":10.50}]"#)?.contains(#""price":"10.50""#) == true)
        #expect(try value("amount", #""amount":10.000"#) == "10.000")
        #expect(try value("amount", #""amount":"-1.5""#) == "-1.5")
        #expect(try faults(#""amount":10.0000000000000000000001"#) == ["/amount: must be at most 10"])
        #expect(try faults(#""amount":-1.50001"#) == ["/amount: must be at least -1.5"])
        #expect(try faults(#""price":"10,50""#) == ["/price: must be a number without an exponent"])
    }

    @Test("Texts have their limit in UTF-16 units")
    func textsHaveTheirLimit() throws {
        #expect(try value("nick", #""nick":"张三丰丰""#) == "张三丰丰")
        #expect(try value("nick", #""nick":"😀😀""#) == "😀😀")
        #expect(try faults(#""nick":"😀😀a""#) == ["/nick: must be at most 4 characters long"])
    }

    @Test("Days and milliseconds in texts")
    func daysAndMillisecondsInTexts() throws {
        #expect(try value("day", #""day":"2024-02-29""#) == "2024-02-29")
        #expect(
            try faults(#""day":"2024-02-29 00:00:00""#) == [
                "/day: must be a date, yyyy-MM-dd; without a time of day"
            ])
        #expect(try value("time", #""time":"1656674541000""#) == "1656674541000")
        #expect(
            try faults(#""time":1656674541000"#) == [
                "/time: must be a time, in milliseconds since 1970 or ISO 8601, not a number"
            ])
        #expect(try value("on", #""on":false"#) == "false")
    }

    @Test("Free JSON, maps and objects without documented members go out as they are")
    func freeJSON() throws {
        #expect(try value("free", #""free":[1, {"b":1.0, "a":"\/"}]"#) == #"[1,{"b":1.0,"a":"/"}]"#)
        #expect(try value("free", #""free":"[1, 2]""#) == "[1, 2]")
        #expect(try faults(#""free":"[1""#).first?.hasPrefix("/free: must hold JSON: ") == true)
        #expect(try value("map", #""map":{"b":1, "a":[]}"#) == #"{"b":1,"a":[]}"#)
        #expect(try value("map", #""map":"{\"a\": 1}""#) == #"{"a": 1}"#)
        #expect(try faults(#""map":[1]"#) == ["/map: must be an object, not a list"])
        #expect(try faults(#""map":"[]""#) == ["/map: must be an object, not a list"])
        #expect(try value("dark", #""dark":{"x":{"y":null}}"#) == #"{"x":{"y":null}}"#)
        #expect(try faults(#""dark":3"#) == ["/dark: must be an object, not a number"])
        #expect(try faults(#""file":"AAA""#) == ["/file: must be a file, as base64 with its padding"])
    }

    @Test("A list of objects is one text")
    func listOfObjectsIsOneText() throws {
        #expect(
            try value("items", #""items":[{"id":1},{"id":"2","sub":{"id":3},"size":8,"note":""}]"#) == """
                [{"id":1,"size":7,"note":"a \\"b\\""},{"id":2,"sub":{"id":3},"size":8,"note":""}]
                """)
        #expect(try value("items", #""items":[]"#) == "[]")
        #expect(
            try faults(#""items":{"id":1}"#) == [
                "/items: must be a list, not an object; wrap the single object in a list: [{…}]"
            ])
        #expect(
            try faults(#""items":[{"id":1},{"id":1},{"sub":{}},null]"#) == [
                "/items: must hold at most 2 elements", "/items/2/id: is required: a number",
                "/items/2/sub/id: is required: a number", "/items/3: must be an object, not null",
            ])
    }

    @Test("The overlay may write an object as a list of one")
    func wireForm() throws {
        #expect(try value("single", #""single":{"id":1}"#) == #"[{"id":1}]"#)
        #expect(try value("single", #""single":[{"id":1}]"#) == #"[{"id":1}]"#)
    }

    @Test("JSON in a text in an object is a text, and hides its private values as a whole")
    func nestedText() throws {
        let body = #"{"fields":["a"],"items":[{"id":1,"text":{"phoneNo":"13712340000"}}]}"#
        guard case .mapped(let call) = try entry().map(document(body)) else {
            Issue.record("refused")
            return
        }
        #expect(
            call.value("items")
                == #"[{"id":1,"size":7,"note":"a \"b\"","text":"{\"phone_no\":\"13712340000\"}"}]"#)
        #expect(
            try document(call.maskedRequest).root["items"]?.string
                == #"[{"id":1,"size":7,"note":"a \"b\"","text":"***"}]"#)
        #expect(
            try faults(#""items":[{"id":1,"text":"{\"phoneNo\":\"1\"}"}]"#) == [
                #"/items/0/text/phoneNo: unknown field; in a text that is sent unchanged its name is "phone_no""#,
                "/items/0/text/phone_no: is required: a text",
            ])
    }

    @Test("An open entry takes names that no page knows")
    func openEntryTakesNames() throws {
        let overlay = Self.overlay + "\nopen: true"
        let entry = try Entry.read(
            page: CatalogFile(name: "p.yaml", text: Self.page), overlay: CatalogFile(name: "o.yaml", text: overlay))
        let body =
            #"{"fields":["a"],"newText":"x","new_number":1.50,"new_list":[1, 2],"new_null":null,"new_blank":" "}"#
        guard case .mapped(let call) = try entry.map(document(body)) else {
            Issue.record("refused")
            return
        }
        #expect(
            call.parameters.map { "\($0.name)=\($0.value)" } == [
                "fields=a", "count=20", "newText=x", "new_number=1.50", "new_list=[1,2]",
            ])
    }

    @Test("An open entry takes no name of TOP's own parameters", arguments: SystemParameters.names.sorted())
    func reservedNames(name: String) throws {
        let overlay = Self.overlay + "\nopen: true"
        let entry = try Entry.read(
            page: CatalogFile(name: "p.yaml", text: Self.page), overlay: CatalogFile(name: "o.yaml", text: overlay))
        guard case .refused(let faults) = try entry.map(document(#"{"fields":["a"],"\#(name)":"x","other":"y"}"#))
        else {
            Issue.record("mapped")
            return
        }
        #expect(
            Array(faults) == [
                Fault(
                    pointer: "/" + name, code: .reserved,
                    detail: "is a name of TOP's own parameters, which the relay sets")
            ])
    }

    @Test("Types are read as documented")
    func typesAreReadAsDocumented() {
        #expect(FieldType("UserStatDTO []").wireItemName == "user_stat_d_t_o")
        #expect(FieldType("String []").wireItemName == "string")
        #expect(FieldType("Entry []").wireItemName == "entry")
        #expect(FieldType("Number[]").isList)
        #expect(FieldType("byte []").kind == .bytes)
        #expect(!FieldType("byte[]").isList)
        #expect(FieldType("SomeDTO").kind == .object)
        #expect("out_brand_id".camelCased == "outBrandId")
        #expect("startTime".camelCased == "startTime")
        #expect("_x_1y_".camelCased == "_x1y")
        for (name, snake) in [
            ("startTime", "start_time"), ("orderID", "order_id"), ("subXMLName", "sub_xml_name"),
            ("car_vin", "car_vin"),
            ("sub_orderId", "sub_order_id"), ("a1B", "a1_b"), ("DTO", "DTO"), ("", ""), ("sub_Order", "sub_order"),
        ] { #expect(name.snakeCased == snake) }
    }
}
