import EventLoop
import TestSupport

/// Random timers beside a list of what must happen to them. Handlers make timers (also in the past), cancel others, and
/// make themselves anew. Lives on its loop's thread.
///
/// The rule: a timer that was made before a turn and was due when it began fires in that turn, unless it is cancelled
/// first. A turn begins after the last handler of the turn before it, which gives the model a safe lower bound.
final class TimerModel {
    private struct Expected {
        let timer: LoopTimer
        let madeInTurn: UInt64
    }

    private let loop: EventLoop
    private var random: Seeded
    private var pending: [Int: Expected] = [:]
    private var nextNumber = 0
    private var left = testInputs(3000)
    private var turn: UInt64 = 0
    private var lastTimeInTurn: UInt64 = 0
    /// What has to fire in the current turn.
    private var owed: Set<Int> = []
    private var faults: [String] = []
    private var done: (([String]) -> Void)?

    init(loop: EventLoop, seed: UInt64) {
        self.loop = loop
        random = Seeded(seed: seed)
    }

    func run(done: @escaping ([String]) -> Void) {
        self.done = done
        turn = loop.turns
        for _ in 0..<50 { make() }
        // One that is always due.
        greedy()
    }

    private func greedy() {
        guard left > 0 else { return }
        loop.schedule(at: 0) { [self] in
            enterTurn()
            lastTimeInTurn = EventLoop.now()
            greedy()
            if pending.isEmpty { make() }
        }
    }

    private func make() {
        guard left > 0 else { return }
        left -= 1
        let number = nextNumber
        nextNumber += 1
        let now = EventLoop.now()
        // From half a millisecond ago to two milliseconds ahead; each tenth at the beginning of time.
        let deadline =
            Int.random(in: 0..<10, using: &random) == 0
            ? 0 : now - 500_000 + UInt64.random(in: 0..<2_500_000, using: &random)
        let timer = loop.schedule(at: deadline) { [self] in fired(number, deadline) }
        pending[number] = Expected(timer: timer, madeInTurn: loop.turns)
    }

    private func fired(_ number: Int, _ deadline: UInt64) {
        enterTurn()
        if pending.removeValue(forKey: number) == nil { faults.append("\(number) fired twice or after its cancel") }
        if EventLoop.now() < deadline { faults.append("\(number) fired early") }
        owed.remove(number)
        for _ in 0..<Int.random(in: 0..<3, using: &random) { make() }
        if Int.random(in: 0..<3, using: &random) == 0, let victim = pending.keys.randomElement(using: &random) {
            pending.removeValue(forKey: victim)?.timer.cancel()
            owed.remove(victim)
        }
        lastTimeInTurn = EventLoop.now()
        if pending.isEmpty, left > 0 { make() }
        guard left == 0, pending.isEmpty, let done else { return }
        self.done = nil
        done(faults)
    }

    /// The first handler of a turn settles the turn before it, and notes what is owed in this one.
    private func enterTurn() {
        guard loop.turns != turn else { return }
        if !owed.isEmpty { faults.append("due, but not fired in turn \(turn): \(owed.sorted())") }
        turn = loop.turns
        owed = Set(
            pending.filter { $0.value.madeInTurn < turn && $0.value.timer.deadline <= lastTimeInTurn }.map(\.key))
    }
}
