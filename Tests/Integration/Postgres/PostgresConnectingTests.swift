import EventLoop
import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite struct PostgresConnectingTests {
    private func connectError(_ settings: PostgresSettings) async throws -> PostgresError? {
        try await onLoop(seconds: 20) { loop in
            await failure {
                let connection = try await PostgresConnection.connect(settings, on: loop)
                connection.close()
            }
        }
    }

    @Test("A session has the settings that durability and times need")
    func sessionSettings() async throws {
        var settings = try await PostgresSettings(
            url: SharedCluster.cluster.url() + "?options=-csynchronous_commit%3Doff")
        settings.statementTimeout = .milliseconds(1234)
        settings.lockTimeout = .zero
        let tuned = settings
        try await onLoop { loop in
            let connection = try await PostgresConnection.connect(tuned, on: loop)
            defer { connection.close() }
            for (name, value) in [
                ("synchronous_commit", "on"), ("TimeZone", "UTC"), ("client_encoding", "UTF8"),
                ("application_name", "toprelay"), ("statement_timeout", "1234ms"), ("lock_timeout", "0"),
                ("idle_in_transaction_session_timeout", "1min"),
            ] {
                #expect(try await connection.query("SELECT current_setting($1)", [.text(name)])[0][0].text == value)
            }
        }
    }

    @Test("A wrong password is refused, and no text shows it; the right one is taken, over TCP")
    func wrongPasswordIsRefused() async throws {
        let cluster = try await PostgresCluster(port: Int.random(in: 20_000..<30_000), password: "richtig")
        defer { cluster.remove() }
        let error = try #require(try await connectError(PostgresSettings(url: cluster.tcpURL(password: "geheim"))))
        #expect(error.kind == .connection && error.isTransient)
        #expect(error.description.contains("password authentication failed for user \"postgres\""))
        #expect(!error.debugDescription.contains("geheim"))
        #expect(try await connectError(PostgresSettings(url: cluster.tcpURL(password: "richtig"))) == nil)
        // A name is looked up off the loop, and the address that answers is found.
        let named = cluster.tcpURL(password: "richtig").replacingOccurrences(of: "127.0.0.1", with: "localhost")
        #expect(try await connectError(PostgresSettings(url: named)) == nil)
    }

    @Test("A database that is not UTF-8 is refused")
    func databaseThatIsNotUTF() async throws {
        let name = uniqueName("ascii")
        let settings = try await SharedCluster.settings
        try await onLoop { loop in
            let connection = try await PostgresConnection.connect(settings, on: loop)
            try await connection.execute("CREATE DATABASE \(name) ENCODING 'SQL_ASCII' TEMPLATE template0")
            connection.close()
        }
        let error = try await connectError(await PostgresSettings(url: SharedCluster.cluster.url(name)))
        #expect(error?.kind == .configuration)
        #expect(error?.description.contains("SQL_ASCII") == true)
    }

    @Test("A host that cannot be looked up is named")
    func hostThatCannotBeLooked() async throws {
        let error = try await connectError(PostgresSettings(url: "postgresql://u:geheim@nowhere.invalid/d"))
        #expect(error?.kind == .connection)
        #expect(error?.description.contains("nowhere.invalid") == true)
        #expect(error?.debugDescription.contains("geheim") == false)
    }

    @Test("A server that never answers is given up after the connect timeout")
    func silentServer() async throws {
        let proxy = try await CuttingProxy(cluster: SharedCluster.cluster)
        defer { proxy.remove() }
        proxy.set(.silence)
        var settings = try PostgresSettings(url: proxy.url)
        settings.connectTimeout = .milliseconds(200)
        let error = try await connectError(settings)
        #expect(error?.kind == .connection)
        #expect(error?.description.contains("within 0.2 seconds") == true)
    }

    @Test(
        "A refused port, a missing socket, a missing database and a bad list of ports say what is wrong",
        arguments: [
            ("postgresql://postgres@127.0.0.1:1/d", "refused"), ("postgresql://postgres@%2Fnowhere/d", "/nowhere"),
            ("missing", "database \"missing\" does not exist"),
            ("postgresql://a:1,b:2,c/d?port=1,2", "2 ports for 3 hosts"),
        ])
    func refusedPort(url: String, text: String) async throws {
        let url = try await url == "missing" ? SharedCluster.cluster.url("missing") : url
        let error = try await connectError(PostgresSettings(url: url))
        #expect(error?.description.contains(text) == true, "\(String(describing: error))")
    }

    @Test("A query without an answer in time fails, is cancelled on the server, and costs the connection")
    func queryWithoutAnswerInTime() async throws {
        let settings = try await SharedCluster.settings
        let mark = uniqueName("mark")
        try await onLoop { loop in
            let connection = try await PostgresConnection.connect(settings, on: loop)
            var reason: PostgresError?
            connection.onClose = { reason = $0 }
            let slow = alongside(loop) {
                await failure {
                    _ = try await connection.query("SELECT pg_sleep(60) AS \(mark)", timeout: .milliseconds(100))
                }
            }
            let behind = alongside(loop) { await failure { _ = try await connection.query("SELECT 1") } }
            #expect(await slow.value?.kind == .timeout)
            #expect(await behind.value?.kind == .connection)
            #expect(connection.isClosed && reason?.kind == .connection)
            #expect(await failure { _ = try await connection.query("SELECT 1") }?.kind == .connection)
            let second = try await PostgresConnection.connect(settings, on: loop)
            try await until(loop) {
                try await second.query(
                    "SELECT 1 FROM pg_stat_activity WHERE query LIKE $1 AND state = 'active'",
                    [.text("%\(mark)%")]
                ).isEmpty
            }
            second.close()
        }
    }

    @Test("The queue of a connection is bounded, and closing it answers all who wait")
    func boundedQueue() async throws {
        var settings = try await SharedCluster.settings
        settings.maximumQueuedQueries = 2
        let bounded = settings
        try await onLoop { loop in
            let connection = try await PostgresConnection.connect(bounded, on: loop)
            let queries = (0..<5).map { _ in
                alongside(loop) { await failure { _ = try await connection.query("SELECT pg_sleep(20)") } }
            }
            await loop.sleep(for: .milliseconds(50))
            connection.close()
            var kinds: [PostgresError.Kind?] = []
            for query in queries { kinds.append(await query.value?.kind) }
            #expect(kinds == [.closed, .closed, .closed, .overloaded, .overloaded])
        }
    }

    @Test("A session that the server ends says so, with the SQLSTATE")
    func sessionThatServerEnds() async throws {
        let settings = try await SharedCluster.settings
        try await onLoop { loop in
            let victim = try await PostgresConnection.connect(settings, on: loop)
            let other = try await PostgresConnection.connect(settings, on: loop)
            defer { other.close() }
            var reason: PostgresError?
            victim.onClose = { reason = $0 }
            let pid = try await victim.query("SELECT pg_backend_pid()")[0][0].integer ?? 0
            _ = try await other.query("SELECT pg_terminate_backend($1::int)", [.integer(pid)])
            try await until(loop) { reason != nil }
            #expect(reason?.kind == .connection && reason?.sqlState == "57P01")
            #expect(victim.isClosed)
        }
    }

    @Test("Scripts run as one transaction, and COPY is refused")
    func scriptsRunAsOneTransaction() async throws {
        let settings = try await SharedCluster.settings
        let table = uniqueName("t")
        try await onLoop { loop in
            let connection = try await PostgresConnection.connect(settings, on: loop)
            let error = await failure { try await connection.execute("CREATE TABLE \(table) (a int); SELECT 1/0") }
            #expect(error?.sqlState == "22012")
            #expect(try await connection.query("SELECT to_regclass('\(table)')")[0][0].isNull)
            try await connection.execute("CREATE TABLE \(table) (a int); INSERT INTO \(table) VALUES (1), (2)")
            #expect(try await connection.query("UPDATE \(table) SET a = 3").affected == 2)
            try await connection.execute("DO $$ BEGIN RAISE NOTICE 'hello'; END $$; DROP TABLE \(table)")
            #expect(await failure { try await connection.execute("COPY (SELECT 1) TO STDOUT") }?.kind == .protocol)
            #expect(connection.isClosed)
        }
    }
}
