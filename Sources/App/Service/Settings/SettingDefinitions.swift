import Crypto
import HTTPServer
import Logging
import Postgres
import Telemetry
import Vault

/// Every setting of the service.
///
/// Kubernetes injects variables into pods next to a Service called `toprelay`: `TOPRELAY_SERVICE_*`, `TOPRELAY_PORT*`,
/// `TOPRELAY_*_SERVICE_*` and `TOPRELAY_*_PORT*`. No setting may have such a name.
package enum SettingDefinitions {
    static let databaseURL = Setting<PostgresSettings>(
        "DATABASE_URL", default: nil, isSecret: true, form: "postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
        reason: "The PostgreSQL database with the vault and the audit trail. All replicas share it."
    ) { text throws(SettingValueError) in
        do {
            return try PostgresSettings(url: text)
        } catch {
            throw SettingValueError("\(error)")
        }
    }

    static let masterKey = Setting<KeyRing>(
        "TOPRELAY_MASTER_KEY", default: nil, isSecret: true,
        form: "base64 of 32 bytes; several keys separated by blanks, the newest first",
        reason: "Seals app secrets and session keys in the database. `openssl rand -base64 32` makes one. "
            + "Without this key they are lost."
    ) { text throws(SettingValueError) in
        do {
            return try KeyRing(base64: text)
        } catch {
            throw SettingValueError("\(error)")
        }
    }

    static let masterKeyCommand = Setting<MasterKeyCommand>(
        "TOPRELAY_MASTER_KEY_COMMAND", default: nil, isShown: false, form: "PROGRAM ARGUMENT…, without a shell",
        reason: "A program that prints the master key, such as a client of a key management service. It replaces "
            + "TOPRELAY_MASTER_KEY, and has \(MasterKeyCommand.timeout.components.seconds) s."
    ) { text throws(SettingValueError) in
        guard let command = MasterKeyCommand(text) else {
            throw SettingValueError("must be a program and its arguments, separated by blanks")
        }
        return command
    }

    static let listen = Setting<ListenAddress>(
        "TOPRELAY_LISTEN", default: "127.0.0.1:8080", form: "HOST:PORT, [IPV6]:PORT or unix:PATH",
        reason: "The address of the service. Use :8080 in a container, which means all IPv4 addresses."
    ) { text throws(SettingValueError) in
        do {
            return try ListenAddress(parsing: text)
        } catch {
            throw SettingValueError("must be HOST:PORT, [IPV6]:PORT or unix:PATH")
        }
    }

    static let gatewayURL = Setting<GatewayURL>(
        "TOPRELAY_GATEWAY_URL", default: "https://eco.taobao.com/router/rest", isShown: false,
        form: "https://HOST[:PORT]/PATH",
        reason: "The TOP gateway of apps without one of their own. Plain http is for loopback addresses only."
    ) { text throws(SettingValueError) in
        do throws(VaultError) {
            return try GatewayURL(text, allowsHTTP: false)
        } catch {
            guard case .invalid(_, let expectation) = error else {
                throw SettingValueError("must be https://HOST[:PORT]/PATH")
            }
            throw SettingValueError(expectation)
        }
    }

    static let publicURL = Setting<GatewayURL>(
        "TOPRELAY_PUBLIC_URL", default: nil, isShown: false, form: "https://HOST[:PORT][/PATH]",
        reason: "The address under which sellers' browsers reach the relay. TOP sends them to /v1/oauth/callback below "
            + "it. Plain http is for loopback addresses only."
    ) { text throws(SettingValueError) in
        do throws(VaultError) {
            return try GatewayURL(text, allowsHTTP: false)
        } catch {
            throw SettingValueError("must be https://HOST[:PORT][/PATH] without a query, or a loopback address")
        }
    }

    static let caFile = Setting<String>.path(
        "TOPRELAY_CA_FILE", of: .file,
        reason: "Trusted certificates (PEM) for TLS with gateways, instead of the system's.")

    static let callTimeout = Setting<Duration>.seconds(
        "TOPRELAY_CALL_TIMEOUT", default: 30, in: 1...300,
        reason: "The longest time of one call. Longer calls end as outcome-unknown.")

    static let catalog = Setting<String>.path(
        "TOPRELAY_CATALOG", of: .folder,
        reason: "Catalog entries (YAML) in addition to the embedded ones, such as a ConfigMap.")

    static let workers = Setting<WorkerCount>(
        "TOPRELAY_WORKERS", default: "auto", form: "auto, or 1–64",
        reason: "Event loops that make calls, each with its own connections to PostgreSQL. "
            + "auto means one for every two processors."
    ) { text throws(SettingValueError) in
        guard let count = WorkerCount(text) else {
            throw SettingValueError("must be auto or a whole number of 1–64")
        }
        return count
    }

    static let logLevel = Setting<Logger.Level>.choice(
        "TOPRELAY_LOG_LEVEL", default: .info, reason: "The lowest level of records that are written.")

    static let logFormat = Setting<LogFormat>.choice(
        "TOPRELAY_LOG_FORMAT", default: .json, reason: "json for log collectors, text for people.")

    static let drainDelay = Setting<Duration>.seconds(
        "TOPRELAY_DRAIN_DELAY", default: 0, in: 0...300,
        reason: "How long the service accepts requests after SIGTERM, while load balancers notice.")

    static let shutdownTimeout = Setting<Duration>.seconds(
        "TOPRELAY_SHUTDOWN_TIMEOUT", default: nil, in: 1...600,
        reason: "How long calls may run and rows be written after the drain delay. The default is the call timeout "
            + "and 15 s more. The sum with the drain delay must be less than the pod's grace period.")

    static let maximumConnections = Setting<Int>.integer(
        "TOPRELAY_MAX_CONNECTIONS", default: 4096, in: 1...65536, of: "connections",
        reason: "The number of open HTTP connections. Each needs a file descriptor.")

    static let maximumCallsInFlight = Setting<Int>.integer(
        "TOPRELAY_MAX_CALLS_IN_FLIGHT", default: 2048, in: 1...65536, of: "calls",
        reason: "The number of concurrent calls. More get 503 before anything is written.")

    static let maximumBodyBytes = Setting<Int>.integer(
        "TOPRELAY_MAX_BODY_BYTES_IN_FLIGHT", default: 64 << 20, in: 65536...(1 << 40), of: "bytes",
        reason:
            "Bytes that the bodies of running requests and calls may hold. A body beyond them gets 503.")

    static let requestTimeout = Setting<Duration>.seconds(
        "TOPRELAY_REQUEST_TIMEOUT", default: 15, in: 1...300,
        reason: "The longest time that a client may take to send a request.")

    static let idleTimeout = Setting<Duration>.seconds(
        "TOPRELAY_IDLE_TIMEOUT", default: 75, in: 1...3600,
        reason: "How long a connection without a request stays open. It must be longer than the proxy's timeout.")

    static let outcomeQueueRows = Setting<Int>.integer(
        "TOPRELAY_OUTCOME_QUEUE_ROWS", default: 100_000, in: 100...10_000_000, of: "rows",
        reason: "Outcome rows that may wait while PostgreSQL is unreachable. Then calls are refused.")

    static let outcomeQueueMebibytes = Setting<Int>.integer(
        "TOPRELAY_OUTCOME_QUEUE_MIB", default: 256, in: 1...65536, of: "MiB",
        reason: "The memory for these rows.")

    static let retentionBodies = Setting<Int>.integer(
        "TOPRELAY_RETENTION_BODIES", default: 30, in: 1...3650, of: "days",
        reason: "How long the audit trail keeps masked requests and responses, in whole GMT+8 days.")

    static let retentionCalls = Setting<Int>.integer(
        "TOPRELAY_RETENTION_CALLS", default: 365, in: 1...3650, of: "days",
        reason: "How long the audit trail keeps calls. Bodies never outlive them.")

    static let retentionSealed = Setting<Int>.integer(
        "TOPRELAY_RETENTION_SEALED", default: 7, in: 0...3650, of: "days",
        reason:
            "How long full requests are kept, sealed under the master key, so that a call can be examined or repeated. "
            + "0 keeps none and removes existing ones. They never outlive the bodies.")

    /// The relay that `toprelay call` uses. The service ignores it, but a shared environment may contain it.
    static let url = SettingDescription(
        name: "TOPRELAY_URL", defaultText: "http://127.0.0.1:8080", isSecret: false, form: "http[s]://HOST[:PORT]",
        reason: "The relay that `toprelay call` uses. `serve` ignores it.")

    /// The token of `toprelay call`.
    static let token = SettingDescription(
        name: "TOPRELAY_TOKEN", defaultText: nil, isSecret: true, form: "a token",
        reason: "The token of `toprelay call`. `serve` ignores it.")

    /// Every setting, in the order of help and documentation.
    package static let all: [SettingDescription] = [
        databaseURL.description, masterKey.description, masterKeyCommand.description, listen.description,
        gatewayURL.description, publicURL.description,
        caFile.description, callTimeout.description, catalog.description, workers.description,
        logLevel.description, logFormat.description, drainDelay.description, shutdownTimeout.description,
        maximumConnections.description, maximumCallsInFlight.description, maximumBodyBytes.description,
        requestTimeout.description, idleTimeout.description, outcomeQueueRows.description,
        outcomeQueueMebibytes.description,
        retentionBodies.description, retentionCalls.description, retentionSealed.description, url, token,
    ]

    /// The text of all settings for `--help`.
    package static var help: String {
        all.map { setting in
            let file = setting.isSecret ? " (or \(setting.name)_FILE)" : ""
            let standard = setting.defaultText.map { ", default \($0)" } ?? ""
            return "  \(setting.name)\(file): \(setting.form)\(standard)\n      \(setting.reason)"
        }.joined(separator: "\n")
    }
}
