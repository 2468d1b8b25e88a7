import Audit
import Catalog
import Curl
import JSON
import Problems
import RelayTestSupport
import TOP
import Testing

@testable import Relay

/// Every row of the contract's table of outcomes.
@Suite struct VerdictTests {
    private func verdict(_ result: CurlResult, _ method: String = Methods.lease, body: String? = nil) throws -> Verdict
    {
        Verdict.judge(
            result, entry: try Methods.entry(method), form: .wrapped, mapped: try Methods.mapped(method, body))
    }

    // MARK: Without an answer

    private static let kinds: [CurlFailure.Kind] = [
        .invalidRequest, .resolve, .connect, .tls(.unknownIssuer), .tls(.handshake), .timeout(.connect),
        .timeout(.call), .cut, .tooLarge, .badEncoding, .notHTTP, .shutDown, .other,
    ]

    /// Neither addresses nor what libraries said: those are for the log.
    private func expectPlain(_ verdict: Verdict) {
        let detail = verdict.problem?.detail ?? ""
        #expect(detail.hasSuffix(".") && !detail.contains("curl") && !detail.contains("127.0.0.1"), "\(detail)")
    }

    @Test("Not a byte of the body was asked for: not sent, whatever went wrong", arguments: kinds)
    func notSent(_ kind: CurlFailure.Kind) throws {
        for method in [Methods.lease, Methods.cards, Methods.stock] {
            let verdict = try verdict(.failure(kind, code: 7, sent: false), method)
            #expect(verdict.outcome == .notSent && verdict.retryable == true)
            #expect(verdict.problem?.type == .topUnreachable && verdict.problem?.retryable == true)
            #expect(verdict.code == "curl-7" && verdict.message == verdict.problem?.detail)
            expectPlain(verdict)
            #expect(verdict.response == nil && verdict.responseBytes == 0)
        }
    }

    @Test("Anything later leaves open whether it was done", arguments: kinds)
    func unknownTransport(_ kind: CurlFailure.Kind) throws {
        for (method, isRetryable) in [(Methods.lease, false), (Methods.cards, true), (Methods.stock, true)] {
            let verdict = try verdict(.failure(kind, sent: true), method)
            #expect(verdict.outcome == .unknown && verdict.retryable == isRetryable)
            #expect(verdict.problem?.type == .outcomeUnknown && verdict.problem?.retryable == isRetryable)
            #expect(verdict.code == "curl-28" && verdict.problem?.detail == verdict.message.map { $0 + "." })
            #expect(verdict.message?.contains("response from TOP: ") == true)
            expectPlain(verdict)
        }
    }

    @Test(
        "A missing response is told in words",
        arguments: [
            (CurlFailure.Kind.timeout(.call), 29_997_000_000, "No response from TOP: timed out after 30 s"),
            (.timeout(.call), 949_000_000, "No response from TOP: timed out after 0.9 s"),
            (.timeout(.call), 950_000_000, "No response from TOP: timed out after 1 s"),
            (.cut, 1, "No response from TOP: connection lost after the request was sent"),
            (.shutDown, 1, "No response from TOP: the replica had to stop before it came"),
            (.tooLarge, 1, "No usable response from TOP: the answer is larger than allowed"),
        ] as [(CurlFailure.Kind, UInt64, String)])
    func wordsWithoutResponse(_ kind: CurlFailure.Kind, _ nanoseconds: UInt64, _ words: String) {
        let failure = CurlFailure(code: 28, kind: kind, description: "what curl said")
        #expect(failure.wordsAfterSending(nanoseconds: nanoseconds) == words)
    }

    // MARK: Answers that say nothing

    @Test(
        "A status of failure is unknown, even with a body that reads well",
        arguments: [400, 403, 429, 500, 502, 503, 504, 599])
    func failureStatus(_ status: Int) throws {
        for body in ["<html>", "", Answers.leaseSuccess] {
            let verdict = try verdict(.answer(body, status: status))
            #expect(verdict.outcome == .unknown && verdict.retryable == false)
            #expect(verdict.problem?.type == .outcomeUnknown && verdict.code == "http-\(status)")
            #expect(verdict.interpretation == nil && verdict.responseBytes == body.utf8.count)
            #expect(verdict.response == body && verdict.problem?.top == nil)
        }
    }

    @Test("An error of TOP under a status of failure is unknown, and is shown", arguments: [400, 500, 502])
    func errorUnderFailureStatus(_ status: Int) throws {
        let body = Answers.error(15, "isv.item-not-exist", subMessage: "no such item")
        let verdict = try verdict(.answer(body, status: status))
        #expect(verdict.outcome == .unknown && verdict.problem?.type == .outcomeUnknown)
        #expect(verdict.code == "15" && verdict.subCode == "isv.item-not-exist" && verdict.message == "no such item")
        #expect(verdict.problem?.top?.subCode == "isv.item-not-exist" && verdict.topRequestID == "16ez")
    }

    @Test(
        "A redirection, 404 and 405 say that the address is not the gateway's",
        arguments: [301, 302, 307, 399, 404, 405])
    func wrongAddress(_ status: Int) throws {
        for method in [Methods.lease, Methods.stock] {
            let verdict = try verdict(.answer("<html>", status: status), method)
            #expect(verdict.outcome == .misconfigured && verdict.retryable == false)
            #expect(verdict.problem?.type == .relayMisconfigured && verdict.code == "http-\(status)")
        }
        let told = try verdict(.answer(Answers.error(15, "isv.x"), status: status))
        #expect(told.outcome == .misconfigured && told.subCode == "isv.x" && told.problem?.top?.code == "15")
    }

    @Test(
        "An answer that cannot be read is unknown",
        arguments: [
            (200, "<html>busy</html>", "unreadable"), (200, "", "unreadable"), (200, "[]", "unreadable"),
            (200, "{\"a\":", "unreadable"), (200, "null", "unreadable"), (403, "<html>", "http-403"),
            (500, "not found", "http-500"),
        ])
    func answerThatCannotBeRead(_ status: Int, _ body: String, _ code: String) throws {
        for (method, isRetryable) in [(Methods.lease, false), (Methods.cards, true), (Methods.stock, true)] {
            let verdict = try verdict(.answer(body, status: status), method)
            #expect(verdict.outcome == .unknown && verdict.retryable == isRetryable)
            #expect(verdict.problem?.type == .outcomeUnknown && verdict.code == code)
            // Of a method about persons, nothing is shown of what is neither an object nor a list.
            let isHidden = method == Methods.cards && !["", "null", "[]", "{\"a\":"].contains(body)
            #expect(verdict.response == (isHidden ? "***" : body))
        }
    }

    // MARK: Errors of TOP

    struct ErrorRow: Sendable {
        var code: Int
        var subCode: String?
        var outcome: Outcome
        var type: ProblemType
        var isRetryable: Bool
        /// What a method that only reads gets instead, where it differs.
        var reading: (outcome: Outcome, type: ProblemType, isRetryable: Bool)?

        init(_ code: Int, _ subCode: String?, _ outcome: Outcome, _ type: ProblemType, _ isRetryable: Bool = false) {
            self.code = code
            self.subCode = subCode
            self.outcome = outcome
            self.type = type
            self.isRetryable = isRetryable
            if outcome == .unknown { reading = (.platformError, .topError, true) }
        }
    }

    static let errors = [
        ErrorRow(26, nil, .sessionInvalid, .sessionInvalid), ErrorRow(27, "x", .sessionInvalid, .sessionInvalid),
        ErrorRow(44, nil, .sessionInvalid, .sessionInvalid), ErrorRow(53, nil, .sessionInvalid, .sessionInvalid),
        ErrorRow(15, "invalid-sessionkey", .sessionInvalid, .sessionInvalid),
        ErrorRow(7, nil, .throttled, .throttled, true), ErrorRow(4, nil, .throttled, .throttled, true),
        ErrorRow(8, nil, .throttled, .throttled, true),
        ErrorRow(15, "accesscontrol.limited-by-api-access-count", .throttled, .throttled, true),
        ErrorRow(15, "isp.call-limited", .throttled, .throttled, true),
        ErrorRow(11, nil, .misconfigured, .relayMisconfigured), ErrorRow(25, nil, .misconfigured, .relayMisconfigured),
        ErrorRow(29, "isv.x", .misconfigured, .relayMisconfigured),
        ErrorRow(15, "isv.permission-api-package-limit", .misconfigured, .relayMisconfigured),
        ErrorRow(15, "isv.item-not-exist", .rejected, .rejectedByTOP), ErrorRow(40, nil, .rejected, .rejectedByTOP),
        ErrorRow(41, nil, .rejected, .rejectedByTOP), ErrorRow(560, nil, .rejected, .rejectedByTOP),
        ErrorRow(43, "isv.bad-tmall", .rejected, .rejectedByTOP),
        ErrorRow(10, nil, .platformError, .topError, true),
        ErrorRow(15, "isp.top-remote-service-unavailable", .platformError, .topError, true),
        ErrorRow(15, "isp.remote-connection-error", .platformError, .topError, true),
        ErrorRow(15, "isp.remote-service-unavailable-tmall", .platformError, .topError, true),
        ErrorRow(15, "isp.remote-service-timeout", .unknown, .outcomeUnknown),
        ErrorRow(15, "isp.remote-service-error", .unknown, .outcomeUnknown),
        ErrorRow(15, "isp.unknown-error", .unknown, .outcomeUnknown),
        ErrorRow(900, "isp.anything", .unknown, .outcomeUnknown), ErrorRow(15, nil, .unknown, .outcomeUnknown),
    ]

    @Test("Each class of TOP's errors has its outcome, its problem and its word on repeating", arguments: errors)
    func errorClasses(_ row: ErrorRow) throws {
        let answer = CurlResult.answer(Answers.error(row.code, row.subCode))
        for method in [Methods.lease, Methods.cards, Methods.stock] {
            let verdict = try verdict(answer, method)
            let isRead = method == Methods.stock && row.reading != nil
            let expected =
                isRead
                ? row.reading!
                : (row.outcome, row.type, row.isRetryable || (row.outcome == .unknown && method == Methods.cards))
            #expect(verdict.outcome == expected.0 && verdict.problem?.type == expected.1, "\(row) \(method)")
            #expect(verdict.retryable == expected.2 && verdict.problem?.retryable == expected.2, "\(row) \(method)")
            #expect(verdict.code == "\(row.code)" && verdict.subCode == row.subCode)
            #expect(verdict.topRequestID == "16ez" && verdict.problem?.top?.topRequestID == "16ez")
            #expect(verdict.ban == nil && verdict.interpretation == nil)
            #expect((verdict.problem?.retryAfterSeconds != nil) == (expected.1 == .throttled))
        }
    }

    @Test("A ban that TOP names lasts its seconds and one more, and Retry-After says so")
    func banThatTOPNames() throws {
        let text = "This ban will last for 5 more seconds"
        let ofApp = try verdict(
            .answer(Answers.error(7, "accesscontrol.limited-by-app-access-count", subMessage: text)))
        #expect(ofApp.ban == Ban(scope: .app, seconds: 6) && ofApp.problem?.retryAfterSeconds == 6)
        let ofMethod = try verdict(
            .answer(Answers.error(7, "accesscontrol.limited-by-api-access-count", subMessage: text)))
        #expect(ofMethod.ban == Ban(scope: .method, seconds: 6))
        #expect(try verdict(.answer(Answers.error(7))).problem?.retryAfterSeconds == 1)
    }

    @Test("TOP's own words are masked wherever they go")
    func topOwnWordsAreMasked() throws {
        let answer = Answers.error(
            15, "isv.phone", message: "13712345678 is bad", subMessage: "do not use 13712345678, nor 13987654321")
        let verdict = try verdict(.answer(answer), Methods.stock, body: Body.stock)
        let texts = [
            verdict.message, verdict.response, verdict.problem?.top?.message, verdict.problem?.top?.subMessage,
            verdict.problem.map { String(decoding: $0.document, as: UTF8.self) },
        ]
        for text in texts {
            let text = try #require(text)
            #expect(!text.contains("13712345678"), "\(text)")
            #expect(text.contains("137****5678"), "\(text)")
        }
        #expect(verdict.message?.contains("13987654321") == false)
        #expect(verdict.responseBytes == answer.utf8.count)
    }

    @Test("An answer that cannot be read is masked too")
    func masksOfUnreadable() throws {
        for status in [200, 502] {
            let verdict = try verdict(.answer("<p>13712345678</p>", status: status), Methods.stock, body: Body.stock)
            #expect(verdict.response == "<p>137****5678</p>")
        }
    }

    // MARK: Answers

    @Test("A success has no code and no problem, and TOP's id")
    func successHasNoCode() throws {
        let verdict = try verdict(.answer(Answers.leaseSuccess))
        #expect(verdict.outcome == .success && verdict.problem == nil && verdict.retryable == nil)
        #expect(verdict.code == nil && verdict.message == nil && verdict.topRequestID == "16fx")
        #expect(verdict.response == Answers.leaseSuccess)
    }

    @Test("A failure of the business is a 200 with TOP's code and words")
    func businessFailure() throws {
        let verdict = try verdict(.answer(Answers.leaseFailure))
        #expect(verdict.outcome == .businessFailure && verdict.problem == nil)
        #expect(verdict.code == "E7" && verdict.message == "no such item" && verdict.topRequestID == "16fy")
    }

    @Test("Some items failed: partial")
    func someItemsFailed() throws {
        let answer = """
            {"alibaba_alsc_crm_card_batch_sell_response":{"result":{"biz_success":"true","result_code":"C1",\
            "result":{"all_success":"false"}}}}
            """
        let verdict = try verdict(.answer(answer), Methods.cards, body: Body.cards)
        #expect(verdict.outcome == .partial && verdict.problem == nil && verdict.code == "C1")
    }

    @Test("TOP takes the work and says whether to repeat", arguments: [true, false])
    func topTakesWorkAndSays(_ isRetryable: Bool) throws {
        let answer = """
            {"taobao_logistics_address_ability_tms_async_response":{"address_ability_async_response":\
            {"success":true,"is_retry":\(isRetryable)}}}
            """
        let verdict = try verdict(.answer(answer), Methods.addresses)
        #expect(verdict.outcome == .accepted && verdict.problem == nil && verdict.retryable == isRetryable)
    }

    @Test("A call that cannot be signed was not sent, and is the relay's own fault")
    func callThatCannotBeSigned() {
        let verdict = Verdict(unsignable: Problem(.relayMisconfigured, "no digest", retryable: false))
        #expect(verdict.outcome == .misconfigured && verdict.problem?.type.status == 502)
        #expect(verdict.retryable == false && verdict.message == "no digest")
    }
}
