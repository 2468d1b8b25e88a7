import EventLoop
import JSON
import Postgres
import TestSupport
import Testing

@testable import Audit
@testable import AuditAPI

@Suite struct TrailReaderTests {
    @Test("A call is found as it stands: open, closed by a reconciler, ended by its replica")
    func callAsItStands() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            let reader = trail.reader()
            defer { reader.close() }
            let call = KnownCall(callID(now - 1000))
            #expect(try await reader.call(call.id) == nil)
            try await trail.database.withConnection(trail.loop) { connection in
                try await call.insert(on: connection)
                let open = try await reader.call(call.id)
                #expect(open?.outcome == "open" && open?.status == nil && open?.durationMicroseconds == nil)
                try await call.insertRow(source: 0, "unknown", 504, connection)
                #expect(try await reader.call(call.id)?.outcome == "unknown")
                try await call.insertRow(source: 1, "success", 200, connection)
                let ended = try await reader.call(call.id)
                #expect(ended?.outcome == "success" && ended?.status == 200)
            }
        }
    }

    @Test(
        "An id that no day has is no call, and no error", arguments: [0, 253_402_300_800_000, (1 << 48) - 1] as [Int64])
    func farAwayIDs(_ milliseconds: Int64) async throws {
        try await withTrail { (trail) async throws in
            let reader = trail.reader()
            defer { reader.close() }
            let id = callID(milliseconds)
            #expect(try await reader.call(id) == nil)
            #expect(try await reader.request(of: id) == nil)
            #expect(try await reader.response(of: id) == nil)
            var filter = TrailQuery()
            for direction in [TrailCursor.Direction.older, .newer] {
                filter.cursor = TrailCursor(direction, beside: id)
                #expect(try await reader.list(filter).rows.isEmpty)
            }
        }
    }

    @Test("A look-up by id goes to the partitions of its day alone")
    func lookUpById() async throws {
        try await withTrail { trail in
            let id = callID(try await trail.now())
            let day = try await trail.database.rows(
                "SELECT to_char(audit.day(now()), 'YYYYMMDD')", [], trail.loop)[0][0].text
            let days = try await trail.partitions(of: TrailReader.callStatement, TrailReader.parameters(id))
            #expect(days == [day])
        }
    }

    @Test("Another replica's row of the same millisecond is not mistaken for the call")
    func sameMillisecond() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            let (one, other) = (KnownCall(callID(now)), KnownCall(callID(now)))
            try await trail.database.withConnection(trail.loop) { connection in
                try await one.insert(on: connection)
            }
            let reader = trail.reader()
            defer { reader.close() }
            #expect(try await reader.call(one.id)?.id == one.id)
            #expect(try await reader.call(other.id) == nil)
        }
    }

    @Test("An open call is written with nulls, an ended one with milliseconds to three places")
    func openCallIsWritten() async throws {
        try await withTrail { trail in
            let now = try await trail.now()
            var call = KnownCall(callID(now))
            call.seller = "东店 \"1\""
            let known = call
            try await trail.database.withConnection(trail.loop) { connection in
                try await known.insert(on: connection)
            }
            let reader = trail.reader()
            defer { reader.close() }
            let open = try json(try #require(try await reader.call(known.id)))
            #expect(open["id"]?.string == known.id.text)
            #expect(open["at"]?.string == KnownCall.instant(now))
            #expect(open["seller"]?.string == known.seller)
            #expect(open["outcome"]?.string == "open")
            for name in ["status", "duration_ms", "top_ms", "code", "sub_code", "message", "attempts", "retryable"] {
                #expect(open[name]?.isNull == true, "\(name)")
            }
            #expect(open["refs"]?.count == 0)
            try await trail.database.withConnection(trail.loop) { connection in
                try await known.insertRow(source: 1, "success", 200, connection)
            }
            let ended = try json(try #require(try await reader.call(known.id)))
            #expect(ended["status"]?.lexeme == "200" && ended["duration_ms"]?.lexeme == "1.500")
        }
    }

    @Test(
        "Microseconds become milliseconds with three places",
        arguments: [(0, "0.000"), (5, "0.005"), (45_123, "45.123"), (1_000_000, "1000.000"), (99, "0.099")])
    func microsecondsBecomeMillisecondsWithThree(_ microseconds: Int, _ text: String) {
        #expect(CallSummary.milliseconds(microseconds) == text)
    }

    private func json(_ row: CallSummary) throws -> JSONValue {
        var writer = JSONWriter()
        row.write(to: &writer)
        return try JSONDocument(writer.bytes).root
    }

    @Test("A database that is away is an error, not an empty trail")
    func databaseThatIsAway() async throws {
        try await onLoop { loop in
            let settings = try PostgresSettings(url: "postgresql://postgres@%2Fnonexistent/postgres")
            let reader = TrailReader(pool: PostgresPool(loop: loop, settings: settings), timeout: .seconds(2))
            defer { reader.close() }
            await #expect(throws: PostgresError.self) { _ = try await reader.list(TrailQuery()) }
            await #expect(throws: PostgresError.self) { _ = try await reader.call(callID(1)) }
        }
    }
}
