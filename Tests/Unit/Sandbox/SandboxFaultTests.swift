import Testing

@testable import Sandbox

@Suite("Ordering faults")
struct SandboxFaultTests {
    @Test("Every kind has a name that makes it, and nothing else does")
    func everyKindHasName() {
        for kind in SandboxFault.kinds where kind != "error" {
            #expect(SandboxFault(kind: kind, argument: nil) != nil, "\(kind)")
        }
        #expect(SandboxFault(kind: "nonsense", argument: nil) == nil)
        #expect(SandboxFault(kind: "cut", argument: "1") == nil)
        for (kind, argument) in [
            ("latency", "x"), ("latency", "-1"), ("latency", "600001"), ("ban", "86401"), ("status", "199"),
            ("status", "600"), ("code", ""),
        ] {
            #expect(SandboxFault(kind: kind, argument: argument) == nil, "\(kind)=\(argument)")
        }
        #expect(SandboxFault(kind: "app-ban", argument: "9") == .ban(seconds: 9, wholeApp: true))
    }

    @Test("A magic value is found anywhere in a parameter, inside JSON too")
    func magicValueIsFound() {
        #expect(MagicValue.find(in: ["x", "a sandbox:latency=200 b"]) == .fault(.latency(milliseconds: 200)))
        #expect(MagicValue.find(in: [#"{"a":"sandbox:cut"}"#]) == .fault(.cut))
        #expect(
            MagicValue.find(in: [#"{"a":"sandbox:isp=isp.x-timeout"}"#])
                == MagicValue.fault(
                    .error(
                        code: 15, message: "Remote service error", subCode: "isp.x-timeout",
                        subMessage: "ordered in the sandbox")))
        #expect(MagicValue.find(in: ["sandbox:nonsense=1"]) == .unknown("nonsense"))
        #expect(MagicValue.find(in: ["sandbox:"]) == .unknown(""))
        #expect(MagicValue.find(in: ["sandbox", "", "SANDBOX:cut"]) == nil)
    }

    @Test("An order in JSON names a kind, a method and a count")
    func orderInJSONNames() throws {
        let order = try FaultOrder(json: Array(#"{"kind":"ban","argument":5,"method":"m","count":0}"#.utf8))
        #expect(order == FaultOrder(.ban(seconds: 5, wholeApp: false), method: "m", count: nil))
        let error = try FaultOrder(json: Array(#"{"kind":"error","code":43,"sub_msg":"手机"}"#.utf8))
        #expect(
            error.fault
                == .error(code: 43, message: "Remote service error", subCode: nil, subMessage: "手机"))
    }

    @Test(
        "An order that is wrong is refused",
        arguments: ["", "[]", "{}", #"{"kind":"x"}"#, #"{"kind":"cut","count":-1}"#, #"{"kind":"cut","colour":1}"#])
    func refusedOrders(_ json: String) {
        #expect(throws: FaultOrder.InvalidOrderError.self) { try FaultOrder(json: Array(json.utf8)) }
    }

    @Test("Orders strike in the order given, only their method, only so many calls, and up to a limit")
    func ordersStrikeInOrder() throws {
        var book = FaultBook(limit: 2)
        try book.add(FaultOrder(.cut, method: "a", count: 2))
        try book.add(FaultOrder(.half, count: nil))
        #expect(throws: FaultBook.FullError.self) { try book.add(FaultOrder(.html)) }
        #expect(book.take(method: "b") == .half)
        #expect([book.take(method: "a"), book.take(method: "a"), book.take(method: "a")] == [.cut, .cut, .half])
        #expect(book.orders.count == 1)
        book.removeAll()
        #expect(book.take(method: "a") == nil)
    }
}
