import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite struct PostgresConnectionTests {
    @Test("A query gives its rows by place and by name, in every type that is read")
    func readsRows() async throws {
        let settings = try await SharedCluster.settings
        try await onLoop { loop in
            let connection = try await PostgresConnection.connect(settings, on: loop)
            defer { connection.close() }
            let rows = try await connection.query(
                """
                SELECT $1::bigint AS number, $2::text AS words, $3::bytea AS octets, $4::boolean AS flag,
                    NULL AS nothing, 1.5::float8 AS real
                """,
                [.integer(9_007_199_254_740_993), .text("你好, 'x' \\"), .bytes([0, 255, 16]), .bool(true)])
            #expect(rows.columns == ["number", "words", "octets", "flag", "nothing", "real"])
            #expect(rows.count == 1)
            #expect(rows[0]["number"].integer == 9_007_199_254_740_993)
            #expect(rows[0][1].text == "你好, 'x' \\")
            #expect(rows[0]["octets"].bytes == [0, 255, 16])
            #expect(rows[0]["flag"].bool == true)
            #expect(rows[0]["nothing"].isNull)
            #expect(rows[0]["real"].double == 1.5)
            #expect(rows[0]["missing"].isNull)
        }
    }
}

@Suite struct PostgresErrorTests {
    @Test("An error's description never quotes a row; its debug description says all")
    func errorsHideValues() async throws {
        let settings = try await SharedCluster.settings
        try await onLoop { loop in
            let connection = try await PostgresConnection.connect(settings, on: loop)
            defer { connection.close() }
            let error = await failure { _ = try await connection.query("SELECT $1::uuid", [.text("13712345678")]) }
            #expect(error?.sqlState == "22P02")
            #expect(error?.kind == .server && error?.isTransient == false)
            #expect(error?.description == "PostgreSQL, server 22P02")
            #expect(error?.debugDescription.contains("13712345678") == true)
            let syntax = await failure { try await connection.execute("SELEKT 1") }
            #expect(syntax?.description == "PostgreSQL, server 42601: syntax error at or near \"SELEKT\"")
            let nul = await failure { _ = try await connection.query("SELECT $1", [.text("a\u{0}b")]) }
            #expect(nul?.kind == .configuration)
            // None of these costs the connection.
            #expect(try await connection.query("SELECT 1").count == 1)
        }
    }

    @Test(
        "Which errors may pass by themselves",
        arguments: [
            ("57P01", true), ("57P03", true), ("53100", true), ("08006", true), ("25006", true), ("40P01", true),
            ("55P03", true), ("57014", true), ("23505", false), ("22021", false), ("42P01", false), ("XX000", false),
        ])
    func whichErrorsMayPass(sqlState: String, isTransient: Bool) {
        let error = PostgresError(kind: .server, fields: .init(sqlState: sqlState))
        #expect(error.isTransient == isTransient)
    }

    @Test(
        "A connection string that cannot be read is refused without being quoted",
        arguments: [
            "postgresql://u:geheim%zz@h/d", "user=x password='geheim", "postgresql//u:geheim@h/d", "geheim",
        ])
    func badURL(url: String) {
        let error = #expect(throws: PostgresError.self) { _ = try PostgresSettings(url: url) }
        #expect(error?.kind == .configuration)
        #expect(error?.description.contains("geheim") == false)
        #expect(error?.debugDescription.contains("geheim") == false)
    }

    @Test("Settings show no password in any form")
    func settingsHideThePassword() throws {
        let settings = try PostgresSettings(url: "postgresql://me:geheim@db.example:5433/audit?sslmode=require")
        #expect(settings.description == "postgresql://me@db.example:5433/audit")
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(settings)", String(reflecting: settings), dumped] { #expect(!text.contains("geheim")) }
    }

    @Test("Names that were looked up go to libpq with an address each")
    func resolvesHosts() throws {
        let settings = try PostgresSettings(url: "postgresql://localhost:5433,%2Ftmp:5434/d")
        let servers = try #require(try HostResolver.resolve(settings))
        #expect(servers.contains(ResolvedServer(host: "localhost", address: "127.0.0.1", port: "5433")))
        #expect(servers.last == ResolvedServer(host: "/tmp", address: "", port: "5434"))
        let options = settings.connectionOptions(resolved: servers)
        #expect(options["hostaddr"]?.split(separator: ",", omittingEmptySubsequences: false).count == servers.count)
        #expect(options["gssencmode"] == "disable" && options["client_encoding"] == "UTF8")
        #expect(options["application_name"] == "toprelay" && options["tcp_user_timeout"] == "10000")
        #expect(try HostResolver.resolve(PostgresSettings(url: "postgresql://x?hostaddr=10.0.0.1")) == nil)
    }
}

/// The error of a body; nil when it throws none.
func failure(_ body: () async throws -> Void) async -> PostgresError? {
    do {
        try await body()
        return nil
    } catch let error as PostgresError {
        return error
    } catch {
        Issue.record(error)
        return nil
    }
}
