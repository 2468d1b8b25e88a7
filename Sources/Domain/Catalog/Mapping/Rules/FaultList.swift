/// The faults of one body, bounded: hostile input must not grow the answer.
package struct FaultList: Sendable, RandomAccessCollection {
    /// The most faults that are kept.
    package static let maximumCount = 1000

    private var faults: [Fault] = []
    /// How many faults there are beyond those that are kept.
    package private(set) var omitted = 0

    init() {}

    /// The place of the first fault.
    package var startIndex: Int { 0 }
    /// The place behind the last fault that is kept.
    package var endIndex: Int { faults.count }
    /// The fault at a place, in the order in which they were found.
    package subscript(place: Int) -> Fault { faults[place] }

    /// Whether one more fault would be kept; if not, it need not be worded.
    var hasRoom: Bool { faults.count < Self.maximumCount }

    /// Keeps a fault, or counts it if there is no room.
    mutating func append(_ fault: Fault) {
        guard hasRoom else { return omit() }
        faults.append(fault)
    }

    /// Counts a fault that is not kept.
    mutating func omit() {
        omitted += 1
    }
}
