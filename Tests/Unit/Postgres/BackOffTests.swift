import Testing

@testable import Postgres

@Suite("Waits between attempts")
struct BackOffTests {
    @Test("Waits begin with none, double, and stay below the greatest")
    func startsAtOnce() {
        var backOff = BackOff(minimum: .milliseconds(100), maximum: .milliseconds(400), isFirstImmediate: true)
        let waits = (0..<40).map { _ in backOff.next() }
        #expect(waits[0] == .zero)
        #expect(waits[1] >= .milliseconds(75) && waits[1] <= .milliseconds(100))
        #expect(waits[3...].allSatisfy { $0 >= .milliseconds(300) && $0 <= .milliseconds(400) })
        backOff.reset()
        #expect(backOff.next() == .zero)
    }

    @Test("Waits double up to the limit, each at least three quarters of its own, and start again after a success")
    func doublesWaits() {
        var longest = BackOff(minimum: .milliseconds(100), maximum: .milliseconds(500)) { $0.upperBound }
        #expect((0..<5).map { _ in longest.next() } == [100, 200, 400, 500, 500].map { Duration.milliseconds($0) })
        longest.reset()
        #expect(longest.next() == .milliseconds(100))
        var shortest = BackOff(minimum: .milliseconds(100), maximum: .milliseconds(500)) { $0.lowerBound }
        #expect(shortest.next() == .milliseconds(75))
    }
}
