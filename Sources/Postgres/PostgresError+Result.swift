internal import CLibpq

extension PostgresError {
    /// The error that a result holds, if it is one. The result stays the caller's to clear.
    init?(result: OpaquePointer) {
        switch PQresultStatus(result) {
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE: break
        default: return nil
        }
        let fields = ServerFields(result: result)
        // libpq makes results of its own when the connection is gone: they have no SQLSTATE.
        let isOwn = fields.sqlState == nil
        self.init(kind: isOwn || fields.isFatal ? .connection : .server, fields: fields)
    }
}

extension PostgresError.ServerFields {
    init(result: OpaquePointer) {
        func field(_ code: some BinaryInteger) -> String? {
            PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
        }
        let severity = field(TOPRELAY_PG_DIAG_SEVERITY.rawValue)
        sqlState = field(TOPRELAY_PG_DIAG_SQLSTATE.rawValue)
        isFatal = severity == "FATAL" || severity == "PANIC"
        message = field(TOPRELAY_PG_DIAG_MESSAGE.rawValue) ?? Self.firstLine(of: result)
        detail = field(TOPRELAY_PG_DIAG_DETAIL.rawValue)
        hint = field(TOPRELAY_PG_DIAG_HINT.rawValue)
        context = field(TOPRELAY_PG_DIAG_CONTEXT.rawValue)
        table = field(TOPRELAY_PG_DIAG_TABLE.rawValue)
        column = field(TOPRELAY_PG_DIAG_COLUMN.rawValue)
        constraint = field(TOPRELAY_PG_DIAG_CONSTRAINT.rawValue)
    }

    private static func firstLine(of result: OpaquePointer) -> String {
        guard let text = PQresultErrorMessage(result) else { return "" }
        return String(cString: text).split(separator: "\n").first.map { String($0) } ?? ""
    }
}
