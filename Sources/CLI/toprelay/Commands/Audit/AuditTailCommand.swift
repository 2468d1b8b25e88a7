import ArgumentParser
import Audit
import AuditAPI
import JSON
import Postgres
import Service

/// `toprelay audit tail`: calls when they end.
struct AuditTailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Follows the trail: prints each call when it ends, until Ctrl-C.",
        discussion: """
            A call is printed once. One that the reconciler closed as unknown is not printed again when its replica's own \
            result comes after all. While the database is away it waits, and misses nothing.
            """)

    /// The shortest time between two scans.
    private static let pause: Duration = .milliseconds(500)

    @OptionGroup var filters: AuditFilterOptions
    @Flag(help: "One JSON object a line.") var json = false

    func run() async throws {
        try await reportingFailures {
            let settings = try StoreSettings.read(
                environment: Environment.variables, needsMasterKey: filters.needsMasterKey)
            let query = try filters.query()
            guard !query.isOnlyOpen else { throw CommandError.refused("an open call has not ended") }
            try await Interrupt.racing {
                try await DatabaseSession.run(settings) { session in
                    let trail = session.trail()
                    try await follow(try await session.authorized(query, in: trail), in: trail)
                }
            }
        }
    }

    /// Scans repeatedly. Scans take at most a fifth of the time.
    private func follow(_ query: AuthorizedTrailQuery, in trail: TrailReader) async throws {
        var tail = try await trail.tail(query)
        var isAway = false
        if !json { Output.errorLine("following calls as they end; Ctrl-C stops") }
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do throws(PostgresError) {
                let records = try await tail.next(from: trail)
                if isAway { Output.errorLine("connected to the database again") }
                isAway = false
                for record in records { Output.line(json ? AuditOptions.json(record) : Self.line(record)) }
            } catch {
                if !isAway { Output.errorLine("the database is unreachable, retrying: \(error)") }
                isAway = true
            }
            guard isAway || !tail.hasMore else { continue }
            try? await Task.sleep(for: max(Self.pause, (ContinuousClock.now - start) * 4))
        }
    }

    private static func line(_ record: CallDetail) -> String {
        let row = record.row
        let words = [
            Timestamp.text(row.id.epochMilliseconds), row.id.text, row.method, AuditOptions.outcome(record),
            row.status.map { "\($0)" }, row.durationMicroseconds.map { "\($0 / 1000)ms" }, row.app, row.seller,
            row.caller, row.subCode,
        ]
        return words.map { $0.map(TerminalText.escaped) ?? "-" }.joined(separator: "  ")
    }
}
