import Bytes
package import Crypto
package import Postgres

/// All sealed values of a database. It seals those again that an older key sealed, and checks that all open.
///
/// The service can run meanwhile. A value that the service changes at the same time is never overwritten. Each batch is
/// a transaction of its own, so an interrupted rotation continues where it was. Use it on the connection's loop, and
/// use the connection for nothing else meanwhile.
package struct SealedValues {
    private let connection: PostgresConnection
    private let key: KeyRing
    private let tables: [SealedTable]
    private let timeout: Duration

    /// - Parameters:
    ///   - key: the master keys: the first seals, all open.
    ///   - tables: the columns to visit.
    package init(
        connection: PostgresConnection, key: KeyRing, tables: [SealedTable], timeout: Duration = .seconds(60)
    ) {
        self.connection = connection
        self.key = key
        self.tables = tables
        self.timeout = timeout
    }

    /// What a walk through all values found.
    package struct Summary: Sendable {
        /// The largest number of rows that are named.
        static let namedRows = 100

        /// The number of values that were sealed again.
        package internal(set) var sealedAgain = 0
        /// The number of values that the service changed at the same time. They may need another walk.
        package internal(set) var changedMeanwhile = 0
        /// The number of values that opened, by the id of their key.
        package internal(set) var opened: [UInt32: Int] = [:]
        /// The number of values that did not open.
        package internal(set) var unreadableCount = 0
        /// The first of them, each with the reason.
        package internal(set) var unreadable: [String] = []

        mutating func note(unreadable row: String, _ reason: String) {
            unreadableCount += 1
            if unreadable.count < Self.namedRows { unreadable.append("\(row): \(reason)") }
        }
    }

    /// How far a walk is. `table` is the column; `count` the number of values that were sealed again or opened in it;
    /// `row` names the last row, nil at the end of the table.
    package typealias Progress = (_ table: SealedTable, _ count: Int, _ row: String?) -> Void

    /// Seals every value again that the newest key did not seal. Values that do not open stay as they are.
    package func sealAgain(_ progress: Progress) async throws(VaultError) -> Summary {
        var summary = Summary()
        for table in tables {
            let before = summary.sealedAgain
            try await walk(table, exceptKey: "\\x" + Hex.lower(key.newest.id)) { rows throws(VaultError) in
                try await sealAgain(rows, of: table, &summary)
                if let last = rows.last { progress(table, summary.sealedAgain - before, table.name(ofRow: last.keys)) }
            }
            progress(table, summary.sealedAgain - before, nil)
        }
        return summary
    }

    /// Opens every value, and changes nothing.
    package func check(_ progress: Progress) async throws(VaultError) -> Summary {
        var summary = Summary()
        for table in tables {
            var count = 0
            try await walk(table, exceptKey: nil) { rows throws(VaultError) in
                for row in rows {
                    guard open(row, of: table, &summary) != nil else { continue }
                    count += 1
                    if let id = SealingKey.idOfSealer(of: row.blob) { summary.opened[id, default: 0] += 1 }
                }
                if let last = rows.last { progress(table, count, table.name(ofRow: last.keys)) }
            }
            progress(table, count, nil)
        }
        return summary
    }
}

// MARK: - Rows

extension SealedValues {
    /// A row with a sealed value. `keys` are the texts of its primary key.
    private struct SealedRow {
        let keys: [String]
        let blob: [UInt8]
    }

    /// Visits the values of a table in batches.
    private func walk(
        _ table: SealedTable, exceptKey: String?, _ visit: ([SealedRow]) async throws(VaultError) -> Void
    ) async throws(VaultError) {
        var position: [String]?
        while true {
            let rows = try await connection.vaultQuery(
                table.scan(isFirst: position == nil, exceptKey: exceptKey), (position ?? []).map { .text($0) },
                timeout: timeout)
            guard let last = rows.last else { return }
            let count = table.keys.count
            let found = rows.compactMap { row in
                row[count].bytes.map { SealedRow(keys: Self.keys(of: row, count), blob: $0) }
            }
            if !found.isEmpty { try await visit(found) }
            position = Self.keys(of: last, count)
            guard !Task.isCancelled else { throw .interrupted }
        }
    }

    private static func keys(of row: Row, _ count: Int) -> [String] { (0..<count).map { row[$0].text ?? "" } }

    /// The opened value. If it does not open, it returns nil and notes the row.
    private func open(_ row: SealedRow, of table: SealedTable, _ summary: inout Summary) -> [UInt8]? {
        guard let associated = table.associatedData(row.keys) else {
            summary.note(unreadable: table.name(ofRow: row.keys), "its key is not valid")
            return nil
        }
        do throws(CryptoError) {
            return try key.open(row.blob, associated: associated)
        } catch {
            summary.note(unreadable: table.name(ofRow: row.keys), Self.reason(error))
            return nil
        }
    }

    private static func reason(_ error: CryptoError) -> String {
        switch error {
        case .otherKey(let sealedUnder, _): "sealed with the key \(Hex.lower(sealedUnder)), which is not given"
        default: "\(error)"
        }
    }

    private func sealAgain(
        _ rows: [SealedRow], of table: SealedTable, _ summary: inout Summary
    ) async throws(VaultError) {
        var changed: [(row: SealedRow, oldHash: [UInt8], new: [UInt8])] = []
        for row in rows {
            guard let plain = open(row, of: table, &summary), let associated = table.associatedData(row.keys) else {
                continue
            }
            do throws(CryptoError) {
                changed.append(
                    (row, try Digest.sha256(row.blob), try key.seal(plain, associated: associated)))
            } catch {
                throw .cryptography(error)
            }
        }
        guard !changed.isEmpty else { return }
        var parameters: [SQLValue] = table.keys.indices.map { index in .array(changed.map { $0.row.keys[index] }) }
        parameters.append(.array(changed.map { "\\x" + Hex.lower($0.oldHash) }))
        parameters.append(.array(changed.map { "\\x" + Hex.lower($0.new) }))
        if table.isPartitioned {
            parameters += [changed.first, changed.last].map { .optional($0?.row.keys.first) }
        }
        let count = try await replace(in: table, parameters)
        summary.sealedAgain += count
        summary.changedMeanwhile += changed.count - count
    }

    /// - Returns: the number of replaced values.
    private func replace(in table: SealedTable, _ parameters: [SQLValue]) async throws(VaultError) -> Int {
        let sql = table.replacement(keyID: key.newest.id)
        do throws(VaultError) {
            return try await replace(in: table, sql, parameters)
        } catch {
            // An erasure of the same rows locked them in another order. The next walk finds the values again.
            guard case .database(let error) = error, error.sqlState == "40P01" else { throw error }
            return 0
        }
    }

    private func replace(
        in table: SealedTable, _ sql: String, _ parameters: [SQLValue]
    ) async throws(VaultError) -> Int {
        guard table.isOfVault else {
            return try await connection.vaultQuery(sql, parameters, timeout: timeout).affected
        }
        // The lock of changes, so that a rotation and a change never wait for each other's rows. Replicas are not
        // notified, because no secret changes.
        return try await VaultStore(connection: connection, key: key, timeout: timeout).change {
            () async throws(VaultError) in
            _ = try await connection.vaultQuery(
                "SELECT set_config('toprelay.is_resealing', 'on', true)", timeout: timeout)
            return try await connection.vaultQuery(sql, parameters, timeout: timeout).affected
        }
    }
}
