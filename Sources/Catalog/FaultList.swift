/// The faults of one body, bounded: hostile input must not grow the answer.
struct FaultList {
    static let maximumCount = 100
    private var faults: [Fault] = []
    private var omitted = 0

    var isEmpty: Bool { faults.isEmpty }

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

    var all: [Fault] {
        guard omitted > 0 else { return faults }
        return faults + [Fault(pointer: "", detail: "and \(omitted) more")]
    }
}
