import TestSupport
import Testing

/// `make chaos` is only worth something if its harness finds what it looks for.
@Suite struct ChaosHarnessTests {
    @Test("The fault-injection harness finds planted calls that are lost, doubled, mismatched and stuck")
    func selfTest() async throws {
        let output = try await Command.succeed(["python3", "-B", Repository.root + "/scripts/chaos/selftest.py"])
        let passed = try #require(output.firstMatch(of: /(\d+) checks passed/))
        #expect(try #require(Int(passed.1)) >= 30)
    }
}
