import Foundation
import JSON
import TestSupport
import Testing

@Suite("Exporting the trail", .bounded)
struct ExportTests {
    /// Texts that break careless CSV.
    private static let messages = [
        "=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1:A2)", "\t=1", "＝1+1", "－1", "say \"hi\", he said",
        "two\r\nlines\nand more", "店铺 二，价格；\"高\"", "'quoted", "1234567890123456789", "1e5", "plain", "", "🚗",
    ]

    /// A stage with a call a message, of which one has a note.
    private func filled() async throws -> (stage: Stage, ids: [String]) {
        let stage = try await Stage.make(start: false)
        try await stage.execute(ManyCalls.statement(count: Self.messages.count, hours: 1))
        let ids = try await stage.query("SELECT id FROM audit.calls ORDER BY at, id").compactMap { $0["id"]?.string }
        for (id, message) in zip(ids, Self.messages) {
            let text = message.replacingOccurrences(of: "'", with: "''")
            try await stage.execute(
                """
                UPDATE audit.calls SET message = '\(text)', refs = ARRAY['1234567890123456789', '单据-\(id.suffix(2))'] \
                WHERE id = '\(id)'
                """)
        }
        try await stage.execute(
            "INSERT INTO audit.notes (call, author, settles, text) VALUES ('\(ids[0])', 'anna', 'done', '=asked \"TOP\"')"
        )
        return (stage, ids)
    }

    @Test("CSV read by Python's csv module holds what NDJSON holds, and no cell that is run or rounded")
    func csvReadByPython() async throws {
        let (stage, ids) = try await filled()
        defer { Task { await stage.stop() } }
        let folder = try Watchdog.shared.makeFolder("export")
        let arguments = ["audit", "export", "--order", "oldest", "--include", "request,response"]
        try await stage.line.succeed(arguments + ["--format", "csv", "-o", folder + "/calls.csv"])
        let lines = try await stage.line.succeed(arguments).split(separator: "\n").map(String.init)
        try #require(lines.count == ids.count)
        let read = try await Command.succeed([
            "python3", "-c",
            """
            import csv, json, sys
            bytes = open(sys.argv[1], 'rb').read()
            assert bytes.startswith(b'\\xef\\xbb\\xbf') and bytes.endswith(b'\\r\\n')
            for row in csv.DictReader(open(sys.argv[1], encoding='utf-8-sig', newline=''), strict=True):
                assert None not in row and None not in row.values()
                print(json.dumps(row))
            """, folder + "/calls.csv",
        ])
        let rows = try read.split(separator: "\n").map { try JSONDocument(Array($0.utf8)).root }
        try #require(rows.count == ids.count)
        for (index, row) in rows.enumerated() {
            let call = try JSONDocument(Array(lines[index].utf8)).root
            #expect(row["id"]?.string == ids[index] && call["id"]?.string == ids[index])
            #expect(unmarked(row["message"]) == Self.messages[index] && call["message"]?.string == Self.messages[index])
            let refs = call["refs"]?.elements.compactMap(\.string) ?? []
            #expect(unmarked(row["refs"]) == refs.joined(separator: ", ") && refs.count == 2)
            #expect(row["duration_ms"]?.string == "45.123" && row["status"]?.string == call["status"]?.lexeme)
            #expect(row["request"]?.string == "" && call["request"]?.isNull == true)
            for name in ["method", "app", "seller", "caller", "outcome", "at", "top_request_id"] {
                #expect(row[name]?.string == call[name]?.string)
            }
            for text in row.members.compactMap({ $0.value.string }) {
                #expect(!"=+-@\t\r＝＋－＠".contains(text.first ?? "x"), "\(text)")
                #expect(text.count < 16 || !text.allSatisfy(\.isNumber), "\(text)")
            }
        }
        #expect(rows[0]["settled"]?.string == "done")
        #expect(rows[0]["notes"]?.string?.hasSuffix(" anna [done]: =asked \"TOP\"") == true)
        #expect(rows[1]["settled"]?.string == "" && rows[1]["notes"]?.string == "")
    }

    private func unmarked(_ value: JSONValue?) -> String? {
        value?.string.map { $0.hasPrefix("'") ? String($0.dropFirst()) : $0 }
    }

    @Test("Two hundred thousand calls leave in bounded memory, over HTTP and at the terminal")
    func twoHundredThousandCalls() async throws {
        let stage = try await Stage.make()
        defer { Task { await stage.stop() } }
        let count = 200_000
        try await stage.execute(ManyCalls.statement(count: count))
        let pid = stage.relay.child.pid
        let before = try peakKilobytes(of: pid)
        for format in ["ndjson", "csv"] {
            let url = "http://127.0.0.1:\(stage.relay.port)/v1/audit/export?format=\(format)"
            let told = try await Command.succeed(
                ["python3", "-c", Self.counter, url, stage.tokens.auditor], limit: .seconds(240))
            #expect(told == (format == "csv" ? "\(count + 1)" : "\(count)"))
        }
        // The file has more than 100 MB.
        let grown = try peakKilobytes(of: pid) - before
        #expect(grown < 24_000, "\(grown) kB more than before")
        let file = try Watchdog.shared.makeFolder("export") + "/calls.ndjson"
        let peak = try await Command.succeed(
            [
                "python3", "-c",
                """
                import resource, subprocess, sys
                subprocess.run(sys.argv[1:], check=True)
                print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
                """, Repository.binary, "audit", "export", "-o", file,
            ], environment: ["DATABASE_URL": stage.cluster.url(stage.database)], limit: .seconds(240))
        #expect((Int(peak) ?? .max) < 90_000, "\(peak) kB")
        #expect(try await Command.succeed(["wc", "-l", file]).hasPrefix("\(count) "))
        #expect(!FileManager.default.fileExists(atPath: file + ".partial"))
        let ids = try await Command.succeed(["sh", "-c", "cut -c8-43 '\(file)' | sort -u | wc -l"])
        #expect(ids == "\(count)")
        let metrics = try await stage.relay.get("/metrics").text
        #expect(metrics.contains("toprelay_exports_total{result=\"done\"} 2\n"))
        #expect(metrics.contains("toprelay_exports_running 0\n"))
    }

    /// Counts the lines of an answer without keeping them.
    private static let counter = """
        import sys, urllib.request
        request = urllib.request.Request(sys.argv[1], headers={'Authorization': 'Bearer ' + sys.argv[2]})
        lines = 0
        with urllib.request.urlopen(request, timeout=60) as answer:
            while piece := answer.read(1 << 20):
                lines += piece.count(b'\\n')
        print(lines)
        """

    /// The most memory that a process has held so far.
    private func peakKilobytes(of pid: pid_t) throws -> Int {
        let line = try #require(
            Command.read("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("VmHWM") })
        return try #require(Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]))
    }

    @Test("A reader that stalls is cut and counted, and a replica that stops ends its exports")
    func readerThatStallsIsCut() async throws {
        let stage = try await Stage.make()
        defer { Task { await stage.stop() } }
        try await stage.execute(ManyCalls.statement(count: 10_000, messageBytes: 4000))
        let relay = stage.relay
        let request = HTTPRequest(
            path: "/v1/audit/export", headers: [("Authorization", "Bearer \(stage.tokens.auditor)")])
        var gone: RawClient? = try RawClient(port: relay.port)
        try gone?.send(request.bytes)
        try await eventually("the export runs") {
            try await relay.get("/metrics").text.contains("toprelay_exports_running 1\n")
        }
        gone = nil
        try await eventually("it is over") {
            try await relay.get("/metrics").text.contains("toprelay_exports_total{result=\"abandoned\"} 1\n")
        }
        let stalled = try RawClient(port: relay.port)
        try stalled.send(request.bytes)
        try await eventually("the next one runs") {
            try await relay.get("/metrics").text.contains("toprelay_exports_running 1\n")
        }
        // The drain waits 5 s for it and no longer.
        #expect(try await relay.terminate() == .exited(0))
        #expect(throws: RawClient.Failure.self) { try stalled.answer() }
        #expect(relay.log.contains("Export abandoned by its reader"))
    }

    @Test("An export that fails or is stopped leaves no file that looks whole")
    func exportThatFailsOrIsStopped() async throws {
        let stage = try await Stage.make(start: false)
        defer { Task { await stage.stop() } }
        try await stage.execute(ManyCalls.statement(count: 30_000))
        let folder = try Watchdog.shared.makeFolder("export")
        let file = folder + "/calls.csv"
        let child = try Child(
            [Repository.binary, "audit", "export", "--format", "csv", "-o", file],
            environment: ["DATABASE_URL": stage.cluster.url(stage.database)], errors: folder + "/err")
        try await eventually("it has begun") {
            let attributes = try? FileManager.default.attributesOfItem(atPath: file + ".partial")
            return (attributes?[.size] as? NSNumber)?.intValue ?? 0 > 0
        }
        #expect(!FileManager.default.fileExists(atPath: file))
        child.signal(SIGINT)
        let ending = try await child.wait()
        // It may have come to its end before the signal.
        if ending == .exited(1) {
            #expect(Command.read(folder + "/err").contains("incomplete"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["err"])
        } else {
            #expect(ending == .exited(0))
        }
        let unwritable = try await stage.line.run(["audit", "export", "-o", folder + "/none/calls.csv"])
        #expect(unwritable.code == 1 && unwritable.errors.contains("none/calls.csv.partial"))
        let pipe = folder + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        let reader = try Child(["wc", "-l", pipe], output: folder + "/count")
        try await stage.line.succeed(["audit", "export", "-o", pipe])
        #expect(try await reader.wait() == .exited(0))
        #expect(Command.read(folder + "/count").hasPrefix("30000 "))
        var information = stat()
        #expect(stat(pipe, &information) == 0 && information.st_mode & S_IFMT == S_IFIFO)
        try await stage.execute("ALTER TABLE audit.calls RENAME TO gone")
        let failed = try await stage.line.run(["audit", "export", "-o", folder + "/failed"])
        #expect(failed.code == 1 && !failed.errors.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder + "/failed"))
        #expect(!FileManager.default.fileExists(atPath: folder + "/failed.partial"))
    }
}

extension Stage {
    /// Runs a statement on the stage's database.
    func execute(_ sql: String) async throws { try await cluster.execute(sql, in: database) }
}
