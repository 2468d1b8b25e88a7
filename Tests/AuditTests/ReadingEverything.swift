import Postgres
import TestSupport

@testable import Audit

/// Tests read as the operator at a terminal does, who may see every call.
extension AuthorizedTrailQuery {
    init(everything query: TrailQuery, keys: [FingerprintKey] = []) {
        do { try self.init(query, for: .terminal, keys: keys) } catch {
            preconditionFailure("the operator may see every call: \(error)")
        }
    }
}

extension AuthorizedStatsQuery {
    init(everything query: StatsQuery) { self.init(query, of: AuthorizedTrailQuery(everything: query.filter)) }
}

extension StatsSource {
    init(_ query: StatsQuery) { self.init(AuthorizedStatsQuery(everything: query)) }
}

extension StatsPlan {
    init(_ query: StatsQuery, _ marks: Marks) { self.init(AuthorizedStatsQuery(everything: query), marks) }
}

extension CallChangeFeed {
    init(_ query: TrailQuery, from checkpoint: Checkpoint) {
        self.init(AuthorizedTrailQuery(everything: query), from: checkpoint)
    }
}

extension TrailReader {
    func list(_ query: TrailQuery, keys: [FingerprintKey] = []) async throws(PostgresError) -> TrailPage {
        try await list(AuthorizedTrailQuery(everything: query, keys: keys))
    }

    func records(
        _ query: TrailQuery, _ include: TrailInclude, maximumTextBytes: Int = maximumPageTextBytes
    ) async throws(PostgresError) -> (page: TrailPage, records: [CallDetail]) {
        try await records(AuthorizedTrailQuery(everything: query), include, maximumTextBytes: maximumTextBytes)
    }

    func record(_ id: CallID, _ include: TrailInclude) async throws(PostgresError) -> CallDetail? {
        guard let row = try await call(id) else { return nil }
        return try await record(of: row, include)
    }

    func tail(_ query: TrailQuery) async throws(PostgresError) -> CallChangeFeed {
        try await tail(AuthorizedTrailQuery(everything: query))
    }

    func scan(
        _ query: TrailQuery, limit: Int? = nil, pageRows: Int = ExportScan.pageRows
    ) async throws(PostgresError) -> ExportScan {
        try await scan(AuthorizedTrailQuery(everything: query), limit: limit, pageRows: pageRows)
    }

    func stats(_ query: StatsQuery) async throws(PostgresError) -> StatsResult {
        try await stats(AuthorizedStatsQuery(everything: query))
    }

    func refusals(_ query: RejectedRequestQuery) async throws -> [RejectedRequest] {
        try await refusals(try AuthorizedRejectedRequestQuery(query, for: .terminal))
    }
}
