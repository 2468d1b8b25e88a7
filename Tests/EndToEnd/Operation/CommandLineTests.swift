import Foundation
import JSON
import TestSupport
import Testing

@Suite("The command line", .bounded)
struct CommandLineTests {
    @Test("Migrate does everything once, then nothing, and refuses a migration that has changed")
    func migrateDoesEverythingOnce() async throws {
        let cluster = try await Stage.sharedCluster
        let database = try await Stage.makeDatabase(template: "template0")
        let line = CommandLineTool(database: cluster.url(database))
        let before = try await line.run(["app", "list"])
        #expect(before.code == 1)
        #expect(before.errors.contains("toprelay migrate"))
        let first = try await line.succeed(["migrate"])
        #expect(first.contains("0001_vault") && first.contains("0002_trail"))
        let second = try await line.succeed(["migrate"])
        #expect(second.contains("up to date"))
        let table = try #require(
            try await cluster.query(
                """
                SELECT table_schema || '.' || table_name AS name FROM information_schema.columns
                WHERE column_name = 'checksum'
                """, in: database
            ).first?["name"]?.string)
        try await cluster.execute("UPDATE \(table) SET checksum = 'x'", in: database)
        let changed = try await line.run(["migrate"])
        #expect(changed.code == 1)
        #expect(changed.errors.contains("0001_vault"))
    }

    @Test("Two that migrate at the same time do it once")
    func migrateAtOnce() async throws {
        let cluster = try await Stage.sharedCluster
        let database = try await Stage.makeDatabase(template: "template0")
        let line = CommandLineTool(database: cluster.url(database))
        async let first = line.run(["migrate"])
        async let second = line.run(["migrate"])
        let outputs = [try await first, try await second]
        #expect(outputs.allSatisfy { $0.code == 0 }, "\(outputs)")
        #expect(outputs.filter { $0.text.contains("applied") }.count == 1)
    }

    @Test("Apps: put, replace, list without secret, rm")
    func appsPutReplaceList() async throws {
        let line = try await Stage.make(start: false, bare: true).line
        let put = ["app", "put", "one", "--app-key", "123"]
        let added = try await line.run(put + ["--secret-stdin"], input: "planted-secret-1\n")
        #expect(added.code == 0, "\(added)")
        #expect(added.text.contains("added") && added.text.contains("default"))
        let folder = try Watchdog.shared.makeFolder("secret")
        try "planted-secret-2\n".write(toFile: folder + "/s", atomically: false, encoding: .utf8)
        #expect(try await line.succeed(put + ["--secret-file", folder + "/s"]).contains("changed"))
        try await line.succeed(
            [
                "app", "put", "two", "--app-key", "456", "--secret-stdin", "--sign-method", "md5", "--method",
                "taobao.*", "--gateway", "https://gw.example.com/router/rest",
            ], input: "planted-secret-3")
        let list = try await line.succeed(["app", "list"])
        #expect(list.contains("one") && list.contains("456") && list.contains("md5") && list.contains("taobao.*"))
        #expect(!list.contains("planted"))
        #expect(try await line.succeed(["app", "rm", "two"]).contains("two"))
        #expect(try await !line.succeed(["app", "list"]).contains("two"))
        #expect(try await line.run(["app", "rm", "two"]).code == 1)
    }

    @Test("A secret in any script is taken, and signs calls; one line end after it is no part of it")
    func secretInAnyScript() async throws {
        let line = try await Stage.make(start: false, bare: true).line
        for input in ["秘密 secret", "秘密 secret\n", "秘密 secret\r\n"] {
            try await line.succeed(["app", "put", "one", "--app-key", "123", "--secret-stdin"], input: input)
        }
        for input in ["秘密 secret\n\n", "秘密\u{7}secret", "秘密 secret\r"] {
            let output = try await line.run(["app", "put", "two", "--app-key", "1", "--secret-stdin"], input: input)
            #expect(output.code == 2 && output.errors.contains("app secret") && !output.errors.contains("秘密"))
        }
        #expect(try await !line.succeed(["app", "list"]).contains("two"))
    }

    static let refused: [(arguments: [String], input: String, code: Int32, says: String)] = [
        (["app", "put", "x", "--app-key", "1"], "", 2, "secret"),
        (["app", "put", "x", "--app-key", "1", "--secret-stdin", "--secret-file", "/dev/null"], "s", 64, "secret"),
        (["app", "put", "x", "--app-key", "1", "--secret", "planted-secret"], "", 64, "secret"),
        (["app", "put", "x", "--secret-stdin"], "planted-secret", 2, "app key"),
        (["app", "put", "x", "--app-key", "1", "--secret-stdin"], "", 2, "empty"),
        (["app", "put", "x", "--app-key", "1", "--secret-stdin"], "planted secret\nx", 2, "secret"),
        (["app", "put", "x y", "--app-key", "1", "--secret-stdin"], "planted-secret", 2, "name"),
        (["app", "put", "x", "--app-key", "1", "--secret-stdin", "--sign-method", "sha1"], "planted", 64, "sha256"),
        (
            ["app", "put", "x", "--app-key", "1", "--secret-stdin", "--gateway", "http://top.example.com/"], "planted",
            2, "gateway"
        ),
        (["app", "put", "x", "--app-key", "1", "--secret-file", "/no/such/file"], "", 1, "/no/such/file"),
        (["session", "put", "nobody", "s", "--session-stdin"], "planted", 1, "nobody"),
        (["session", "put", "main", "s"], "", 2, "session"),
        (["session", "put", "main", "s", "--session-stdin", "--expires-at", "tomorrow"], "planted", 2, "tomorrow"),
        (["session", "rm", "main", "nobody"], "", 1, "nobody"),
        (["token", "create", "x"], "", 64, "scope"),
        (["token", "create", "x", "--scope", "everything"], "", 64, "everything"),
        (["token", "create", "caller", "--scope", "relay"], "", 2, "caller"),
        (["token", "create", "x", "--scope", "relay", "--method", "a b"], "", 2, "method"),
        (["token", "create", "x", "--scope", "admin", "--seller", "a*"], "", 2, "sellers"),
        (["token", "create", "x", "--scope", "relay", "--rate", "10"], "", 64, "10/s"),
        (["token", "create", "x", "--scope", "relay", "--concurrency", "0"], "", 2, "concurrency"),
        (["token", "create", "x", "--scope", "relay", "--expires-in", "soon"], "", 2, "soon"),
        (["token", "rotate", "nobody"], "", 1, "nobody"), (["ban", "lift", "nobody"], "", 1, "nobody"),
        (["app", "pause", "nobody"], "", 1, "nobody"), (["app", "pause", "main", "--method", "a b"], "", 2, "method"),
        (["token", "rm", "nobody"], "", 1, "nobody"),
        (["audit", "list", "--outcome", "fine"], "", 2, "fine"),
        (["audit", "list", "--limit", "0"], "", 2, "limit"), (["audit", "list", "--from", "now"], "", 2, "now"),
        (["audit", "show", "x"], "", 2, "x"),
        (["audit", "show", "01890a5d-ac96-774b-bcce-b302099a8057"], "", 1, "01890a5d"),
        (["catalog", "show", "taobao.nothing"], "", 2, "taobao.nothing"), (["nothing"], "", 64, "nothing"),
        (["sign", "--secret-file", "/no/such/file", "--sign-method", "md5", "a=b"], "", 1, "/no/such/file"),
        (["sign", "--secret-file", "/etc/hostname", "--sign-method", "sha1", "a=b"], "", 64, "sha1"),
        (["sign", "--secret-file", "/etc/hostname", "--sign-method", "md5", "ab"], "", 64, "ab"),
    ]

    @Test("What is refused says why on standard error, with the contract's exit code, and no secret")
    func whatIsRefusedSays() async throws {
        let line = try await Stage.make(start: false).line
        for (arguments, input, code, says) in Self.refused {
            let output = try await line.run(arguments, input: input)
            #expect(output.code == code, "\(arguments): \(output)")
            #expect(output.errors.contains(says), "\(arguments): \(output)")
            #expect(output.text.isEmpty)
            if !arguments.joined().contains("planted") { #expect(!output.errors.contains("planted")) }
        }
    }

    @Test("Output that cannot be written ends the command with 1, and a closed pipe does so without a word")
    func lostOutput() async throws {
        let full = try await Command.run(["/bin/sh", "-c", "'\(Repository.binary)' catalog list > /dev/full"])
        #expect(full.code == 1)
        #expect(full.errors.hasPrefix("toprelay: could not write to standard output: No space left on device"))
        let folder = try Watchdog.shared.makeFolder("pipe")
        // The pipe has a writer and no reader any more.
        let script = """
            mkfifo '\(folder)/pipe' && exec 3<>'\(folder)/pipe' 4>'\(folder)/pipe' 3<&-
            trap '' PIPE
            exec '\(Repository.binary)' catalog list >&4
            """
        let closed = try await Command.run(["/bin/sh", "-c", script])
        #expect(closed.code == 1 && closed.errors.isEmpty, "\(closed)")
    }

    @Test("Sessions and tokens: put, list without secrets, rm; a token is alone on standard output, once")
    func sessionsAndTokens() async throws {
        let line = try await Stage.make(start: false).line
        try await line.succeed(
            ["session", "put", "main", "三号店", "--session-stdin", "--expires-at", "2031-01-31T08:00:00+08:00"],
            input: "planted-session-3")
        let sessions = try await line.succeed(["session", "list", "main"])
        #expect(sessions.contains("三号店") && sessions.contains("2031-01-31T00:00:00"))
        #expect(!sessions.contains("planted"))
        try await line.succeed(["session", "rm", "main", "三号店"])
        #expect(try await !line.succeed(["session", "list"]).contains("三号店"))
        let created = try await line.run(
            [
                "token", "create", "t1", "--scope", "relay", "--scope", "audit:read", "--app", "main", "--method",
                "tmall.*",
            ])
        #expect(created.code == 0)
        let token = created.text.dropLast()
        #expect(token.hasPrefix("trk_") && !token.contains { $0.isWhitespace } && created.text.hasSuffix("\n"))
        let list = try await line.succeed(["token", "list"])
        #expect(list.contains("t1") && list.contains("audit:read") && list.contains("tmall.*"))
        #expect(!list.contains(token))
        try await line.succeed(["token", "rm", "t1"])
        #expect(try await !line.succeed(["token", "list"]).contains("t1"))
    }

    @Test("Sign agrees with every published and computed vector")
    func signVectors() async throws {
        let file = try #require(
            FileManager.default.contents(atPath: Repository.fixtures + "/sign-vectors.json"))
        let folder = try Watchdog.shared.makeFolder("vectors")
        for vector in try JSONDocument(Array(file)).root.elements {
            let (secret, body) = (folder + "/secret", folder + "/body")
            try (vector["secret"]?.string ?? "").write(toFile: secret, atomically: false, encoding: .utf8)
            var arguments = ["sign", "--secret-file", secret, "--sign-method", vector["method"]?.string ?? ""]
            if let text = vector["body"]?.string {
                try text.write(toFile: body, atomically: false, encoding: .utf8)
                arguments += ["--body-file", body]
            }
            for member in vector["params"]?.members.map({ $0 }) ?? [] {
                arguments.append("\(member.name)=\(member.value.string ?? "")")
            }
            let sign = try await Command.succeed([Repository.binary] + arguments)
            #expect(sign == vector["sign"]?.string, "\(vector["id"]?.string ?? "")")
        }
    }

    @Test("Sign agrees with openssl")
    func signOpenSSL() async throws {
        let folder = try Watchdog.shared.makeFolder("openssl")
        try "key-值\n".write(toFile: folder + "/secret", atomically: false, encoding: .utf8)
        for (method, digest) in [("hmac", "-md5"), ("hmac-sha256", "-sha256")] {
            let sign = try await Command.succeed(
                [
                    Repository.binary, "sign", "--secret-file", folder + "/secret", "--sign-method", method, "b=2=3",
                    "a=中 文", "empty=", "B=1",
                ])
            let openssl = try await Command.succeed(
                ["/usr/bin/openssl", "dgst", digest, "-hmac", "key-值"], input: "B1a中 文b2=3")
            #expect(openssl.uppercased().hasSuffix("= " + sign))
        }
    }

    @Test("The catalog: listed, shown for people and in the fixed form, checked")
    func catalogIsRight() async throws {
        let list = try await Command.succeed([Repository.binary, "catalog", "list"])
        for example in Example.all { #expect(list.contains(example.method) && list.contains(example.path)) }
        let text = try await Command.succeed(
            [Repository.binary, "catalog", "show", "tmall.aliauto.carprofile.sync", "--json"])
        let shown = try JSONDocument(Array(text.utf8)).root
        #expect(shown["session"]?.string == "required")
        #expect(shown["response_root"]?.string == "tmall_aliauto_carprofile_sync_response")
        let request = shown["request"]?.elements.map { $0 } ?? []
        #expect(
            request.compactMap { $0["name"]?.string } == ["list", "channel_id", "channel_type", "phone", "data_source"])
        let source = try #require(request.last)
        #expect(source["default"]?.string == "XKZ" && source["example"]?.string == "XKZ")
        #expect(source["required"]?.bool == false && source["type"]?.string == "String")
        let profile = request[0]["children"]?.elements.map { $0 } ?? []
        #expect(profile.count == 12)
        #expect(profile.first { $0["name"]?.string == "acid" }?["required"]?.bool == true)
        let folder = Repository.root + "/Sources/C/CResources/catalog"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.map {
            folder + "/" + $0
        }
        try await Command.succeed([Repository.binary, "catalog", "check"] + files)
        let broken = try Watchdog.shared.makeFolder("catalog") + "/broken.yaml"
        try "method: taobao.x.y\nsession: perhaps\n".write(toFile: broken, atomically: false, encoding: .utf8)
        let checked = try await Command.run([Repository.binary, "catalog", "check", broken])
        #expect(checked.code == 2)
        #expect(checked.errors.contains("broken.yaml:2"), "\(checked)")
    }

    @Test("The trail at a terminal: list with filters, show with texts")
    func trailAtTerminal() async throws {
        let stage = try await Stage.shared
        let example = Example.carProfile(phone: "13812340000")
        let answer = try await stage.call(example)
        let id = try #require(answer.id)
        let list = try await stage.line.succeed(
            ["audit", "list", "--json", "--limit", "1000", "--method", "tmall.aliauto.*", "--outcome", "success"])
        let rows = try list.split(separator: "\n").map { try JSONDocument(Array($0.utf8)).root }
        #expect(rows.contains { $0["id"]?.string == id })
        #expect(rows.allSatisfy { $0["method"]?.string == example.method && $0["outcome"]?.string == "success" })
        #expect(try await stage.line.succeed(["audit", "list"]).hasPrefix("AT "))
        let shown = try await stage.line.succeed(["audit", "show", id])
        #expect(shown.contains(id) && shown.contains(example.marker) && shown.contains("138****0000"))
        #expect(!shown.contains("13812340000"))
        let json = try JSONDocument(Array(try await stage.line.succeed(["audit", "show", id, "--json"]).utf8)).root
        #expect(json["request"]?.string?.contains(example.marker) == true)
        #expect(json["response"]?.string?.contains("tmall_aliauto_carprofile_sync_response") == true)
    }
}
