import TestSupport
import Testing

/// `make chaos` and `make fuzz` are only worth something if their harnesses find what they look for.
@Suite struct ChaosHarnessTests {
    @Test("The fault-injection harness finds planted calls that are lost, doubled, mismatched and stuck")
    func selfTest() async throws {
        let output = try await Command.succeed(["python3", "-B", Repository.root + "/scripts/chaos/selftest.py"])
        let passed = try #require(output.firstMatch(of: /(\d+) checks passed/))
        #expect(try #require(Int(passed.1)) >= 30)
    }

    @Test("The fuzz harness finds planted reports, hangs and answers that are not HTTP")
    func fuzzSelfTest() async throws {
        let output = try await Command.succeed(["python3", "-B", Repository.root + "/scripts/fuzz/selftest.py"])
        let passed = try #require(output.firstMatch(of: /(\d+) checks passed/))
        #expect(try #require(Int(passed.1)) >= 10)
    }
}
