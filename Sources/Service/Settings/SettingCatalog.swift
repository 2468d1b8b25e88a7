import Crypto
import HTTPServer
import Logging
import Postgres
import Telemetry
import Vault

/// Every setting of the service.
///
/// No name is one that Kubernetes gives to the service links that it injects into pods beside a Service called
/// `toprelay` (`TOPRELAY_SERVICE_*`, `TOPRELAY_PORT*`, `TOPRELAY_*_SERVICE_*`, `TOPRELAY_*_PORT*`).
public enum SettingCatalog {
    static let databaseURL = Setting<PostgresSettings>(
        "DATABASE_URL", default: nil, isSecret: true, form: "postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
        reason: "The PostgreSQL database that holds the vault and the audit trail; all replicas share one."
    ) { text throws(SettingExpectation) in
        do {
            return try PostgresSettings(url: text)
        } catch {
            throw SettingExpectation("\(error)")
        }
    }

    static let masterKey = Setting<SealingKey>(
        "TOPRELAY_MASTER_KEY", default: nil, isSecret: true, form: "base64 of 32 bytes",
        reason: "Seals app secrets and session keys in the database; `openssl rand -base64 32` makes one. "
            + "Without it they are lost."
    ) { text throws(SettingExpectation) in
        do {
            return try SealingKey(base64: text)
        } catch {
            throw SettingExpectation("\(error)")
        }
    }

    static let listen = Setting<ListenAddress>(
        "TOPRELAY_LISTEN", default: "127.0.0.1:8080", form: "HOST:PORT, [IPV6]:PORT or unix:PATH",
        reason: "Where the service listens; :8080, which is all IPv4 addresses, in a container."
    ) { text throws(SettingExpectation) in
        do {
            return try ListenAddress(parsing: text)
        } catch {
            throw SettingExpectation("HOST:PORT, [IPV6]:PORT or unix:PATH is expected")
        }
    }

    static let gatewayURL = Setting<GatewayURL>(
        "TOPRELAY_GATEWAY_URL", default: "https://eco.taobao.com/router/rest", isShown: false,
        form: "https://HOST[:PORT]/PATH",
        reason: "The TOP gateway of apps that name none of their own; plain http is for loopback addresses alone."
    ) { text throws(SettingExpectation) in
        do throws(VaultError) {
            return try GatewayURL(text, allowsHTTP: false)
        } catch {
            guard case .invalid(_, let expectation) = error else {
                throw SettingExpectation("https://HOST[:PORT]/PATH is expected")
            }
            throw SettingExpectation(expectation)
        }
    }

    static let caFile = Setting<String>.path(
        "TOPRELAY_CA_FILE", of: .file,
        reason: "Certificates (PEM) that TLS towards gateways trusts, in the place of the system's.")

    static let callTimeout = Setting<Duration>.seconds(
        "TOPRELAY_CALL_TIMEOUT", default: 30, in: 1...300,
        reason: "The longest that one call may take in all; longer ones end as outcome-unknown.")

    static let catalog = Setting<String>.path(
        "TOPRELAY_CATALOG", of: .folder,
        reason: "Catalog entries (YAML) beside the embedded ones, such as a ConfigMap.")

    static let workers = Setting<WorkerCount>(
        "TOPRELAY_WORKERS", default: "auto", form: "auto, or 1–64",
        reason: "Event loops that make calls, each with its own connections to PostgreSQL; "
            + "auto is one for every two processors."
    ) { text throws(SettingExpectation) in
        guard let count = WorkerCount(text) else {
            throw SettingExpectation("auto or a whole number of 1–64 is expected")
        }
        return count
    }

    static let logLevel = Setting<Logger.Level>.choice(
        "TOPRELAY_LOG_LEVEL", default: .info, reason: "The least important records that are written.")

    static let logFormat = Setting<LogFormat>.choice(
        "TOPRELAY_LOG_FORMAT", default: .json, reason: "json for log collectors, text for people.")

    static let drainDelay = Setting<Duration>.seconds(
        "TOPRELAY_DRAIN_DELAY", default: 0, in: 0...300,
        reason: "How long the service goes on accepting after SIGTERM, while load balancers learn of it.")

    static let shutdownTimeout = Setting<Duration>.seconds(
        "TOPRELAY_SHUTDOWN_TIMEOUT", default: nil, in: 1...600,
        reason: "How long calls may go on and rows be written after the drain delay; unset, the call timeout and 15 s "
            + "more. Drain delay and this together must be less than the pod's grace period.")

    static let maximumConnections = Setting<Int>.integer(
        "TOPRELAY_MAX_CONNECTIONS", default: 4096, in: 1...65536, of: "connections",
        reason: "HTTP connections that are open at once; each needs a file descriptor.")

    static let maximumCallsInFlight = Setting<Int>.integer(
        "TOPRELAY_MAX_CALLS_IN_FLIGHT", default: 2048, in: 1...65536, of: "calls",
        reason: "Calls under way at once; more are answered 503 before anything is written.")

    static let maximumBodyBytes = Setting<Int>.integer(
        "TOPRELAY_MAX_BODY_BYTES_IN_FLIGHT", default: 64 << 20, in: 65536...(1 << 40), of: "bytes",
        reason:
            "Bytes that the bodies of all requests and calls under way may hold; a body beyond them is answered 503.")

    static let requestTimeout = Setting<Duration>.seconds(
        "TOPRELAY_REQUEST_TIMEOUT", default: 15, in: 1...300,
        reason: "The longest that a client may take to send a request.")

    static let idleTimeout = Setting<Duration>.seconds(
        "TOPRELAY_IDLE_TIMEOUT", default: 75, in: 1...3600,
        reason: "How long a connection without a request stays open; more than the proxy's own in front of it.")

    static let outcomeQueueRows = Setting<Int>.integer(
        "TOPRELAY_OUTCOME_QUEUE_ROWS", default: 100_000, in: 100...10_000_000, of: "rows",
        reason: "Outcome rows that wait while PostgreSQL is away; once there are as many, calls are refused.")

    static let outcomeQueueMebibytes = Setting<Int>.integer(
        "TOPRELAY_OUTCOME_QUEUE_MIB", default: 256, in: 1...65536, of: "MiB",
        reason: "The memory that these rows may take.")

    static let retentionBodies = Setting<Int>.integer(
        "TOPRELAY_RETENTION_BODIES", default: 30, in: 1...3650, of: "days",
        reason: "How long the audit trail keeps requests and answers (masked); whole GMT+8 days.")

    static let retentionCalls = Setting<Int>.integer(
        "TOPRELAY_RETENTION_CALLS", default: 365, in: 1...3650, of: "days",
        reason: "How long the audit trail keeps calls; bodies never outlive them.")

    static let retentionSealed = Setting<Int>.integer(
        "TOPRELAY_RETENTION_SEALED", default: 7, in: 0...3650, of: "days",
        reason:
            "How long the full requests are kept, sealed under the master key, so that a call can be looked into or "
            + "sent again; 0 keeps none, and removes what is there. They never outlive the bodies.")

    /// The relay that `toprelay call` calls. The service does not read it; it may stand in a shared environment.
    static let url = SettingDescription(
        name: "TOPRELAY_URL", defaultText: "http://127.0.0.1:8080", isSecret: false, form: "http[s]://HOST[:PORT]",
        reason: "The relay that `toprelay call` calls; `serve` does not read it.")

    /// The token of `toprelay call`.
    static let token = SettingDescription(
        name: "TOPRELAY_TOKEN", defaultText: nil, isSecret: true, form: "a token",
        reason: "The token of `toprelay call`; `serve` does not read it.")

    /// Every setting, in the order in which help and documentation show them.
    public static let all: [SettingDescription] = [
        databaseURL.description, masterKey.description, listen.description, gatewayURL.description,
        caFile.description, callTimeout.description, catalog.description, workers.description,
        logLevel.description, logFormat.description, drainDelay.description, shutdownTimeout.description,
        maximumConnections.description, maximumCallsInFlight.description, maximumBodyBytes.description,
        requestTimeout.description, idleTimeout.description, outcomeQueueRows.description,
        outcomeQueueMebibytes.description,
        retentionBodies.description, retentionCalls.description, retentionSealed.description, url, token,
    ]

    /// The settings as `--help` shows them.
    public static var help: String {
        all.map { setting in
            let file = setting.isSecret ? " (or \(setting.name)_FILE)" : ""
            let standard = setting.defaultText.map { ", default \($0)" } ?? ""
            return "  \(setting.name)\(file): \(setting.form)\(standard)\n      \(setting.reason)"
        }.joined(separator: "\n")
    }
}
