import Postgres
import TestSupport

@testable import Audit

/// Tests read as the operator at a terminal does, who may see every call.
extension AuthorizedTrailQuery {
    init(everything query: TrailQuery, keys: [FingerprintKey] = []) throws {
        try self.init(query, for: .terminal, keys: keys)
    }
}

extension AuthorizedStatsQuery {
    init(everything query: StatsQuery) throws {
        self.init(query, of: try AuthorizedTrailQuery(everything: query.filter))
    }
}

extension CallChangeFeed {
    init(_ query: TrailQuery, from checkpoint: Checkpoint) throws {
        self.init(try AuthorizedTrailQuery(everything: query), from: checkpoint)
    }
}

extension TrailReader {
    func list(_ query: TrailQuery, keys: [FingerprintKey] = []) async throws -> TrailPage {
        try await list(try AuthorizedTrailQuery(everything: query, keys: keys))
    }

    func records(
        _ query: TrailQuery, _ include: TrailInclude, maximumTextBytes: Int = maximumPageTextBytes
    ) async throws -> (page: TrailPage, records: [CallDetail]) {
        try await records(try AuthorizedTrailQuery(everything: query), include, maximumTextBytes: maximumTextBytes)
    }

    func record(_ id: CallID, _ include: TrailInclude) async throws -> CallDetail? {
        guard let row = try await call(id) else { return nil }
        return try await record(of: row, include)
    }

    func tail(_ query: TrailQuery) async throws -> CallChangeFeed {
        try await tail(try AuthorizedTrailQuery(everything: query))
    }

    func scan(
        _ query: TrailQuery, limit: Int? = nil, pageRows: Int = ExportScan.pageRows
    ) async throws -> ExportScan {
        try await scan(try AuthorizedTrailQuery(everything: query), limit: limit, pageRows: pageRows)
    }

    func stats(_ query: StatsQuery) async throws -> StatsResult {
        try await stats(try AuthorizedStatsQuery(everything: query))
    }

    func refusals(_ query: RejectedRequestQuery) async throws -> [RejectedRequest] {
        try await refusals(try AuthorizedRejectedRequestQuery(query, for: .terminal))
    }
}
