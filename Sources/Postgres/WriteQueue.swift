internal import DequeModule

/// The units that wait for a connection, and those that go again: what is to be sent next. No I/O.
struct WriteQueue {
    /// Limits of a batch whose units have a transaction each.
    private static let separateUnits = 64
    private static let separateBytes = 1 << 20

    private var fresh: Deque<WriteUnit> = []
    private var again: Deque<WriteBatch> = []

    var isEmpty: Bool { fresh.isEmpty && again.isEmpty }

    mutating func append(_ unit: WriteUnit) { fresh.append(unit) }

    /// Puts units of a batch that failed before all others.
    mutating func putBack(_ units: [WriteUnit], _ manner: WriteBatch.Manner) {
        switch manner {
        case .together:
            again.prepend(WriteBatch(units: units, manner: .together))
        case .separately:
            for part in Self.separateParts(of: units).reversed() {
                again.prepend(WriteBatch(units: part, manner: .separately))
            }
        }
    }

    /// Takes the units that go in the next transaction; nil when none waits.
    mutating func next(_ configuration: WriterConfiguration) -> WriteBatch? {
        while var batch = again.popFirst() {
            batch.units.removeAll { $0.isSettled }
            if !batch.units.isEmpty { return batch }
        }
        var units: [WriteUnit] = []
        var (rows, bytes) = (0, 0)
        while let unit = fresh.first {
            if !unit.isSettled {
                let isTooMuch =
                    rows + unit.rowCount > configuration.batchRows || bytes + unit.bytes > configuration.batchBytes
                if !units.isEmpty, isTooMuch { break }
                units.append(unit)
                rows += unit.rowCount
                bytes += unit.bytes
            }
            fresh.removeFirst()
        }
        return units.isEmpty ? nil : WriteBatch(units: units, manner: .together)
    }

    /// Takes everything out.
    mutating func removeAll() -> [WriteUnit] {
        defer { self = WriteQueue() }
        return again.flatMap(\.units) + fresh
    }

    private static func separateParts(of units: [WriteUnit]) -> [[WriteUnit]] {
        var parts: [[WriteUnit]] = []
        var bytes = 0
        for unit in units {
            if let last = parts.last, last.count < separateUnits, bytes + unit.bytes <= separateBytes {
                parts[parts.count - 1].append(unit)
                bytes += unit.bytes
            } else {
                parts.append([unit])
                bytes = unit.bytes
            }
        }
        return parts
    }
}
