import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite struct GatheringTests {
    private static let millisecond: UInt64 = 1_000_000

    /// After batches of so many units, so many milliseconds apart, with a limit of 2 ms.
    private func gathering(units: Int, every milliseconds: UInt64, batches: UInt64 = 20) -> Gathering {
        var gathering = Gathering(limit: 2 * Self.millisecond)
        for batch in 1...batches { gathering.note(units, sentAt: (1000 + batch * milliseconds) * Self.millisecond) }
        return gathering
    }

    @Test("A limit of zero never waits")
    func zeroNeverWaits() {
        var gathering = Gathering(limit: 0)
        for batch in 1...20 as ClosedRange<UInt64> { gathering.note(100, sentAt: batch) }
        #expect(!gathering.isWorthwhile(queued: 1, underWay: 1000))
    }

    @Test("Few under way never wait, however fast they come", arguments: 0...11)
    func fewNeverWait(underWay: Int) {
        let gathering = gathering(units: 100, every: 1)
        for queued in 0...underWay { #expect(!gathering.isWorthwhile(queued: queued, underWay: underWay)) }
    }

    @Test("Units that come fast wait until a third of those under way are queued")
    func fastOnesWait() {
        let gathering = gathering(units: 5, every: 1)
        #expect(gathering.isWorthwhile(queued: 1, underWay: 12))
        #expect(gathering.isWorthwhile(queued: 20, underWay: 64))
        #expect(!gathering.isWorthwhile(queued: 21, underWay: 64))
        #expect(!gathering.isWorthwhile(queued: 0, underWay: 64))
    }

    @Test("Units that come slowly do not wait, although many are under way", arguments: [1, 2, 10, 60_000])
    func slowOnesDoNotWait(milliseconds: UInt64) {
        let gathering = gathering(units: 1, every: milliseconds)
        #expect(!gathering.isWorthwhile(queued: 1, underWay: 10_000))
    }

    @Test("After an hour's pause a pace is found again within ten batches")
    func findsPaceAgain() {
        var gathering = gathering(units: 5, every: 1)
        let resumed: UInt64 = 3_600_000
        gathering.note(1, sentAt: resumed * Self.millisecond)
        #expect(!gathering.isWorthwhile(queued: 1, underWay: 64))
        for batch in 1...10 as ClosedRange<UInt64> {
            gathering.note(5, sentAt: (resumed + batch) * Self.millisecond)
        }
        #expect(gathering.isWorthwhile(queued: 1, underWay: 64))
    }

    @Test("Units of one turn after another go in one transaction once a third of those under way are there")
    func goesTogether() async throws {
        let fixture = WriterFixture(try SharedCluster.settings)
        try await onLoop { loop in
            try await fixture.create(loop)
            // Nothing but the fourth unit ends the wait in this test's time.
            let writer = fixture.writer(loop, connections: 1) { $0.gatherAtMost = .seconds(300) }
            try await until(loop) { writer.isConnected }
            try await setPace(of: writer, fixture)
            writer.unitsUnderWay = 12
            for id in 1...3 {
                try writer.enqueue(fixture.call(id))
                await loop.sleep(for: .milliseconds(5))
            }
            #expect(writer.statistics.queuedUnits == 3)
            #expect(writer.statistics.batches == 20)
            try await writer.write(fixture.call(4))
            #expect(writer.statistics.batches == 21)
            #expect(writer.statistics.lastBatchRows == 4)
            #expect(try await fixture.countCalls(loop) == 24)
            writer.close()
        }
    }

    @Test("Units for which nothing else comes go when their time is over, and when the writer is flushed")
    func goesAlone() async throws {
        let fixture = WriterFixture(try SharedCluster.settings)
        try await onLoop { loop in
            try await fixture.create(loop)
            let writer = fixture.writer(loop, connections: 1) { $0.gatherAtMost = .milliseconds(50) }
            try await until(loop) { writer.isConnected }
            writer.unitsUnderWay = 1000
            for id in 0..<3 { try await writer.write(fixture.call(id)) }
            #expect(writer.statistics.batches == 3)
            writer.close()

            let patient = fixture.writer(loop, connections: 1) { $0.gatherAtMost = .seconds(300) }
            try await until(loop) { patient.isConnected }
            try await setPace(of: patient, fixture)
            patient.unitsUnderWay = 1000
            try patient.enqueue(fixture.call(4))
            await loop.sleep(for: .milliseconds(5))
            #expect(patient.statistics.queuedUnits == 1)
            #expect(await patient.flush(within: .seconds(60)))
            #expect(patient.close() == 0)
            #expect(try await fixture.countCalls(loop) == 24)
        }
    }

    /// Writes twenty units one after the other, which is fast for a limit of minutes.
    private func setPace(of writer: GroupWriter, _ fixture: WriterFixture) async throws {
        for id in 100..<120 { try await writer.write(fixture.call(id)) }
    }
}
