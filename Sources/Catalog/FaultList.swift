/// The faults of one body, bounded: hostile input must not grow the answer.
struct FaultList {
    static let maximumCount = 100
    private var faults: [Fault] = []
    private var omitted = 0

    var isEmpty: Bool { faults.isEmpty }

    /// Whether one more fault would be kept; if not, it need not be worded.
    var hasRoom: Bool { faults.count < Self.maximumCount }

    mutating func append(_ pointer: @autoclosure () -> String, _ detail: @autoclosure () -> String) {
        guard hasRoom else {
            omitted += 1
            return
        }
        faults.append(Fault(pointer: pointer(), detail: detail()))
    }

    var all: [Fault] {
        guard omitted > 0 else { return faults }
        return faults + [Fault(pointer: "", detail: "and \(omitted) more")]
    }
}
