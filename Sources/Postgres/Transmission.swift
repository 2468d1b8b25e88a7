internal import CLibpq

/// A batch on its way over one connection: what is sent, what is answered, and what came of it.
///
/// Few units go as prepared INSERTs in pipeline mode, with one sync for each transaction; many go by COPY, one after
/// the other for each table, in one simple query, which is one transaction.
final class Transmission {
    /// COPY's data is given to libpq in pieces of this size, so that its buffer stays small.
    private static let pieceBytes = 64 << 10
    /// Signature, flags and length of the header extension of binary COPY.
    private static let copyHeader: [UInt8] =
        [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    let batch: WriteBatch
    private let statements: WriterStatements
    private let parameters: RowParameters
    private let isCopy: Bool

    // Prepared INSERTs: the transactions that are answered, and the statements answered in the one under way.
    private var answers: [PostgresError?] = []
    private var failure: PostgresError?
    private var failedStatement: Int?
    private var statement = 0
    private var emptyReads = 0

    // COPY: the tables that wait, and the place in the rows of the one under way.
    private var copyTables: [Int] = []
    private var copyTable: Int?
    private var unitCursor = 0
    private var rowCursor = 0
    private var byteCursor = 0
    private var piece: [UInt8]

    /// - Parameters:
    ///   - parameters: of the lane, made for the widest of its tables.
    ///   - piece: an empty array, whose memory is used for COPY's data.
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

    /// The memory that was given, for the next transmission.
    func takePiece() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &piece)
        taken.removeAll(keepingCapacity: true)
        return taken
    }

    /// The answers that came before the connection was lost.
    var answersSoFar: [PostgresError?] { batch.manner == .separately ? answers : [] }

    /// Gives the batch's first bytes to libpq; false when libpq refuses.
    func start(_ handle: OpaquePointer) -> Bool {
        isCopy ? startCopy(handle) : sendInserts(handle)
    }

    /// Takes in results that have come.
    /// - Returns: nil while more is to come.
    func read(_ link: Link) -> BatchOutcome? {
        isCopy ? readCopy(link) : readInserts(link)
    }
}

// MARK: Prepared INSERTs

extension Transmission {
    private func sendInserts(_ handle: OpaquePointer) -> Bool {
        if PQpipelineStatus(handle) == PQ_PIPELINE_OFF, PQenterPipelineMode(handle) != 1 { return false }
        for unit in batch.units {
            for row in unit.rows {
                guard parameters.send(row, statements.names[row.table], handle) else { return false }
            }
            if batch.manner == .separately, PQpipelineSync(handle) != 1 { return false }
        }
        return batch.manner == .separately || PQpipelineSync(handle) == 1
    }

    private func readInserts(_ link: Link) -> BatchOutcome? {
        while let handle = link.handle, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else {
                // The end of a statement's results. A second one in a row would mean that nothing is to come yet.
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
        if batch.manner == .together {
            guard let failure else { return .committed }
            return .refused(failure, unit: failedStatement.flatMap(unit(ofStatement:)))
        }
        answers.append(failure)
        return answers.count == batch.units.count ? .separate(answers) : nil
    }

    private func unit(ofStatement statement: Int) -> Int? {
        var end = 0
        for (index, unit) in batch.units.enumerated() {
            end += unit.rowCount
            if statement < end { return index }
        }
        return nil
    }
}

// MARK: COPY

extension Transmission {
    private func startCopy(_ handle: OpaquePointer) -> Bool {
        if PQpipelineStatus(handle) != PQ_PIPELINE_OFF, PQexitPipelineMode(handle) != 1 { return false }
        var isUsed = [Bool](repeating: false, count: statements.names.count)
        for unit in batch.units {
            for row in unit.rows { isUsed[row.table] = true }
        }
        copyTables = isUsed.indices.filter { isUsed[$0] }
        let script = statements.copy(into: copyTables)
        copyTables.reverse()
        return PQsendQuery(handle, script) == 1
    }

    private func readCopy(_ link: Link) -> BatchOutcome? {
        while copyTable == nil, let handle = link.handle, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else {
                return failure.map { .refused($0, unit: nil) } ?? .committed
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
        unitCursor = 0
        rowCursor = 0
        byteCursor = 0
        piece.append(contentsOf: Self.copyHeader)
        pump(link)
    }

    /// Gives libpq the rows of the table under way, as far as the socket takes them. Called again when it is drained.
    func pump(_ link: Link) {
        guard let table = copyTable, let handle = link.handle else { return }
        while unitCursor < batch.units.count {
            let rows = batch.units[unitCursor].rows
            while rowCursor < rows.count {
                if rows[rowCursor].table == table {
                    let isComplete = fillPiece(from: rows[rowCursor].bytes)
                    if piece.count >= Self.pieceBytes {
                        guard put(handle) else { return link.loseByLibpq() }
                        // The rest goes when `onDrain` says that the socket takes more.
                        if isComplete { nextRow() }
                        if !link.flush() { return }
                        continue
                    }
                }
                nextRow()
            }
            unitCursor += 1
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

    /// Takes as much of a row as the piece has room for; true when that is all of it.
    private func fillPiece(from bytes: [UInt8]) -> Bool {
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
