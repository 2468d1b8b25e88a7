import Synchronization
import Audit
import Bytes
import Catalog
import EventLoop
import HTTPServer
import Postgres
import Relay
import Resources
package import Telemetry

/// The service's metrics with their help texts, and the sources of those that are read at each scrape.
package enum RelayMetrics {
    /// Every metric, with its help text.
    package static let catalog = MetricCatalog(
        ProcessMetrics.catalog + calls + trail + writers + replica + sessions + http)

    private static let calls: [MetricCatalog.Metric] = [
        .init(
            "toprelay_calls_total", .counter, "Calls that ended, by method and outcome.",
            labels: ["method", "outcome"]),
        .init(
            "toprelay_call_seconds", .histogram, "Time from a call's arrival to its reply.", labels: ["method"],
            buckets: MetricCatalog.callSeconds),
        .init("toprelay_top_seconds", .histogram, "Time that TOP took.", buckets: MetricCatalog.callSeconds),
        .init(
            "toprelay_audit_wait_seconds", .histogram, "Time that a call waited for the commits of its two rows.",
            buckets: MetricCatalog.shortSeconds),
        .init(
            "toprelay_refusals_total", .counter, "Requests rejected before they were calls, by problem type.",
            labels: ["type"]),
        .init(
            "toprelay_limit_hits_total", .counter, "Requests refused by a limit of the relay, or by a ban.",
            labels: ["limit"]),
        .init(
            "toprelay_unrecorded_calls_total", .counter, "Calls refused because their intent could not be committed."),
        .init(
            "toprelay_replayed_calls_total", .counter,
            "Repetitions of calls with an Idempotency-Key that got the first reply again."),
        .init("toprelay_unsent_calls_total", .counter, "Calls that were not sent because TOP was unreachable."),
        .init("toprelay_large_answers_total", .counter, "Responses above 256 KiB, which are parsed off the loop."),
    ]

    private static let trail: [MetricCatalog.Metric] = [
        .init(
            "toprelay_reconciled_calls_total", .counter,
            "Calls closed as unknown because their replica left no result."),
        .init("toprelay_partitions_made_total", .counter, "Partitions of the audit trail that this replica made."),
        .init("toprelay_partitions_dropped_total", .counter, "Expired partitions that this replica dropped."),
        .init("toprelay_audit_oldest_seconds", .gauge, "Age of the oldest day that the trail keeps.", labels: ["kind"]),
        .init("toprelay_audit_bytes", .gauge, "Size of the audit trail, indexes included."),
        .init("toprelay_rollup_days_uncounted", .gauge, "Earlier days that must be counted again."),
        .init(
            "toprelay_retention_overdue_partitions", .gauge,
            "Expired partitions that could not be dropped; an alarm above 0 for an hour."),
        .init(
            "toprelay_partition_days_ahead", .gauge,
            "Whole days ahead that have their partitions; an alarm below 1."),
        .init("toprelay_trail_leader", .gauge, "1 on the maintenance leader, 0 on the other replicas."),
        .init("toprelay_rollups_behind_seconds", .gauge, "Seconds of calls that the statistics do not include yet."),
        .init("toprelay_outcome_rows_queued", .gauge, "Outcome rows that wait for their commit."),
        .init("toprelay_outcome_rows_limit", .gauge, "Outcome rows that may wait before calls are refused."),
        .init(
            "toprelay_outcome_rows_late_total", .counter, "Replies sent before their outcome row was committed."),
        .init(
            "toprelay_outcome_rows_failed_total", .counter,
            "Outcome rows that were lost; their calls are closed as unknown."),
        .init(
            "toprelay_requests_too_large_to_seal_total", .counter,
            "Full requests that were not kept because they exceed the limit."),
        .init("toprelay_exports_running", .gauge, "Exports of the audit trail in progress."),
        .init("toprelay_exports_total", .counter, "Exports of the audit trail, by result.", labels: ["result"]),
    ]

    private static let writers: [MetricCatalog.Metric] = [
        .init("toprelay_writer_rows_total", .counter, "Rows that a trail writer committed.", labels: ["writer"]),
        .init("toprelay_writer_batches_total", .counter, "Transactions that it committed.", labels: ["writer"]),
        .init(
            "toprelay_writer_retries_total", .counter, "Batches that it sent again, whole or in part.",
            labels: ["writer"]),
        .init(
            "toprelay_writer_dropped_bodies_total", .counter,
            "Write requests whose bodies were left out because PostgreSQL refused their data.", labels: ["writer"]),
        .init(
            "toprelay_writer_refused_total", .counter, "Write requests that PostgreSQL refused for good.",
            labels: ["writer"]),
        .init(
            "toprelay_writer_expired_total", .counter, "Write requests that failed because PostgreSQL was too slow.",
            labels: ["writer"]),
        .init(
            "toprelay_writer_full_total", .counter, "Write requests refused because the queue was full.",
            labels: ["writer"]),
        .init(
            "toprelay_writer_deferred", .gauge,
            "Write requests that wait for a missing partition, table or permission.", labels: ["writer"]),
        .init(
            "toprelay_writer_disconnects_total", .counter, "Connections that were lost or could not be made.",
            labels: ["writer"]),
    ]

    private static let replica: [MetricCatalog.Metric] = [
        .init(
            "toprelay_clock_offset_seconds", .gauge,
            "The replica's clock minus PostgreSQL's; calls are refused above 300 either way."),
        .init(
            "toprelay_build_info", .gauge, "Always 1; the labels tell the release and the commit of the binary.",
            labels: ["version", "commit"]),
        .init("toprelay_ready", .gauge, "1 while the replica takes calls, as in /readyz."),
        .init(
            "toprelay_vault_age_seconds", .gauge,
            "Time since PostgreSQL confirmed the copy of the vault; calls are refused above 60."),
        .init("toprelay_vault_unusable_rows", .gauge, "Rows of the vault that cannot be opened or read."),
        .init(
            "toprelay_loop_busy_seconds_total", .counter, "Time that a worker's loop was busy.", labels: ["worker"]),
        .init(
            "toprelay_loop_longest_turn_seconds", .gauge, "The longest turn of a worker's loop since the last scrape.",
            labels: ["worker"]),
        .init("toprelay_loop_jobs_total", .counter, "Jobs that a worker's loop ran.", labels: ["worker"]),
        .init(
            "toprelay_loop_wake_ups_total", .counter, "Times that another thread woke a worker's loop.",
            labels: ["worker"]),
        .init(
            "toprelay_loop_stalls_total", .counter,
            "Times that a loop or its timers did not turn for 10 s; /livez fails meanwhile.", labels: ["loop"]),
        .init("toprelay_catalog_entries", .gauge, "TOP methods in the catalog."),
        .init(
            "toprelay_catalog_faults", .gauge,
            "Faults of the catalog folder; above 0 the last good catalog stays in use."),
    ]

    private static let sessions: [MetricCatalog.Metric] = [
        .init(
            "toprelay_sessions", .gauge, "Sessions by app and state: valid, expiring (within 7 days) or expired.",
            labels: ["app", "state"]),
        .init(
            "toprelay_session_expires_seconds", .gauge,
            "Time until the nearest end of a session key of the app that has not ended.", labels: ["app"]),
        .init(
            "toprelay_session_manual_expires_seconds", .gauge,
            "The same for keys that the relay cannot refresh, and for refresh tokens: somebody has to act.",
            labels: ["app"]),
        .init(
            "toprelay_sessions_need_authorisation", .gauge,
            "Sessions whose seller must authorise the app again, by app.", labels: ["app"]),
        .init(
            "toprelay_session_refreshes_total", .counter,
            "Refreshes of sessions by this replica, by result: refreshed, refused by TOP, or failed.",
            labels: ["result"]),
        .init(
            "toprelay_repeated_calls_total", .counter,
            "Calls that were repeated with a new session key after TOP had refused the old one."),
    ]

    private static let http: [MetricCatalog.Metric] = [
        .init("toprelay_connections", .gauge, "Open HTTP connections."),
        .init("toprelay_connections_limit", .gauge, "HTTP connections that are served at once; more are refused."),
        .init(
            "toprelay_connections_refused_total", .counter, "HTTP connections refused because too many were open."),
        .init(
            "toprelay_connections_evicted_total", .counter,
            "HTTP connections closed to make room, by kind: idle for a request on a new one, surplus for further ones."
        ),
        .init(
            "toprelay_accept_shortages_total", .counter,
            "Times that no HTTP connection could be accepted for lack of descriptors or memory."),
        .init("toprelay_body_bytes_in_flight", .gauge, "Bytes that the bodies of running requests and calls hold."),
        .init(
            "toprelay_body_bytes_limit", .gauge,
            "Bytes that they may hold before bodies are refused: TOPRELAY_MAX_BODY_BYTES_IN_FLIGHT."),
        .init(
            "toprelay_http_refusals_total", .counter, "HTTP requests that the server itself refused, by status.",
            labels: ["status"]),
        .init(
            "toprelay_http_timeouts_total", .counter, "Connections closed because a peer or an answer took too long.",
            labels: ["kind"]),
        .init(
            "toprelay_requests_total", .counter,
            "HTTP requests received whole, or answered after their head."),
        .init("toprelay_requests_running", .gauge, "HTTP requests without a response yet."),
    ]

    /// Registers the metrics that are read at each scrape.
    static func observe(
        _ registry: PrometheusRegistry, workers: WorkerGroup, readiness: Readiness, server: ServerMetrics,
        configuration: HTTPServer.Configuration, catalog: CatalogHolder
    ) {
        registry.observe("toprelay_partition_days_ahead") {
            readiness.partitionDaysAhead.map { Double($0) } ?? .nan
        }
        registry.observe(
            "toprelay_build_info", [("version", Release.version), ("commit", Release.commit)]
        ) { 1 }
        registry.observe("toprelay_ready") { readiness.isReady ? 1 : 0 }
        registry.observe("toprelay_outcome_rows_limit") { Double(workers.outcomeRowsLimit) }
        registry.observe("toprelay_vault_age_seconds") { readiness.vaultAgeSeconds ?? .infinity }
        registry.observe("toprelay_clock_offset_seconds") { readiness.clockOffsetSeconds ?? .nan }
        registry.observe("toprelay_catalog_entries") { Double(catalog.current.entries.count) }
        registry.observe("toprelay_catalog_faults") { Double(catalog.faults.count) }
        let metrics = workers.trailMetrics
        registry.observe("toprelay_outcome_rows_queued") {
            Double(metrics.reduce(0) { $0 + $1.queued.load(ordering: .relaxed) })
        }
        registry.observe("toprelay_outcome_rows_late_total", kind: .counter) {
            Double(metrics.reduce(0) { $0 + $1.late.load(ordering: .relaxed) })
        }
        registry.observe("toprelay_outcome_rows_failed_total", kind: .counter) {
            Double(metrics.reduce(0) { $0 + $1.failed.load(ordering: .relaxed) })
        }
        registry.observe("toprelay_requests_too_large_to_seal_total", kind: .counter) {
            Double(metrics.reduce(0) { $0 + $1.tooLargeToSeal.load(ordering: .relaxed) })
        }
        observe(registry, writer: "intents", metrics.map(\.intentsWriter))
        observe(registry, writer: "outcomes", metrics.map(\.outcomesWriter))
        observe(registry, server, configuration)
        for (number, worker) in workers.all.enumerated() {
            let loop = worker.loop
            registry.observe("toprelay_loop_busy_seconds_total", [("worker", "\(number)")], kind: .counter) {
                Double(loop.busyNanoseconds) / 1e9
            }
            registry.observe("toprelay_loop_longest_turn_seconds", [("worker", "\(number)")]) {
                Double(loop.takeLongestTurn()) / 1e9
            }
            registry.observe("toprelay_loop_jobs_total", [("worker", "\(number)")], kind: .counter) {
                Double(loop.jobs)
            }
            registry.observe("toprelay_loop_wake_ups_total", [("worker", "\(number)")], kind: .counter) {
                Double(loop.wakeUps)
            }
        }
        for (index, count) in (readiness.liveness?.counts ?? []).enumerated() {
            registry.observe("toprelay_loop_stalls_total", [("loop", count.loop)], kind: .counter) {
                Double(readiness.liveness?.counts[index].stalls ?? 0)
            }
        }
        ProcessMetrics.register(in: registry)
    }

    private static func observe(_ registry: PrometheusRegistry, writer: String, _ metrics: [WriterMetrics]) {
        func observe(
            _ name: String, kind: MetricKind = .counter, _ count: @escaping @Sendable (WriterMetrics) -> Int
        ) {
            registry.observe(name, [("writer", writer)], kind: kind) { Double(metrics.reduce(0) { $0 + count($1) }) }
        }
        observe("toprelay_writer_rows_total") { $0.rows.value }
        observe("toprelay_writer_batches_total") { $0.batches.value }
        observe("toprelay_writer_retries_total") { $0.retries.value }
        observe("toprelay_writer_dropped_bodies_total") { $0.droppedColumns.value }
        observe("toprelay_writer_refused_total") { $0.refused.value }
        observe("toprelay_writer_expired_total") { $0.expired.value }
        observe("toprelay_writer_full_total") { $0.full.value }
        observe("toprelay_writer_deferred", kind: .gauge) { $0.deferredRequests.value }
        observe("toprelay_writer_disconnects_total") { $0.losses.value }
    }

    private static func observe(
        _ registry: PrometheusRegistry, _ server: ServerMetrics, _ configuration: HTTPServer.Configuration
    ) {
        registry.observe("toprelay_connections_limit") { Double(configuration.maximumConnections) }
        registry.observe("toprelay_connections") { Double(server.openConnections.value) }
        registry.observe("toprelay_connections_refused_total", kind: .counter) {
            Double(server.refusedConnections.value)
        }
        for (kind, figure) in [
            ("idle", server.evictedIdleConnections), ("surplus", server.evictedSurplusConnections),
        ] {
            registry.observe("toprelay_connections_evicted_total", [("kind", kind)], kind: .counter) {
                Double(figure.value)
            }
        }
        registry.observe("toprelay_accept_shortages_total", kind: .counter) { Double(server.acceptShortages.value) }
        let bodyBudget = configuration.bodyBudget
        registry.observe("toprelay_body_bytes_in_flight") { Double(bodyBudget.heldBytes) }
        registry.observe("toprelay_body_bytes_limit") { Double(bodyBudget.limit) }
        registry.observe("toprelay_limit_hits_total", [("limit", "body_bytes")], kind: .counter) {
            Double(bodyBudget.refusalCount)
        }
        registry.observe("toprelay_requests_total", kind: .counter) { Double(server.requests.value) }
        registry.observe("toprelay_requests_running") { Double(server.runningRequests.value) }
        for (status, figure) in server.refusedRequests {
            registry.observe("toprelay_http_refusals_total", [("status", "\(status)")], kind: .counter) {
                Double(figure.value)
            }
        }
        for (kind, figure) in [
            ("idle", server.idleTimeouts), ("write", server.writeTimeouts), ("answer", server.responseTimeouts),
        ] {
            registry.observe("toprelay_http_timeouts_total", [("kind", kind)], kind: .counter) { Double(figure.value) }
        }
    }
}
