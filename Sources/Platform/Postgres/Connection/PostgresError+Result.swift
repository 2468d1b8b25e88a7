internal import CLibpq

extension PostgresError {
    /// The error of a result, or nil. The caller clears the result.
    init?(result: OpaquePointer) {
        switch PQresultStatus(result) {
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE: break
        default: return nil
        }
        let fields = ServerFields(result: result)
        // libpq makes its own results when the connection is lost. They have no SQLSTATE.
        let isOwn = fields.sqlState == nil
        self.init(kind: isOwn || fields.isFatal ? .connection : .server, fields: fields)
    }
}

extension PostgresError.ServerFields {
    init(result: OpaquePointer) {
        func field(_ code: Int) -> String? {
            PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
        }
        let severity = field(TOPRELAY_PG_DIAG_SEVERITY)
        sqlState = field(TOPRELAY_PG_DIAG_SQLSTATE)
        isFatal = severity == "FATAL" || severity == "PANIC"
        message = field(TOPRELAY_PG_DIAG_MESSAGE) ?? Self.firstLine(of: result)
        detail = field(TOPRELAY_PG_DIAG_DETAIL)
        hint = field(TOPRELAY_PG_DIAG_HINT)
        context = field(TOPRELAY_PG_DIAG_CONTEXT)
        table = field(TOPRELAY_PG_DIAG_TABLE)
        column = field(TOPRELAY_PG_DIAG_COLUMN)
        constraint = field(TOPRELAY_PG_DIAG_CONSTRAINT)
    }

    private static func firstLine(of result: OpaquePointer) -> String {
        guard let text = PQresultErrorMessage(result) else { return "" }
        return String(cString: text).split(separator: "\n").first.map { String($0) } ?? ""
    }
}
