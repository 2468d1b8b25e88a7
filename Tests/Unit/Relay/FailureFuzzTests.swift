import Audit
import Catalog
import Curl
import JSON
import RelayTestSupport
import TOP
import TestSupport
import Testing

@testable import Relay

/// Answers that tell a failure, in every family and with whatever around it: none may come out as done.
@Suite("No failure is told as a success")
struct FailureFuzzTests {
    private static let methods = [Methods.lease, Methods.carProfile, Methods.cards, Methods.addresses, Methods.stock]

    /// The members that tell a failure by TOP's own rules, in an order that does not matter.
    private static let failures = [
        #""flag":"failure""#, #""flag":"FAILURE","code":"0""#, #""sub_code":"isv.x""#,
        #""sub_code":"isp.y","code":200"#,
        #""code":15"#, #""code":"isv.denied""#, #""code":-1"#, #""code":200,"success":false"#,
        #""code":"200","success":"false""#, #""error_response":{"code":27}"#, #""error_response":{}"#,
        #""body":{"flag":"Failure"}"#, #""body":{"code":7}"#,
        #""body":{"error_response":{"code":15,"sub_code":"isv.a"}}"#,
    ]

    private static let others = [
        #""request_id":"r""#, #""is_success":true"#, #""result":{"success":true,"object":true,"biz_success":true}"#,
        #""message_code":0"#, #""msg":"成功""#, #""quantity":1"#, #""x":[1,{"code":0}]"#, #""sub_msg":"\ud83d""#,
    ]

    private func inner(using random: inout Seeded) -> String {
        var members = Self.others.filter { _ in Bool.random(using: &random) }
        members.append(Self.failures.randomElement(using: &random)!)
        members.shuffle(using: &random)
        let space = ["", " ", "\n", "\t"].randomElement(using: &random)!
        return "{" + members.joined(separator: space + "," + space) + "}"
    }

    @Test("Failures of all families, with members around them in any order", arguments: 0..<20)
    func mutatedFailures(seed: Int) throws {
        var random = Seeded(seed: UInt64(seed))
        for _ in 0..<200 {
            let method = Self.methods.randomElement(using: &random)!
            let inner = inner(using: &random)
            let root = ResponseForm.rootName(of: method)
            let (body, form): (String, ResponseForm) = [
                (#"{"\#(root)":\#(inner)}"#, .wrapped), (#"{"request_id":"r","other_response":\#(inner)}"#, .wrapped),
                (#"{"response":\#(inner)}"#, .qimenCloud), (inner, .qimenCloud), (inner, .simplified),
                (inner, .wrapped), (#"{"response":\#(inner)}"#, .wrapped),
                (#"{"error_response":\#(inner),"\#(root)":{"is_success":true}}"#, .wrapped),
                (#"{"body":{"error_response":\#(inner)}}"#, .wrapped),
                (#"{"ret":["FAIL"],"data":\#(inner)}"#, .simplified),
            ].randomElement(using: &random)!
            let status = [200, 200, 200, 403, 500].randomElement(using: &random)!
            let callResult = CallResult.judge(
                .answer(body, status: status), entry: try Methods.entry(method), form: form,
                mapped: try Methods.mapped(method))
            #expect(![.success, .accepted, .partial].contains(callResult.outcome), "\(form) \(method) \(body)")
        }
    }
}
