import Testing

@testable import Vault

@Suite struct ClockOffsetTests {
    @Test(
        "What the round trip can explain does not count",
        arguments: [
            (1000, 1000, 0, 0), (1000, 1500, 0, 500), (1000, 500, 0, -500), (1000, 1500, 500, 0),
            (1000, 1900, 500, 400), (1000, 900, 500, -100), (1000, 1000, 500, 0), (1000, 601_004, 4, 600_000),
        ] as [(Int64, Int64, Int64, Int64)])
    func whatRoundTripCanExplain(_ database: Int64, _ replica: Int64, _ roundTrip: Int64, _ offset: Int64) {
        #expect(ClockOffset.measure(database: database, replica: replica, roundTrip: roundTrip) == offset)
    }

    @Test("Calls are refused above five minutes, either way, and not before the first measurement")
    func callsAreRefusedAbove() {
        let clock = ClockOffset()
        #expect(clock.isUsable && clock.seconds == nil)
        for (milliseconds, isUsable) in [
            (300_000, true), (300_001, false), (-300_000, true), (-300_001, false),
        ] as [(Int64, Bool)] {
            clock.record(milliseconds: milliseconds)
            #expect(clock.isUsable == isUsable && clock.seconds == Double(milliseconds) / 1000)
        }
    }

    @Test("An episode is told at its beginning and its end, and not at each offset around a limit")
    func episodeIsToldAtItsBeginning() {
        var episode = ClockEpisode()
        let offsets: [Double] = [0, 30, 31, 29, 30.1, -31, 301, 299, 301, 271, 269, 28, 26, 29, 31]
        let told = offsets.map { episode.note(seconds: $0) }
        #expect(
            told == [
                nil, nil, .differs, nil, nil, nil, .unusable, nil, nil, nil, .differs, nil, .agrees, nil, .differs,
            ])
    }
}
