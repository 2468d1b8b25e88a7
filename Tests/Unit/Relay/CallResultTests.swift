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
@Suite struct CallResultTests {
    private func callResult(_ result: CurlResult, _ method: String = Methods.lease, body: String? = nil) throws
        -> CallResult
    {
        CallResult.judge(
            result, entry: try Methods.entry(method), form: .wrapped, mapped: try Methods.mapped(method, body))
    }

    // MARK: Without an answer

    private static let kinds: [CurlFailure.Kind] = [
        .invalidRequest, .resolve, .connect, .tls(.unknownIssuer), .tls(.handshake), .timeout(.connect),
        .timeout(.call), .cut, .tooLarge, .badEncoding, .notHTTP, .shutDown, .other,
    ]

    /// The text has no addresses and no texts of libraries. Those are for the log.
    private func expectPlain(_ callResult: CallResult) {
        let detail = callResult.problem?.detail ?? ""
        #expect(detail.hasSuffix(".") && !detail.contains("curl") && !detail.contains("127.0.0.1"), "\(detail)")
    }

    @Test("Not a byte of the body was asked for: not sent, whatever went wrong", arguments: kinds)
    func notSent(_ kind: CurlFailure.Kind) throws {
        for method in [Methods.lease, Methods.cards, Methods.stock] {
            let callResult = try callResult(.failure(kind, code: 7, sent: false), method)
            #expect(callResult.outcome == .notSent && callResult.retryable == true)
            #expect(callResult.problem?.type == .topUnreachable && callResult.problem?.retryable == true)
            #expect(callResult.code == "curl-7" && callResult.message == callResult.problem?.detail)
            expectPlain(callResult)
            #expect(callResult.response == nil && callResult.responseBytes == 0)
        }
    }

    @Test("Anything later leaves open whether it was done", arguments: kinds)
    func unknownTransport(_ kind: CurlFailure.Kind) throws {
        for (method, isRetryable) in [(Methods.lease, false), (Methods.cards, true), (Methods.stock, true)] {
            let callResult = try callResult(.failure(kind, sent: true), method)
            #expect(callResult.outcome == .unknown && callResult.retryable == isRetryable)
            #expect(callResult.problem?.type == .outcomeUnknown && callResult.problem?.retryable == isRetryable)
            #expect(callResult.code == "curl-28" && callResult.problem?.detail == callResult.message.map { $0 + "." })
            #expect(callResult.message?.contains("response from TOP: ") == true)
            expectPlain(callResult)
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
            (.tooLarge, 1, "No usable response from TOP: the response is larger than allowed"),
        ] as [(CurlFailure.Kind, UInt64, String)])
    func wordsWithoutResponse(_ kind: CurlFailure.Kind, _ nanoseconds: UInt64, _ words: String) {
        let failure = CurlFailure(code: 28, kind: kind, description: "what curl said")
        #expect(failure.messageAfterSending(nanoseconds: nanoseconds) == words)
    }

    // MARK: Answers that say nothing

    @Test(
        "A status of failure is unknown, even with a body that reads well",
        arguments: [400, 403, 429, 500, 502, 503, 504, 599])
    func failureStatus(_ status: Int) throws {
        for body in ["<html>", "", Answers.leaseSuccess] {
            let callResult = try callResult(.answer(body, status: status))
            #expect(callResult.outcome == .unknown && callResult.retryable == false)
            #expect(callResult.problem?.type == .outcomeUnknown && callResult.code == "http-\(status)")
            #expect(callResult.interpretation == nil && callResult.responseBytes == body.utf8.count)
            #expect(callResult.response == body && callResult.problem?.top == nil)
        }
    }

    @Test("An error of TOP under a status of failure is unknown, and is shown", arguments: [400, 500, 502])
    func errorUnderFailureStatus(_ status: Int) throws {
        let body = Answers.error(15, "isv.item-not-exist", subMessage: "no such item")
        let callResult = try callResult(.answer(body, status: status))
        #expect(callResult.outcome == .unknown && callResult.problem?.type == .outcomeUnknown)
        #expect(
            callResult.code == "15" && callResult.subCode == "isv.item-not-exist"
                && callResult.message == "no such item")
        #expect(callResult.problem?.top?.subCode == "isv.item-not-exist" && callResult.topRequestID == "16ez")
    }

    @Test(
        "A redirection, 404 and 405 say that the address is not the gateway's",
        arguments: [301, 302, 307, 399, 404, 405])
    func wrongAddress(_ status: Int) throws {
        for method in [Methods.lease, Methods.stock] {
            let callResult = try callResult(.answer("<html>", status: status), method)
            #expect(callResult.outcome == .misconfigured && callResult.retryable == false)
            #expect(callResult.problem?.type == .relayMisconfigured && callResult.code == "http-\(status)")
        }
        let told = try callResult(.answer(Answers.error(15, "isv.x"), status: status))
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
            let callResult = try callResult(.answer(body, status: status), method)
            #expect(callResult.outcome == .unknown && callResult.retryable == isRetryable)
            #expect(callResult.problem?.type == .outcomeUnknown && callResult.code == code)
            // Of a method about persons, nothing is shown of what is neither an object nor a list.
            let isHidden = method == Methods.cards && !["", "null", "[]", "{\"a\":"].contains(body)
            #expect(callResult.response == (isHidden ? "***" : body))
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
            let callResult = try callResult(answer, method)
            let isRead = method == Methods.stock && row.reading != nil
            let expected =
                isRead
                ? row.reading!
                : (row.outcome, row.type, row.isRetryable || (row.outcome == .unknown && method == Methods.cards))
            #expect(callResult.outcome == expected.0 && callResult.problem?.type == expected.1, "\(row) \(method)")
            #expect(
                callResult.retryable == expected.2 && callResult.problem?.retryable == expected.2, "\(row) \(method)")
            #expect(callResult.code == "\(row.code)" && callResult.subCode == row.subCode)
            #expect(callResult.topRequestID == "16ez" && callResult.problem?.top?.topRequestID == "16ez")
            #expect(callResult.ban == nil && callResult.interpretation == nil)
            #expect((callResult.problem?.retryAfterSeconds != nil) == (expected.1 == .throttled))
        }
    }

    @Test("A ban that TOP names lasts its seconds and one more, and Retry-After says so")
    func banThatTOPNames() throws {
        let text = "This ban will last for 5 more seconds"
        let ofApp = try callResult(
            .answer(Answers.error(7, "accesscontrol.limited-by-app-access-count", subMessage: text)))
        #expect(ofApp.ban == Ban(scope: .app, seconds: 6) && ofApp.problem?.retryAfterSeconds == 6)
        let ofMethod = try callResult(
            .answer(Answers.error(7, "accesscontrol.limited-by-api-access-count", subMessage: text)))
        #expect(ofMethod.ban == Ban(scope: .method, seconds: 6))
        #expect(try callResult(.answer(Answers.error(7))).problem?.retryAfterSeconds == 1)
    }

    @Test("TOP's own words are masked wherever they go")
    func topOwnWordsAreMasked() throws {
        let answer = Answers.error(
            15, "isv.phone", message: "13712345678 is bad", subMessage: "do not use 13712345678, nor 13987654321")
        let callResult = try callResult(.answer(answer), Methods.stock, body: Body.stock)
        let texts = [
            callResult.message, callResult.response, callResult.problem?.top?.message,
            callResult.problem?.top?.subMessage,
            callResult.problem.map { String(decoding: $0.document, as: UTF8.self) },
        ]
        for text in texts {
            let text = try #require(text)
            #expect(!text.contains("13712345678"), "\(text)")
            #expect(text.contains("137****5678"), "\(text)")
        }
        #expect(callResult.message?.contains("13987654321") == false)
        #expect(callResult.responseBytes == answer.utf8.count)
    }

    @Test("An answer that cannot be read is masked too")
    func masksOfUnreadable() throws {
        for status in [200, 502] {
            let callResult = try callResult(
                .answer("<p>13712345678</p>", status: status), Methods.stock, body: Body.stock)
            #expect(callResult.response == "<p>137****5678</p>")
        }
    }

    // MARK: Answers

    @Test("A success has no code and no problem, and TOP's id")
    func successHasNoCode() throws {
        let callResult = try callResult(.answer(Answers.leaseSuccess))
        #expect(callResult.outcome == .success && callResult.problem == nil && callResult.retryable == nil)
        #expect(callResult.code == nil && callResult.message == nil && callResult.topRequestID == "16fx")
        #expect(callResult.response == Answers.leaseSuccess)
    }

    @Test("A failure of the business is a 200 with TOP's code and words")
    func businessFailure() throws {
        let callResult = try callResult(.answer(Answers.leaseFailure))
        #expect(callResult.outcome == .businessFailure && callResult.problem == nil)
        #expect(callResult.code == "E7" && callResult.message == "no such item" && callResult.topRequestID == "16fy")
    }

    @Test("Some items failed: partial")
    func someItemsFailed() throws {
        let answer = """
            {"alibaba_alsc_crm_card_batch_sell_response":{"result":{"biz_success":"true","result_code":"C1",\
            "result":{"all_success":"false"}}}}
            """
        let callResult = try callResult(.answer(answer), Methods.cards, body: Body.cards)
        #expect(callResult.outcome == .partial && callResult.problem == nil && callResult.code == "C1")
    }

    @Test("TOP takes the work and says whether to repeat", arguments: [true, false])
    func topTakesWorkAndSays(_ isRetryable: Bool) throws {
        let answer = """
            {"taobao_logistics_address_ability_tms_async_response":{"address_ability_async_response":\
            {"success":true,"is_retry":\(isRetryable)}}}
            """
        let callResult = try callResult(.answer(answer), Methods.addresses)
        #expect(callResult.outcome == .accepted && callResult.problem == nil && callResult.retryable == isRetryable)
    }

    @Test("A call that cannot be signed was not sent, and is the relay's own fault")
    func callThatCannotBeSigned() {
        let callResult = CallResult(unsignable: Problem(.relayMisconfigured, "no digest", retryable: false))
        #expect(callResult.outcome == .misconfigured && callResult.problem?.type.status == 502)
        #expect(callResult.retryable == false && callResult.message == "no digest")
    }
}
