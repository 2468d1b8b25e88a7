/// Decides from a loop's signs of life whether the loop is stalled. It has no clock and does no I/O.
///
/// The time between two checks counts for at most `longestStep`. So a process that was suspended, by SIGSTOP or a
/// paused virtual machine, does not look stalled when it resumes.
struct StallMeter {
    /// The result of one check.
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

    /// How long the oldest missing sign has been missing.
    var silence: Duration { max(workSilence, timerSilence) }

    /// A blocked loop gives neither sign, and either may have been the last one. Only a loop that ran work recently has
    /// a fault in its timers alone.
    private var likelyPart: LoopStall.Part { workSilence * 2 >= limit ? .work : .timers }

    /// Takes the current signs, `elapsed` after the last check.
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

/// The signs of life that a loop has given.
struct LoopSigns: Equatable {
    /// Closures of the watchdog that the loop ran.
    var work: UInt64 = 0
    /// Timers of the watchdog that the loop fired.
    var timers: UInt64 = 0
}
