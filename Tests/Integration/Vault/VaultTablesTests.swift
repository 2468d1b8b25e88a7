import Foundation
import Postgres
import Testing

@testable import Vault

@Suite("The vault's tables", .serialized)
struct VaultTablesTests {
    private static let blob = "'\\x\(String(repeating: "00", count: 40))'"
    private static let tokenStart = "INSERT INTO vault.tokens (id, name, hash, scopes"
    private static let appStart = "INSERT INTO vault.apps (name, app_key, secret_sealed"

    private static let refused = [
        "\(appStart)) VALUES ('a b', '1', \(blob))", "\(appStart)) VALUES ('', '1', \(blob))",
        "\(appStart)) VALUES (E'a\\n', '1', \(blob))", "\(appStart)) VALUES (repeat('a', 65), '1', \(blob))",
        "\(appStart)) VALUES ('a', '', \(blob))", "\(appStart)) VALUES ('a', '1', '\\x00')",
        "\(appStart), sign_method) VALUES ('a', '1', \(blob), 'MD5')",
        "\(appStart), gateway_url) VALUES ('a', '1', \(blob), 'http://eco.taobao.com/')",
        "\(appStart), gateway_url) VALUES ('a', '1', \(blob), 'http://127.0.0.1.example/')",
        "\(appStart), gateway_url, allow_http) VALUES ('a', '1', \(blob), 'ftp://x/', true)",
        "\(appStart), methods) VALUES ('a', '1', \(blob), '{\"a b\"}')",
        "\(appStart), methods) VALUES ('a', '1', \(blob), '{NULL}')",
        "\(appStart), is_default) VALUES ('a', '1', \(blob), true), ('b', '1', \(blob), true)",
        "INSERT INTO vault.sessions (app, seller, session_sealed) VALUES ('nowhere', 's', \(blob))",
        "INSERT INTO vault.sessions (app, seller, session_sealed) VALUES ('app', '', \(blob))",
        "INSERT INTO vault.sessions (app, seller, session_sealed) VALUES ('app', repeat('店', 129), \(blob))",
        "\(Self.tokenStart)) VALUES ('x', 'a', sha256('a'), '{relay}')",
        "\(Self.tokenStart)) VALUES ('00000000000000', 'a', sha256('a'), '{}')",
        "\(Self.tokenStart)) VALUES ('00000000000000', 'a', sha256('a'), '{root}')",
        "\(Self.tokenStart)) VALUES ('00000000000000', 'a', sha256('a'), '{NULL}')",
        "\(Self.tokenStart)) VALUES ('00000000000000', 'a', '\\x00', '{relay}')",
        "INSERT INTO vault.keys (name, version, sealed) VALUES ('other', 1, \(blob))",
        "INSERT INTO vault.keys (name, version, sealed) VALUES ('fingerprint', 0, \(blob))",
        "INSERT INTO vault.revision (only_row) VALUES (false)", "INSERT INTO vault.revision DEFAULT VALUES",
    ]

    @Test("Rows that no command would make are refused by the tables too")
    func rowsThatNoCommand() async throws {
        try await withVault { vault in
            let connection = try await vault.connect()
            try await connection.execute("\(Self.appStart)) VALUES ('app', '1', \(Self.blob))")
            for statement in Self.refused {
                let error = await #expect(throws: PostgresError.self, "\(statement)") {
                    try await connection.execute(statement)
                }
                #expect(error?.sqlState?.hasPrefix("23") == true, "\(statement)")
            }
        }
    }

    @Test("Rows at the edge of what is allowed are taken")
    func rowsAtEdgeOfWhatIsAllowed() async throws {
        try await withVault { vault in
            let connection = try await vault.connect()
            try await connection.execute(
                """
                \(Self.appStart), gateway_url, methods) VALUES
                    (repeat('a', 64), '1', \(Self.blob), 'http://127.0.0.1:9/x', '{a.*,b}'),
                    ('b', '1', \(Self.blob), 'http://[::1]', '{}'), ('B', '1', \(Self.blob), 'HTTPS://x', '{}')
                """.replacingOccurrences(of: "HTTPS", with: "https"))
            try await connection.execute(
                "INSERT INTO vault.sessions (app, seller, session_sealed) VALUES ('b', repeat('店', 128), \(Self.blob))")
            try await connection.execute(
                """
                \(Self.tokenStart)) VALUES ('00000000000000', 'a', sha256('a'),
                    '{relay,relay:raw,audit:read,audit:note,audit:unmask,queue,admin}')
                """)
            let count = try await connection.query("SELECT count(*) FROM vault.apps").first?[0].integer
            #expect(count == 3)
        }
    }

    @Test("Each statement that changes the vault adds one to the revision, and says so once")
    func eachStatementThatChanges() async throws {
        try await withVault { vault in
            let connection = try await vault.connect()
            let listener = try await vault.connect()
            let heard = Heard()
            try await listener.listen(VaultWatcher.channel) { heard.payloads.append($0) }
            let statements = [
                "\(Self.appStart)) VALUES ('a', '1', \(Self.blob)), ('b', '1', \(Self.blob))",
                "UPDATE vault.apps SET app_key = '2'",
                "INSERT INTO vault.sessions (app, seller, session_sealed) VALUES ('a', 's', \(Self.blob))",
                "\(Self.tokenStart)) VALUES ('00000000000000', 'a', sha256('a'), '{relay}')",
                "INSERT INTO vault.keys (name, version, sealed) VALUES ('fingerprint', 1, \(Self.blob))",
                "DELETE FROM vault.tokens", "TRUNCATE vault.sessions CASCADE", "DELETE FROM vault.keys",
            ]
            for (index, statement) in statements.enumerated() {
                try await connection.execute(statement)
                #expect(try await connection.vaultRevision(timeout: .seconds(5)) == Int64(index + 1))
            }
            _ = try? await connection.execute("UPDATE vault.apps SET app_key = ''")
            #expect(try await connection.vaultRevision(timeout: .seconds(5)) == Int64(statements.count))
            _ = try await listener.query("SELECT 1")
            #expect(heard.payloads == (1...statements.count).map { "\($0)" })
        }
    }

    /// What a listener heard, on its loop.
    private final class Heard {
        var payloads: [String] = []
    }
}
