internal import DequeModule

/// Decides what is sent next. It holds new requests and batches that are sent again. It does no I/O.
struct WriteQueue {
    /// Limits of a batch with one transaction for each request.
    private static let maximumPartRequests = 64
    private static let maximumPartBytes = 1 << 20

    private var fresh: Deque<WriteRequest> = []
    private var again: Deque<WriteBatch> = []

    var isEmpty: Bool { fresh.isEmpty && again.isEmpty }

    mutating func append(_ request: WriteRequest) { fresh.append(request) }

    /// Puts the requests of a failed batch before all others.
    mutating func putBack(_ requests: [WriteRequest], _ atomicity: WriteBatch.Atomicity) {
        switch atomicity {
        case .perBatch:
            again.prepend(WriteBatch(requests: requests, atomicity: .perBatch))
        case .perRequest:
            for part in Self.parts(of: requests).reversed() {
                again.prepend(WriteBatch(requests: part, atomicity: .perRequest))
            }
        }
    }

    /// Takes the requests of the next transaction. Nil if none waits.
    mutating func next(_ configuration: WriterConfiguration) -> WriteBatch? {
        while var batch = again.popFirst() {
            batch.requests.removeAll { $0.isSettled }
            if !batch.requests.isEmpty { return batch }
        }
        var requests: [WriteRequest] = []
        var (rows, bytes) = (0, 0)
        while let request = fresh.first {
            if !request.isSettled {
                let isTooMuch =
                    rows + request.rowCount > configuration.batchRows
                    || bytes + request.bytes > configuration.batchBytes
                if !requests.isEmpty, isTooMuch { break }
                requests.append(request)
                rows += request.rowCount
                bytes += request.bytes
            }
            fresh.removeFirst()
        }
        return requests.isEmpty ? nil : WriteBatch(requests: requests, atomicity: .perBatch)
    }

    /// Removes and returns all requests.
    mutating func removeAll() -> [WriteRequest] {
        defer { self = WriteQueue() }
        return again.flatMap(\.requests) + fresh
    }

    private static func parts(of requests: [WriteRequest]) -> [[WriteRequest]] {
        var parts: [[WriteRequest]] = []
        var bytes = 0
        for request in requests {
            if let last = parts.last, last.count < maximumPartRequests, bytes + request.bytes <= maximumPartBytes {
                parts[parts.count - 1].append(request)
                bytes += request.bytes
            } else {
                parts.append([request])
                bytes = request.bytes
            }
        }
        return parts
    }
}
