import Audit
import Problems
import Requests
import Testing

@testable import AuditAPI

@Suite struct SiblingQueryTests {
    private func filter(_ query: String) throws -> TrailQuery {
        try TrailQuery(page: try QueryString(query), catalog: try catalogWithKey.get())
    }

    @Test(
        "What is no id and no settlement is refused, and the answer says what there is",
        arguments: [
            ("sibling_of=7", "sibling_of"), ("sibling_of=017f22e2-79b0-4cc3-98c4-dc0c0c07398f", "sibling_of"),
            ("settled=maybe", "none, done, not_done"), ("settled=DONE", "none, done, not_done"),
        ])
    func whatIsNoId(query: String, said: String) throws {
        let problem = try #require(throws: Problem.self) { _ = try filter(query) }
        #expect(problem.type == .malformedRequest && problem.detail.contains(said))
    }

    @Test("An id in either case and each settlement are taken")
    func idInEitherCase() throws {
        let id = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
        #expect(try filter("sibling_of=" + id.uppercased()).siblingOf?.text == id)
        #expect(try filter("settled=none").settled == SettledFilter.none)
        #expect(try filter("settled=not_done").settled == .notDone)
    }
}
