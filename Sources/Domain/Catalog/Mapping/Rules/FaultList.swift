/// The faults of one body. Their number is limited, so that hostile input cannot make the response large.
package struct FaultList: Sendable, RandomAccessCollection {
    /// How many faults are kept.
    package static let maximumCount = 1000

    private var faults: [Fault] = []
    /// How many faults were not kept.
    package private(set) var omitted = 0

    init() {}

    /// The index of the first fault.
    package var startIndex: Int { 0 }
    /// The index after the last fault.
    package var endIndex: Int { faults.count }
    /// A fault, in the order in which they were found.
    package subscript(index: Int) -> Fault { faults[index] }

    /// Whether another fault would be kept. If not, its text is not needed.
    var hasRoom: Bool { faults.count < Self.maximumCount }

    /// Keeps a fault, or counts it if the list is full.
    mutating func append(_ fault: Fault) {
        guard hasRoom else { return omit() }
        faults.append(fault)
    }

    /// Counts a fault that is not kept.
    mutating func omit() {
        omitted += 1
    }
}
