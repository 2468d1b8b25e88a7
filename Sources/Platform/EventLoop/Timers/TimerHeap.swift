/// A binary heap of timers, earliest first. Each timer knows its index, so cancelling is O(log n), too.
struct TimerHeap {
    private var timers: [LoopTimer] = []

    var first: LoopTimer? { timers.first }
    var count: Int { timers.count }

    mutating func insert(_ timer: LoopTimer) {
        timer.place = timers.count
        timers.append(timer)
        rise(from: timers.count - 1)
    }

    mutating func remove(_ timer: LoopTimer) {
        let place = timer.place
        guard place >= 0 else { return }
        let last = timers.removeLast()
        timer.place = -1
        guard place < timers.count else { return }
        put(last, at: place)
        rise(from: place)
        sink(from: last.place)
    }

    /// Removes and returns all timers, in no particular order.
    mutating func removeAll() -> [LoopTimer] {
        defer { timers = [] }
        for timer in timers { timer.place = -1 }
        return timers
    }

    private mutating func put(_ timer: LoopTimer, at place: Int) {
        timers[place] = timer
        timer.place = place
    }

    private func isEarlier(_ a: LoopTimer, _ b: LoopTimer) -> Bool {
        a.deadline != b.deadline ? a.deadline < b.deadline : a.sequence < b.sequence
    }

    private mutating func rise(from start: Int) {
        let timer = timers[start]
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard isEarlier(timer, timers[parent]) else { break }
            put(timers[parent], at: place)
            place = parent
        }
        put(timer, at: place)
    }

    private mutating func sink(from start: Int) {
        let timer = timers[start]
        var place = start
        while true {
            var child = 2 * place + 1
            guard child < timers.count else { break }
            if child + 1 < timers.count, isEarlier(timers[child + 1], timers[child]) { child += 1 }
            guard isEarlier(timers[child], timer) else { break }
            put(timers[child], at: place)
            place = child
        }
        put(timer, at: place)
    }
}
