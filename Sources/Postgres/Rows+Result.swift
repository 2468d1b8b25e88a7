internal import CLibpq

extension Rows {
    /// The rows of a result, which stays the caller's to clear.
    init(result: OpaquePointer) {
        let (rowCount, columnCount) = (PQntuples(result), PQnfields(result))
        let names = (0..<columnCount).map { column in PQfname(result, column).map { String(cString: $0) } ?? "" }
        let affected = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
        self.init(columns: names, affected: affected, rowCapacity: Int(rowCount))
        for row in 0..<rowCount {
            for column in 0..<columnCount {
                append(field: Self.field(result, row, column))
            }
            endRow()
        }
    }

    private static func field(_ result: OpaquePointer, _ row: Int32, _ column: Int32) -> UnsafeRawBufferPointer? {
        guard PQgetisnull(result, row, column) == 0 else { return nil }
        return UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
    }
}
