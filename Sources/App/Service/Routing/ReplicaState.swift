import Problems
import Telemetry

/// The state of the replica that it shows without a token.
struct ReplicaState: Sendable {
    let readiness: Readiness
    let registry: PrometheusRegistry

    /// The reply of `GET /metrics`.
    var metrics: Reply {
        Reply(
            status: 200, headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
            body: registry.exposition())
    }
}
