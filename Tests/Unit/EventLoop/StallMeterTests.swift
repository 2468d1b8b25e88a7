import Testing

@testable import EventLoop

@Suite struct StallMeterTests {
    private func meter() -> StallMeter { StallMeter(limit: .seconds(10), longestStep: .seconds(2)) }

    /// Makes a number of checks, a second apart.
    private func changes(
        _ meter: inout StallMeter, seconds: Int, _ signs: (Int) -> LoopSigns
    ) -> [StallMeter.Change] {
        (1...seconds).map { meter.check(signs($0), elapsed: .seconds(1)) }
    }

    @Test("A loop that gives both signs is never stalled")
    func loopThatGivesBothSigns() {
        var meter = meter()
        let found = changes(&meter, seconds: 60) { LoopSigns(work: UInt64($0), timers: UInt64($0)) }
        #expect(found.allSatisfy { $0 == .none } && meter.stalledPart == nil)
    }

    @Test("A loop without work for the limit is stalled, once, and recovers with the next sign")
    func noWork() {
        var meter = meter()
        let found = changes(&meter, seconds: 20) { _ in LoopSigns() }
        #expect(found.firstIndex(of: .stalled(.work)) == 9)
        #expect(found.count { $0 != .none } == 1)
        #expect(meter.silence == .seconds(20))
        #expect(meter.check(LoopSigns(work: 1, timers: 1), elapsed: .seconds(1)) == .recovered)
        #expect(meter.stalledPart == nil && meter.silence == .zero)
        #expect(changes(&meter, seconds: 9) { _ in LoopSigns(work: 1, timers: 1) }.allSatisfy { $0 == .none })
        #expect(meter.check(LoopSigns(work: 1, timers: 1), elapsed: .seconds(1)) == .stalled(.work))
    }

    @Test("Timers that do not fire are a stall although work is done")
    func noTimers() {
        var meter = meter()
        let found = changes(&meter, seconds: 30) { LoopSigns(work: UInt64($0), timers: 0) }
        #expect(found.firstIndex(of: .stalled(.timers)) == 9 && found.count { $0 != .none } == 1)
        #expect(meter.stalledPart == .timers)
    }

    @Test("A blocked loop is one that runs no work, whichever sign came last")
    func lastSign() {
        var meter = meter()
        #expect(meter.check(LoopSigns(work: 1, timers: 1), elapsed: .seconds(1)) == .none)
        #expect(meter.check(LoopSigns(work: 2, timers: 1), elapsed: .seconds(1)) == .none)
        let found = changes(&meter, seconds: 20) { _ in LoopSigns(work: 2, timers: 1) }
        #expect(found.filter { $0 != .none } == [.stalled(.work)])
    }

    @Test("A pause of the whole process counts as one short step")
    func suspendedProcess() {
        var meter = meter()
        #expect(meter.check(LoopSigns(work: 1, timers: 1), elapsed: .seconds(1)) == .none)
        #expect(meter.check(LoopSigns(work: 1, timers: 1), elapsed: .seconds(3600)) == .none)
        #expect(meter.silence == .seconds(2))
    }
}
