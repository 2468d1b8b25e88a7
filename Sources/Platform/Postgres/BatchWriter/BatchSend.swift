internal import CLibpq

/// Sends one batch over one connection and reads its answers.
///
/// Small batches go as prepared INSERTs in pipeline mode, with one sync for each transaction. Large batches go by COPY
/// in one simple query, which is one transaction. It has one COPY for each table.
final class BatchSend {
    /// The size of the pieces of COPY data that libpq gets. It keeps libpq's buffer small.
    private static let pieceBytes = 64 << 10
    /// Signature, flags and length of the header extension of binary COPY.
    private static let copyHeader: [UInt8] =
        [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    let batch: WriteBatch
    private let statements: WriterStatements
    private let parameters: RowParameters
    private let isCopy: Bool

    // Prepared INSERTs: the answered transactions, and the answered statements of the current one.
    private var answers: [PostgresError?] = []
    private var failure: PostgresError?
    private var failedStatement: Int?
    private var statement = 0
    private var emptyReads = 0

    // COPY: the tables that wait, and the position in the rows of the current table.
    private var copyTables: [Int] = []
    private var copyTable: Int?
    private var requestCursor = 0
    private var rowCursor = 0
    private var byteCursor = 0
    private var piece: [UInt8]

    /// - Parameters:
    ///   - parameters: the connection's parameters, with room for its widest table.
    ///   - piece: an empty array whose memory holds the COPY data.
    init(
        _ batch: WriteBatch, _ statements: WriterStatements, _ parameters: RowParameters, byCopy: Bool,
        piece: consuming [UInt8]
    ) {
        self.batch = batch
        self.statements = statements
        self.parameters = parameters
        self.piece = piece
        isCopy = byCopy
    }

    /// Returns the memory of `piece` for the next send.
    func takePiece() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &piece)
        taken.removeAll(keepingCapacity: true)
        return taken
    }

    /// The answers that arrived before the connection was lost.
    var answersSoFar: [PostgresError?] { batch.atomicity == .perRequest ? answers : [] }

    /// Gives the first bytes of the batch to libpq. Returns false if libpq refuses them.
    func start(_ handle: OpaquePointer) -> Bool {
        isCopy ? startCopy(handle) : sendInserts(handle)
    }

    /// Reads the results that have arrived.
    /// - Returns: nil while more results are to come.
    func read(_ link: Link) -> BatchOutcome? {
        isCopy ? readCopy(link) : readInserts(link)
    }
}

// MARK: Prepared INSERTs

extension BatchSend {
    private func sendInserts(_ handle: OpaquePointer) -> Bool {
        if PQpipelineStatus(handle) == PQ_PIPELINE_OFF, PQenterPipelineMode(handle) != 1 { return false }
        for request in batch.requests {
            for row in request.rows {
                guard parameters.send(row, statements.names[row.table], handle) else { return false }
            }
            if batch.atomicity == .perRequest, PQpipelineSync(handle) != 1 { return false }
        }
        return batch.atomicity == .perRequest || PQpipelineSync(handle) == 1
    }

    private func readInserts(_ link: Link) -> BatchOutcome? {
        while let handle = link.handle, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else {
                // A statement's results end here. If the next read is empty too, nothing has arrived yet.
                emptyReads += 1
                if emptyReads > 1 { return nil }
                statement += 1
                continue
            }
            emptyReads = 0
            let status = PQresultStatus(result)
            if let error = PostgresError(result: result), failure == nil {
                failure = error
                failedStatement = statement
            }
            PQclear(result)
            if let failure, failure.kind == .connection { return .lost(failure, answers: answersSoFar) }
            if status == PGRES_PIPELINE_SYNC, let outcome = endTransaction() { return outcome }
        }
        return nil
    }

    private func endTransaction() -> BatchOutcome? {
        defer {
            failure = nil
            failedStatement = nil
            statement = 0
        }
        if batch.atomicity == .perBatch {
            guard let failure else { return .committed }
            return .refused(failure, request: failedStatement.flatMap(request(ofStatement:)))
        }
        answers.append(failure)
        return answers.count == batch.requests.count ? .perRequest(answers) : nil
    }

    private func request(ofStatement statement: Int) -> Int? {
        var end = 0
        for (index, request) in batch.requests.enumerated() {
            end += request.rowCount
            if statement < end { return index }
        }
        return nil
    }
}

// MARK: COPY

extension BatchSend {
    private func startCopy(_ handle: OpaquePointer) -> Bool {
        if PQpipelineStatus(handle) != PQ_PIPELINE_OFF, PQexitPipelineMode(handle) != 1 { return false }
        var isUsed = [Bool](repeating: false, count: statements.names.count)
        for request in batch.requests {
            for row in request.rows { isUsed[row.table] = true }
        }
        copyTables = isUsed.indices.filter { isUsed[$0] }
        let script = statements.copy(into: copyTables)
        copyTables.reverse()
        return PQsendQuery(handle, script) == 1
    }

    private func readCopy(_ link: Link) -> BatchOutcome? {
        while copyTable == nil, let handle = link.handle, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else {
                return failure.map { .refused($0, request: nil) } ?? .committed
            }
            let status = PQresultStatus(result)
            if let error = PostgresError(result: result) { failure = failure ?? error }
            PQclear(result)
            if let failure, failure.kind == .connection { return .lost(failure, answers: []) }
            if status == PGRES_COPY_IN { beginTable(link) }
        }
        return nil
    }

    private func beginTable(_ link: Link) {
        copyTable = copyTables.popLast()
        requestCursor = 0
        rowCursor = 0
        byteCursor = 0
        piece.append(contentsOf: Self.copyHeader)
        pump(link)
    }

    /// Gives libpq rows of the current table until the socket is full. `onDrain` calls it again.
    func pump(_ link: Link) {
        guard let table = copyTable, let handle = link.handle else { return }
        while requestCursor < batch.requests.count {
            let rows = batch.requests[requestCursor].rows
            while rowCursor < rows.count {
                if rows[rowCursor].table == table {
                    let isComplete = rows[rowCursor].withBytes { fillPiece(from: $0) }
                    if piece.count >= Self.pieceBytes {
                        guard put(handle) else { return link.loseByLibpq() }
                        // `onDrain` continues when the socket takes more.
                        if isComplete { nextRow() }
                        if !link.flush() { return }
                        continue
                    }
                }
                nextRow()
            }
            requestCursor += 1
            rowCursor = 0
        }
        piece.append(contentsOf: [0xFF, 0xFF])
        copyTable = nil
        guard put(handle), PQputCopyEnd(handle, nil) == 1 else { return link.loseByLibpq() }
        link.flush()
    }

    private func nextRow() {
        rowCursor += 1
        byteCursor = 0
    }

    /// Copies as much of a row as the piece has room for. Returns true if the row is complete.
    private func fillPiece(from bytes: UnsafeRawBufferPointer) -> Bool {
        let room = Self.pieceBytes - piece.count
        if byteCursor == 0, bytes.count <= room {
            piece.append(contentsOf: bytes)
            return true
        }
        let end = min(byteCursor + room, bytes.count)
        piece.append(contentsOf: bytes[byteCursor..<end])
        byteCursor = end
        return end == bytes.count
    }

    private func put(_ handle: OpaquePointer) -> Bool {
        defer { piece.removeAll(keepingCapacity: true) }
        return piece.withUnsafeBytes { bytes in
            PQputCopyData(handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count)) == 1
        }
    }
}
