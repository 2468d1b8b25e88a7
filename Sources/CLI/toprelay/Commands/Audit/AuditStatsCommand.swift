import ArgumentParser
import Audit
import AuditAPI
import JSON
import Relay
import Service
import Time

/// `toprelay audit stats`: counts, error rates and quantiles of calls.
struct AuditStatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Counts calls that have ended. By default, of the last day.")

    @OptionGroup var filters: AuditFilterOptions
    @Option(help: "1m, 5m, 15m, 1h, 1d, or all for the whole time range.") var bucket = StatsQuery.Bucket.all.rawValue
    @Option(help: "The dimensions: method, app, seller, caller, outcome, sub_code, separated by commas.")
    var dimensions: String?
    @Option(help: "count, errors, error_rate, p50, p95, p99, request_bytes, response_bytes, separated by commas.")
    var measures: String?
    @Option(help: "The number of sets of values with the most calls, 1 to 1000.") var limit: Int?
    @Flag(help: "One JSON object a line.") var json = false

    func run() async throws {
        try await reportingFailures {
            let settings = try StoreSettings.read(
                environment: Environment.variables, needsMasterKey: filters.key != nil)
            let query = try query()
            let answer = try await DatabaseSession.run(settings) { session in
                let trail = session.trail()
                let keys = try await session.fingerprintKeys(for: query.filter)
                return try await trail.stats(try await trail.authorize(query, for: TrailAccess.terminal, keys: keys))
            }
            switch answer {
            case .rows(let rows): show(rows, for: query)
            case .tooManyRows:
                throw CommandError.refused(
                    "the result exceeds \(StatsQuery.maximumRows) rows: use a longer --bucket, fewer --dimensions or a shorter time range"
                )
            case .tooMuch:
                throw CommandError.refused(
                    "the count takes too long: use a shorter time range, fewer --dimensions or no quantiles"
                )
            }
        }
    }

    private func show(_ rows: [StatsRow], for query: StatsQuery) {
        if json {
            for row in rows {
                var json = JSONWriter()
                row.write(to: &json, for: query)
                Output.line(String(decoding: json.bytes, as: UTF8.self))
            }
            return
        }
        let measures = StatsQuery.Measure.allCases.filter { query.measures.contains($0) }
        let names = ["at"] + query.dimensions.map(\.rawValue) + measures.map(\.member)
        var table = TextTable(head: names.map { $0.uppercased() })
        for row in rows { table.add(row: [row.at] + row.values + measures.map { row.text(of: $0) }) }
        table.lines.forEach(Output.line)
    }

    private func query() throws -> StatsQuery {
        let filter = try filters.query()
        guard filter.outcome?.contains(Outcome.open) != true else {
            throw CommandError.refused("--outcome must not be open: only calls that have ended are counted")
        }
        let bucket = try AuditParameters.bucket.value(ofOption: bucket) ?? .all
        let to = filter.toMilliseconds ?? WallClock.milliseconds()
        let from = filter.fromMilliseconds ?? to - 86_400_000
        guard from < to else { throw CommandError.refused("--from must be before --to") }
        if let length = bucket.milliseconds, (to - from) / length > Int64(StatsQuery.maximumBuckets) {
            throw CommandError.refused(
                "more than \(StatsQuery.maximumBuckets) buckets: use a longer --bucket or a shorter time range")
        }
        var query = StatsQuery(
            fromMilliseconds: from, toMilliseconds: to, bucket: bucket,
            dimensions: try AuditParameters.dimensions.value(ofOption: dimensions) ?? [])
        if let measures = try AuditParameters.measures.value(ofOption: measures) { query.measures = Set(measures) }
        query.filter = filter
        query.top = try AuditParameters.top.value(ofOption: limit.map { "\($0)" })
        return query
    }
}
