/// Decides from a loop's signs of life whether the loop is stalled. It holds no clock and does no I/O.
///
/// The time between two checks counts for at most `longestStep`. A process that was suspended as a whole, such as by
/// SIGSTOP or by a paused virtual machine, therefore does not look like a stalled loop when it resumes.
struct StallMeter {
    /// What one check found.
    enum Change: Equatable {
        case none
        case stalled(LoopStall.Part)
        case recovered
    }

    /// How long a sign of life may be missing.
    let limit: Duration
    /// The most time that one check adds.
    let longestStep: Duration

    private var lastSigns = LoopSigns()
    private var workSilence: Duration = .zero
    private var timerSilence: Duration = .zero
    private(set) var stalledPart: LoopStall.Part?

    init(limit: Duration, longestStep: Duration) {
        self.limit = limit
        self.longestStep = longestStep
    }

    /// How long the sign that is missing longest has been missing.
    var silence: Duration { max(workSilence, timerSilence) }

    /// A loop that is blocked gives neither sign, and either may have been the last one. Only a loop that ran work
    /// lately has a fault of its timers alone.
    private var likelyPart: LoopStall.Part { workSilence * 2 >= limit ? .work : .timers }

    /// Takes the signs as they are now, `elapsed` after the last check.
    mutating func check(_ signs: LoopSigns, elapsed: Duration) -> Change {
        let step = min(elapsed, longestStep)
        workSilence = signs.work == lastSigns.work ? workSilence + step : .zero
        timerSilence = signs.timers == lastSigns.timers ? timerSilence + step : .zero
        lastSigns = signs
        let part = silence < limit ? nil : likelyPart
        defer { stalledPart = part }
        switch (stalledPart, part) {
        case (nil, let part?): return .stalled(part)
        case (_?, nil): return .recovered
        default: return .none
        }
    }
}

/// How many signs of life a loop has given so far.
struct LoopSigns: Equatable {
    /// Closures that the watchdog posted and the loop ran.
    var work: UInt64 = 0
    /// Timers of the watchdog that the loop fired.
    var timers: UInt64 = 0
}
