import JSON
import TestSupport
import Testing

@Suite("TOP's answers, read tolerantly and judged by the entry's rules", .bounded)
struct AnswerTests {
    struct Case: Sendable, CustomStringConvertible {
        var fault: String
        var example: @Sendable () -> Example = { .carProfile() }
        var outcome: String
        var retryable: Bool?
        /// A text that the result holds.
        var holds: String?

        var description: String { fault }
    }

    private static func change(
        _ change: String, _ outcome: String, retryable: Bool? = nil, _ example: @escaping @Sendable () -> Example
    ) -> Case {
        Case(fault: #""kind":"change",\#(change)"#, example: example, outcome: outcome, retryable: retryable)
    }

    static let tolerated: [Case] = [
        Case(
            fault: #""kind":"control_characters""#, outcome: "success", holds: #"line1\nline2\ttab\u0001end"#),
        Case(fault: #""kind":"gbk""#, outcome: "success", holds: "\u{FFFD}"),
        Case(fault: #""kind":"invalid_utf8""#, outcome: "success", holds: "bad \u{FFFD}"),
        Case(fault: #""kind":"nul""#, outcome: "success", holds: "raw "),
        Case(fault: #""kind":"other_root""#, outcome: "success", holds: #""errcode":"0000""#),
        Case(fault: #""kind":"other_item""#, outcome: "success", holds: #""id_mapping":[{"#),
        Case(fault: #""kind":"plain_lists""#, outcome: "success", holds: #""id_mapping":[{"#),
        Case(fault: #""kind":"missing_lists""#, outcome: "business_failure"),
        Case(fault: #""kind":"big_ids""#, outcome: "success", holds: #""car_profile_id":9007199254740993002"#),
        Case(fault: #""kind":"gzip""#, outcome: "success"), Case(fault: #""kind":"chunked""#, outcome: "success"),
        Case(fault: #""kind":"trickle","pieces":5,"pause_ms":20"#, outcome: "success"),
        Case(fault: #""kind":"big","bytes":5000000"#, outcome: "success"),
    ]

    static let judged: [Case] = [
        change(#""set":{"is_success":false}"#, "business_failure") { .carProfile() },
        change(#""remove":["is_success"]"#, "business_failure") { .carProfile() },
        change(#""set":{"is_success":"true"}"#, "success") { .carProfile() },
        change(#""set":{"data":{"id_mapping":{"entry":[]}}}"#, "business_failure") { .carProfile() },
        change(#""set":{"message_code":1}"#, "business_failure") { .rental() },
        change(#""set":{"message_code":"0"}"#, "success") { .rental() },
        change(#""set":{"result.object":false}"#, "business_failure") { .lease() },
        change(#""set":{"result.success":false}"#, "business_failure") { .lease() },
        change(#""remove":["result"]"#, "business_failure") { .lease() },
        change(#""set":{"address_ability_async_response.is_retry":true}"#, "accepted", retryable: true) { .address() },
        change(
            #""set":{"address_ability_async_response.success":false,"address_ability_async_response.is_retry":true}"#,
            "business_failure", retryable: true
        ) { .address() },
        change(#""set":{"result.result.all_success":"false"}"#, "partial") { .cards() },
        change(#""set":{"result.biz_success":false}"#, "business_failure") { .cards() },
    ]

    @Test("Odd answers are read all the same", arguments: tolerated)
    func oddAnswersAreRead(_ expected: Case) async throws { try await check(expected) }

    @Test("The entry's rules say what happened", arguments: judged)
    func entryRulesSayWhatHappened(_ expected: Case) async throws { try await check(expected) }

    private func check(_ expected: Case) async throws {
        let stage = try await Stage.shared
        let example = expected.example()
        try await stage.gateway.order(#"{"contains":"\#(example.marker)",\#(expected.fault)}"#)
        let answer = try await stage.call(example)
        try #require(answer.status == 200, "\(answer)")
        #expect(answer.outcome == expected.outcome)
        if let retryable = expected.retryable { #expect(answer.json["retryable"]?.bool == retryable) }
        if let text = expected.holds { #expect(answer.text.contains(text), "\(answer)") }
        let row = try #require(try await stage.trail(id: answer.id))
        #expect(row.outcome == expected.outcome)
        #expect(row.status == 200)
        #expect(row.response?.isEmpty == false)
    }

    @Test("An error_response wins wherever it stands at the root")
    func errorLast() async throws {
        let stage = try await Stage.shared
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"contains":"\#(example.marker)","kind":"error_last"}"#)
        let answer = try await stage.call(example)
        #expect(answer.problem == "rejected-by-top")
        #expect(answer.outcome == "rejected")
    }

    @Test("A deleted profile is not expected in the mapping")
    func deletedProfileIsNotExpected() async throws {
        let stage = try await Stage.shared
        var example = Example.carProfile()
        example.body = example.body.replacing(#""operate_type":1"#, with: #""operate_type":3"#)
        let answer = try await stage.call(example)
        #expect(answer.outcome == "success")
        #expect(answer.text.contains(#""id_mapping":[]"#))
    }

    @Test(
        "Broken bytes in an error text are repaired in the answer and in the row",
        arguments: ["gbk", "nul", "invalid_utf8"])
    func brokenError(_ kind: String) async throws {
        let stage = try await Stage.shared
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"contains":"\#(example.marker)","kind":"\#(kind)","where":"error"}"#)
        let answer = try await stage.call(example)
        #expect(answer.problem == "rejected-by-top")
        #expect(String(validating: answer.body, as: UTF8.self) != nil)
        let row = try #require(try await stage.trail(id: answer.id))
        #expect(row.outcome == "rejected")
        #expect(row.message?.isEmpty == false)
        #expect(row.response?.contains("error_response") == true)
    }
}
