import TestSupport
import Testing

@testable import HTTP1

@Suite("Requests that two servers could read differently")
struct SmugglingTests {
    @Test("There are at least 103 tricks, each with a name of its own")
    func thereAreAtLeast() {
        #expect(SmugglingTricks.all.count >= 103)
        #expect(Set(SmugglingTricks.all.map(\.name)).count == SmugglingTricks.all.count)
    }

    @Test("Each trick is refused, or has the one meaning that all servers see", arguments: SmugglingTricks.all)
    func eachTrickIsRefused(_ trick: SmugglingTricks.Trick) {
        let input = trick.bytes
        let reading = Reading.requests([input])
        #expect(Reading.requests(input.map { [$0] }) == reading)
        #expect(refusal(reading) == trick.refusal, "\(reading)")
        let paths = reading.messages.map { String($0.start.split(separator: " ")[1]) }
        #expect(paths == trick.paths)
    }

    private func refusal(_ reading: Reading) -> SmugglingTricks.Refusal? {
        switch reading.error {
        case .malformed: .badRequest
        case .targetTooLong: .targetTooLong
        case .headTooLarge: .headTooLarge
        case .versionUnsupported: .version
        case .transferCodingUnsupported: .coding
        case .expectationUnsupported: .expectation
        case nil: reading.messages.isEmpty ? .incomplete : nil
        }
    }
}
