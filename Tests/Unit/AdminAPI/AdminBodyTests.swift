import Catalog
import Problems
import Testing
import Vault

@testable import AdminAPI

@Suite struct AdminBodyTests {
    @Test("Every fault is reported with its place, and no fault repeats a value")
    func reportsEveryFault() throws {
        var body = try AdminBody(
            Array(#"{"secret":{"a":"canary-5d1c"},"methods":"canary-5d1c","default":1,"extra":1,"author":"x"}"#.utf8))
        _ = body.secret("secret")
        _ = body.texts("methods")
        _ = body.flag("default")
        _ = body.requiredText("name")
        let problem = try #require(throws: Problem.self) { try body.finish(shown: ["author"]) }
        let faults = problem.faults.map { "\($0.pointer) \($0.code.rawValue)" }
        #expect(
            faults == [
                "/secret type", "/methods type", "/default type", "/name required", "/extra unknown", "/author unknown",
            ])
        #expect(problem.type == .invalidParameters)
        #expect(!String(decoding: problem.document, as: UTF8.self).contains("canary-5d1c"))
    }

    @Test("Null removes a member that may be missing, and an absent one is kept")
    func nullRemoves() throws {
        var body = try AdminBody(Array(#"{"gateway":null,"expires_at":null}"#.utf8))
        guard case .clear = body.removableText("gateway"), case .clear = body.time("expires_at"),
            case .keep = body.removableText("customer_id")
        else {
            Issue.record("null removes, and absence keeps")
            return
        }
        try body.finish()
    }

    @Test("A body that is not an object is refused", arguments: ["", "[]", "1", "{", #"{"a":1,"a":2}"#])
    func refusesOtherBodies(_ text: String) {
        #expect(throws: Problem.self) { _ = try AdminBody(Array(text.utf8)) }
    }

    @Test("Fields of the vault become pointers to members")
    func namesMembers() {
        let pointers = ["app secret", "gateway URL", "method 2", "constant a", "sign method", "seller 1", "session"]
            .map(AdminMember.pointer)
        #expect(
            pointers == ["/secret", "/gateway", "/methods/1", "/params", "/sign_method", "/sellers/0", "/session"])
    }
}
