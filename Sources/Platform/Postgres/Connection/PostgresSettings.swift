internal import CLibpq
internal import Time
#if canImport(Glibc)
    internal import Glibc
#endif

/// The address of a database, and the limits of every connection to it.
///
/// It accepts what libpq accepts: `postgresql://user:password@host:port/name?sslmode=…` or `host=… dbname=…`. libpq's
/// environment variables and password file also apply. Neither `description` nor any error contains the password.
package struct PostgresSettings: Sendable {
    /// The name in `pg_stat_activity`, unless the connection string has one.
    package var applicationName = "toprelay"
    /// The longest time to connect. It includes the host look-up, TLS, the password and the session setup.
    package var connectTimeout: Duration = .seconds(5)
    /// PostgreSQL's `statement_timeout`. Zero means no limit.
    package var statementTimeout: Duration = .seconds(30)
    /// PostgreSQL's `lock_timeout`. Zero means no limit.
    package var lockTimeout: Duration = .seconds(10)
    /// PostgreSQL's `idle_in_transaction_session_timeout`. Zero means no limit.
    package var idleInTransactionTimeout: Duration = .seconds(60)
    /// The longest time without acknowledgement of sent bytes (`tcp_user_timeout`). Then the connection is lost.
    package var unacknowledgedTimeout: Duration = .seconds(10)
    /// The largest number of queries that wait on one connection.
    package var maximumQueuedQueries = 256

    /// The non-empty options of the connection string.
    let options: [String: String]

    /// Reads a connection string.
    /// - Throws: `PostgresError` of kind `configuration`. Its text quotes nothing from the string.
    package init(url: String) throws(PostgresError) {
        guard !url.utf8.contains(0) else { throw PostgresError(.configuration, "the connection string contains NUL") }
        // libpq would read a part of such a password as host, port or database, and its messages show these.
        guard Self.hasPlainCredentials(url) else { throw Self.unreadable }
        var message: UnsafeMutablePointer<CChar>?
        defer { PQfreemem(message) }
        guard let parsed = PQconninfoParse(url, &message) else {
            // libpq's message quotes the string, and the quoted part may contain the password.
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
        "libpq cannot read the connection string: write postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
            + " with special characters as %XX")

    /// Whether the only `@` of a URL separates credentials from the host. Other connection strings always pass.
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
    /// The host names or socket folders, one for each server. Nil means libpq's default.
    var hosts: [String]? {
        guard let list = options["host"] ?? environment("PGHOST") else { return nil }
        return list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// Whether the connection string has numeric addresses. They need no look-up.
    var hasAddresses: Bool { options["hostaddr"] ?? environment("PGHOSTADDR") != nil }

    /// The ports: an empty list, one for all hosts, or one for each host.
    var ports: [String] {
        guard let list = options["port"] ?? environment("PGPORT") else { return [] }
        return list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// The options for libpq: this module's defaults, the caller's options, and fixed options that replace both.
    /// - Parameter resolved: looked-up servers that replace the caller's list of hosts.
    func connectionOptions(resolved: [ResolvedServer]?) -> [String: String] {
        let defaults = [
            "application_name": applicationName,
            "keepalives": "1", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
            "tcp_user_timeout": String(unacknowledgedTimeout.milliseconds),
        ]
        // Kerberos encryption would be tried first and block. The client encoding decides what text bytes mean.
        let fixed = ["gssencmode": "disable", "client_encoding": "UTF8"]
        var all = defaults.merging(options) { _, given in given }.merging(fixed) { _, fixed in fixed }
        if let resolved {
            all["host"] = resolved.map(\.host).joined(separator: ",")
            all["hostaddr"] = resolved.map(\.address).joined(separator: ",")
            all["port"] = resolved.map(\.port).joined(separator: ",")
        }
        return all
    }

    /// The statements at the start of every session.
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
    package var description: String {
        let user = options["user"].map { "\($0)@" } ?? ""
        let host = options["host"] ?? options["hostaddr"] ?? "localhost"
        let port = options["port"].map { ":\($0)" } ?? ""
        return "postgresql://\(user)\(host)\(port)/\(options["dbname"] ?? "")"
    }

    /// The same as `description`.
    package var debugDescription: String { description }

    /// Shows only the description, because the options contain the password.
    package var customMirror: Mirror { Mirror(self, children: ["server": description]) }
}
