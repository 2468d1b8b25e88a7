internal import CLibpq
#if canImport(Glibc)
    internal import Glibc
#endif

/// How to reach a database, and the limits that every connection to it keeps.
///
/// Takes what libpq takes (`postgresql://user:password@host:port/name?sslmode=…`, or `host=… dbname=…`), libpq's own
/// environment variables and password file included. Neither `description` nor any error holds the password.
public struct PostgresSettings: Sendable {
    /// The name that `pg_stat_activity` shows, where the connection string gives none.
    public var applicationName = "toprelay"
    /// The longest that making a connection may take: look-up of the host, TLS, password and session settings included.
    public var connectTimeout: Duration = .seconds(5)
    /// PostgreSQL's `statement_timeout`; zero for none.
    public var statementTimeout: Duration = .seconds(30)
    /// PostgreSQL's `lock_timeout`; zero for none.
    public var lockTimeout: Duration = .seconds(10)
    /// PostgreSQL's `idle_in_transaction_session_timeout`; zero for none.
    public var idleInTransactionTimeout: Duration = .seconds(60)
    /// How long sent bytes may stay unacknowledged before the network counts as gone (`tcp_user_timeout`).
    public var unacknowledgedTimeout: Duration = .seconds(10)
    /// The most queries that may wait on one connection.
    public var maximumQueuedQueries = 256

    /// The options of the connection string, without empty ones.
    let options: [String: String]

    /// Reads a connection string.
    /// - Throws: `PostgresError` of kind `configuration`; its text quotes nothing of the string.
    public init(url: String) throws(PostgresError) {
        guard !url.utf8.contains(0) else { throw PostgresError(.configuration, "the connection string holds a NUL") }
        // libpq would take a part of such a password for the host, the port or the database, and messages name these.
        guard Self.hasPlainCredentials(url) else { throw Self.unreadable }
        var message: UnsafeMutablePointer<CChar>?
        defer { PQfreemem(message) }
        guard let parsed = PQconninfoParse(url, &message) else {
            // libpq's message quotes the string, and the password may be in the quoted part.
            throw Self.unreadable
        }
        defer { PQconninfoFree(parsed) }
        var options: [String: String] = [:]
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val, value.pointee != 0 {
                options[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        guard Self.isListOfPorts(options["port"]) else { throw Self.unreadable }
        self.options = options
    }

    private static let unreadable = PostgresError(
        .configuration,
        "the connection string is not one that libpq reads: postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
            + " with special characters of the parts written as %XX")

    /// Whether a URL has its only `@` between credentials and host; other forms of connection strings have none to check.
    private static func hasPlainCredentials(_ url: String) -> Bool {
        guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://"), let scheme = url.firstRange(of: "://")
        else { return true }
        let rest = url[scheme.upperBound...].utf8.prefix { $0 != UInt8(ascii: "?") }
        let authority = rest.prefix { $0 != UInt8(ascii: "/") }
        return authority.count { $0 == UInt8(ascii: "@") } <= 1
            && !rest.dropFirst(authority.count).contains(UInt8(ascii: "@"))
    }

    private static func isListOfPorts(_ text: String?) -> Bool {
        (text ?? "").utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ",") }
    }
}

extension PostgresSettings {
    /// The host names or socket folders, one for each server to try; nil leaves the choice to libpq's default.
    var hosts: [String]? {
        guard let list = options["host"] ?? environment("PGHOST") else { return nil }
        return list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// The numeric addresses that the connection string gives, which make a look-up needless.
    var hasAddresses: Bool { options["hostaddr"] ?? environment("PGHOSTADDR") != nil }

    /// The ports: none, one for all, or one for each host.
    var ports: [String] {
        guard let list = options["port"] ?? environment("PGPORT") else { return [] }
        return list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// The options as libpq is to have them: the caller's, and this module's over and under them.
    /// - Parameter resolved: servers whose names were looked up, instead of the caller's list of hosts.
    func connectionOptions(resolved: [ResolvedServer]?) -> [String: String] {
        let defaults = [
            "application_name": applicationName,
            "keepalives": "1", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
            "tcp_user_timeout": String(unacknowledgedTimeout.milliseconds),
        ]
        // Kerberos encryption would be tried first, blocking; the name of the encoding decides what bytes mean.
        let fixed = ["gssencmode": "disable", "client_encoding": "UTF8"]
        var all = defaults.merging(options) { _, given in given }.merging(fixed) { _, fixed in fixed }
        if let resolved {
            all["host"] = resolved.map(\.host).joined(separator: ",")
            all["hostaddr"] = resolved.map(\.address).joined(separator: ",")
            all["port"] = resolved.map(\.port).joined(separator: ",")
        }
        return all
    }

    /// The statements that every session starts with.
    var sessionScript: String {
        """
        SET synchronous_commit = on; SET timezone = 'UTC'; SET bytea_output = 'hex'; \
        SET statement_timeout = \(statementTimeout.milliseconds); \
        SET lock_timeout = \(lockTimeout.milliseconds); \
        SET idle_in_transaction_session_timeout = \(idleInTransactionTimeout.milliseconds); \
        SET jit = off; SET gin_pending_list_limit = 1024
        """
    }
}

extension PostgresSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// User, host, port and database.
    public var description: String {
        let user = options["user"].map { "\($0)@" } ?? ""
        let host = options["host"] ?? options["hostaddr"] ?? "localhost"
        let port = options["port"].map { ":\($0)" } ?? ""
        return "postgresql://\(user)\(host)\(port)/\(options["dbname"] ?? "")"
    }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// Shows the description alone: the options hold the password.
    public var customMirror: Mirror { Mirror(self, children: ["server": description]) }
}

extension Duration {
    /// Whole milliseconds, at least one unless the duration is zero or less.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let whole = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return self > .zero ? Swift.max(whole, 1) : 0
    }

    /// Nanoseconds, zero for a negative duration.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        let whole = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        return whole > 0 ? UInt64(whole) : 0
    }
}
