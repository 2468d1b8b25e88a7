import Audit
import Catalog
import JSON
import Problems
import RelayTestSupport
import TOP
import Testing

@testable import Relay

@Suite struct ProblemTests {
    @Test("The least document has type, title, status and detail alone")
    func leastDocumentHasType() throws {
        let problem = Problem(.malformedRequest, "No \"quotes\" and\n号")
        let document = try problem.read()
        #expect(document.members.map(\.name) == ["type", "title", "status", "detail"])
        #expect(document["type"]?.string == "/problems/malformed-request")
        #expect(document["status"]?.lexeme == "400" && document["title"]?.string == ProblemType.malformedRequest.title)
        #expect(document["detail"]?.string == "No \"quotes\" and\n号")
        #expect(problem.reply.status == 400)
        #expect(problem.reply.headers.map(\.0) == ["Content-Type"])
        #expect(problem.reply[header: "Content-Type"] == "application/problem+json")
    }

    @Test("A full document has every member of the contract, in its form")
    func fullDocumentHasEveryMember() throws {
        var problem = Problem(.throttled, "Too many", retryable: false, retryAfterSeconds: 6)
        problem.id = CallID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        problem.method = "a.b"
        problem.outcome = .sessionInvalid
        problem.idempotencyID = "r-1"
        problem.top = TOPError(code: "7", message: "m", subCode: "s", subMessage: "sm", topRequestID: "16")
        problem.faults = [
            Fault(pointer: "/list/acid", code: .number, detail: "a number is expected"),
            Fault(pointer: "", code: .enumeration, detail: "x"),
        ]
        let document = try problem.read()
        #expect(
            document.members.map(\.name) == [
                "type", "title", "status", "detail", "id", "method", "outcome", "retryable", "request_id", "top",
                "errors",
            ])
        #expect(document["id"]?.string == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(document["outcome"]?.string == "session_invalid" && document["retryable"]?.bool == false)
        let top = try #require(document["top"])
        #expect(top.members.map(\.name) == ["code", "msg", "sub_code", "sub_msg", "request_id"])
        #expect(top["code"]?.string == "7" && top["sub_msg"]?.string == "sm")
        let errors = try #require(document["errors"]).elements.map { fault in
            fault.members.map { "\($0.name)=\($0.value.string ?? "")" }
        }
        #expect(
            errors == [
                ["pointer=/list/acid", "code=number", "detail=a number is expected"],
                ["pointer=", "code=enum", "detail=x"],
            ])
        #expect(problem.reply[header: "Retry-After"] == "6")
    }

    @Test("TOP's words that are missing are left out")
    func sparseTop() throws {
        var problem = Problem(.topError, "x")
        problem.top = TOPError(code: "10", message: "m")
        #expect(try #require(try problem.read()["top"]).members.map(\.name) == ["code", "msg"])
    }

    @Test("405 names what is allowed, 401 asks for a token")
    func headers405NamesWhatIsAllowed() {
        var problem = Problem(.methodNotAllowed, "x")
        problem.allow = "GET, HEAD"
        #expect(problem.reply[header: "Allow"] == "GET, HEAD")
        #expect(Problem(.unauthenticated, "x").reply[header: "WWW-Authenticate"] == "Bearer realm=\"toprelay\"")
        #expect(Problem(.forbidden, "x").reply[header: "WWW-Authenticate"] == nil)
    }

    @Test("Types, statuses and titles are the contract's, and each type has its own")
    func typesStatusesAndTitles() {
        let contract: [ProblemType: (String, Int)] = [
            .malformedRequest: ("malformed-request", 400), .unauthenticated: ("unauthenticated", 401),
            .forbidden: ("forbidden", 403), .notFound: ("not-found", 404),
            .methodNotAllowed: ("method-not-allowed", 405), .payloadTooLarge: ("payload-too-large", 413),
            .unsupportedMediaType: ("unsupported-media-type", 415), .invalidParameters: ("invalid-parameters", 422),
            .rejectedByTOP: ("rejected-by-top", 422), .sessionInvalid: ("session-invalid", 424),
            .throttled: ("throttled", 429), .relayMisconfigured: ("relay-misconfigured", 502),
            .topError: ("top-error", 502), .topUnreachable: ("top-unreachable", 502),
            .auditUnavailable: ("audit-unavailable", 503), .overloaded: ("overloaded", 503),
            .draining: ("draining", 503), .outcomeUnknown: ("outcome-unknown", 504),
        ]
        for (type, (name, status)) in contract {
            #expect(type.rawValue == name && type.status == status && type.reference == "/problems/" + name)
        }
        #expect(Set(ProblemType.allCases.map(\.title)).count == ProblemType.allCases.count)
        #expect(ProblemType.allCases.allSatisfy { (400...599).contains($0.status) })
    }

    @Test("Server-Timing has milliseconds to three places; a call that was not sent has no `top`")
    func serverTiming() {
        let timing = ServerTiming(audit: 412_900, top: 45_120_000, total: 1_046_003_999)
        #expect(timing.value == "audit;dur=0.412, top;dur=45.120, total;dur=1046.003")
        #expect(ServerTiming(audit: 0, top: nil, total: 5_000).value == "audit;dur=0.000, total;dur=0.005")
    }
}
