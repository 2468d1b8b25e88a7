import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite struct BatchWriterTests {
    private func fixture() async throws -> WriterFixture { WriterFixture(try await SharedCluster.settings) }

    @Test("Units that come one by one, few at once or many at once are all written", arguments: [1, 2, 8, 9, 64, 2000])
    func writesConcurrentUnits(count: Int) async throws {
        let fixture = try await fixture()
        try await onLoop { loop in
            try await fixture.create(loop)
            let writer = fixture.writer(loop)
            try await until(loop) { writer.isConnected }
            let failures = await concurrently(count, on: loop) { await writer.attempt(fixture.call($0, answer: "x")) }
            #expect(failures.allSatisfy { $0 == nil })
            #expect(try await fixture.countCalls(loop) == count)
            #expect(try await fixture.number("SELECT count(*) FROM \(fixture.schema).answers", loop) == count)
            #expect(writer.metrics.rows.value == 2 * count)
            #expect(writer.metrics.queuedRequests.value == 0 && writer.metrics.queuedBytes.value == 0)
            #expect(writer.metrics.retries.value == 0)
            #expect(writer.close() == 0)
        }
    }

    @Test("Prepared INSERTs and COPY give identical rows, of every type")
    func bothWaysAgree() async throws {
        let (first, second) = (try await fixture(), try await fixture())
        try await onLoop { loop in
            for (fixture, insertRequests) in [(first, 8), (second, 0)] {
                try await fixture.create(loop)
                let writer = fixture.writer(loop) { $0.insertRequests = insertRequests }
                for id in 0..<3 {
                    try await writer.write(fixture.call(id, body: id == 1 ? nil : "b\u{0}ody 😀", answer: ""))
                }
                writer.close()
            }
            let rows = try await listing(first, loop)
            #expect(try await listing(second, loop) == rows)
            #expect(rows.count == 3)
            #expect(
                rows[0] == [
                    "00000000-0000-0000-0000-000000000000", "2023-11-14 22:13:20.123+00", "0", "-2", "70000", "t",
                    "{1,-9007199254740993}", #"{a,"","ü\""}"#, #"\x00ff01"#, "b\u{FFFD}ody 😀", "",
                ])
            #expect(rows[1][9] == nil)
        }
    }

    private func listing(_ fixture: WriterFixture, _ loop: EventLoop) async throws -> [[String?]] {
        try await fixture.withConnection(loop) {
            let sql =
                "SELECT c.*, answer FROM \(fixture.schema).calls c NATURAL JOIN \(fixture.schema).answers ORDER BY id"
            return try await $0.query(sql).map { row in (0..<row.count).map { row[$0].text } }
        }
    }

    @Test("Bodies of several megabytes go through, alone and with others")
    func writesLargeBodies() async throws {
        let fixture = try await fixture()
        try await onLoop { loop in
            try await fixture.create(loop)
            let writer = fixture.writer(loop)
            let body = String(repeating: "0123456789abcdef", count: 300_000)
            let failures = await concurrently(12, on: loop) {
                await writer.attempt(fixture.call($0, body: $0.isMultiple(of: 3) ? body : "small"))
            }
            #expect(failures.allSatisfy { $0 == nil })
            let bytes = try await fixture.number("SELECT sum(length(body)) FROM \(fixture.schema).calls", loop)
            #expect(bytes == 4 * body.utf8.count + 8 * 5)
            writer.close()
        }
    }

    @Test("A unit that has rows in two tables is written whole or not at all")
    func unitsAreAtomic() async throws {
        let fixture = try await fixture()
        try await onLoop { loop in
            try await fixture.create(loop)
            let writer = fixture.writer(loop)
            var rows = fixture.call(1, answer: "x")
            rows += fixture.call(2, number: -1)
            let failure = await writer.attempt(rows)
            guard case .refused(let error) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(error.constraint == "calls_number_check")
            #expect(try await fixture.countCalls(loop) == 0)
            #expect(try await fixture.number("SELECT count(*) FROM \(fixture.schema).answers", loop) == 0)
            writer.close()
        }
    }

    @Test("A poisoned unit among others loses its body, and the others nothing", arguments: [3, 8, 500])
    func sacrificesTheBody(count: Int) async throws {
        let fixture = try await fixture()
        try await onLoop { loop in
            try await fixture.create(loop)
            let writer = fixture.writer(loop)
            try await until(loop) { writer.isConnected }
            let failures = await concurrently(count, on: loop) {
                await writer.attempt(fixture.call($0, body: $0 == count / 2 ? "poison" : "good"))
            }
            #expect(failures.allSatisfy { $0 == nil })
            #expect(try await fixture.countCalls(loop) == count)
            let bare = try await fixture.number(
                "SELECT count(*) FROM \(fixture.schema).calls WHERE body IS NULL AND number = \(count / 2)", loop)
            #expect(bare == 1)
            #expect(writer.metrics.droppedColumns.value == 1)
            #expect(writer.metrics.refused.value == 0)
            writer.close()
        }
    }

    @Test("A unit that is refused without its body too fails alone", arguments: [1, 8, 500])
    func failsAlone(count: Int) async throws {
        let fixture = try await fixture()
        try await onLoop { loop in
            try await fixture.create(loop)
            let writer = fixture.writer(loop, .bounded)
            try await until(loop) { writer.isConnected }
            let bad = count - 1
            let failures = await concurrently(count, on: loop) {
                await writer.attempt(fixture.call($0, number: $0 == bad ? -1 : nil))
            }
            guard case .refused(let error) = failures[bad] else {
                Issue.record("\(String(describing: failures[bad]))")
                return
            }
            #expect(error.sqlState == "23514")
            #expect(!error.isMissingPartition)
            #expect(failures.filter { $0 != nil }.count == 1)
            #expect(try await fixture.countCalls(loop) == count - 1)
            #expect(writer.metrics.refused.value == 1)
            writer.close()
        }
    }

    @Test("A row that is there already counts as written, and the others go on", arguments: [8, 500])
    func duplicateIsWritten(count: Int) async throws {
        let fixture = try await fixture()
        try await onLoop { loop in
            try await fixture.create(loop)
            let writer = fixture.writer(loop)
            try await writer.write(fixture.call(3, body: "first"))
            let failures = await concurrently(count, on: loop) {
                await writer.attempt(fixture.call($0, body: "second"))
            }
            #expect(failures.allSatisfy { $0 == nil })
            #expect(try await fixture.countCalls(loop) == count)
            let first = try await fixture.number(
                "SELECT count(*) FROM \(fixture.schema).calls WHERE body = 'first'", loop)
            #expect(first == 1)
            #expect(writer.metrics.droppedColumns.value == 0)
            writer.close()
        }
    }

    @Test("Rows of another shape than the table's are turned away before they are queued")
    func refusesMisshapenRows() async throws {
        let fixture = try await fixture()
        try await onLoop { loop in
            try await fixture.create(loop)
            let writer = fixture.writer(loop)
            var short = RowEncoder(table: 1)
            short.null()
            var stray = RowEncoder(table: 2)
            stray.null()
            #expect(
                await writer.attempt([short.finish()])
                    == .malformed("1 fields for the 2 columns of \(fixture.schema).answers"))
            #expect(await writer.attempt([stray.finish()]) == .malformed("a row for table 2"))
            #expect(writer.metrics.queuedRequests.value == 0)
            writer.close()
        }
    }

    @Test("A missing partition fails a bounded unit with a clear error, and keeps its body from being dropped")
    func missingPartitionFails() async throws {
        let fixture = try await fixture()
        try await onLoop { loop in
            try await fixture.withConnection(loop) { try await $0.execute(Self.partitioned(fixture)) }
            let writer = fixture.writer(loop, .bounded)
            let failures = await concurrently(20, on: loop) { await writer.attempt(fixture.call($0)) }
            for (id, failure) in failures.enumerated() {
                if id < 10 {
                    #expect(failure == nil)
                } else if case .refused(let error) = failure {
                    #expect(error.isMissingPartition)
                } else {
                    Issue.record("\(String(describing: failure))")
                }
            }
            #expect(writer.metrics.droppedColumns.value == 0)
            #expect(try await fixture.countCalls(loop) == 10)
            writer.close()
        }
    }

    @Test("A missing partition makes persistent units wait until it is there")
    func missingPartitionParks() async throws {
        let fixture = try await fixture()
        try await onLoop { loop in
            try await fixture.withConnection(loop) { try await $0.execute(Self.partitioned(fixture)) }
            let writer = fixture.writer(loop) { $0.deferralInterval = .milliseconds(50) }
            let outcomes = await concurrently(20, on: loop) {
                await writer.write(fixture.call($0), waitingAtMost: $0 < 10 ? .seconds(10) : .milliseconds(100))
            }
            #expect(outcomes[..<10].allSatisfy { $0 == .committed })
            #expect(outcomes[10...].allSatisfy { $0 == .queued })
            #expect(writer.lastError?.isMissingPartition == true)
            try await fixture.withConnection(loop) {
                try await $0.execute(
                    "CREATE TABLE \(fixture.schema).l PARTITION OF \(fixture.schema).calls FOR VALUES FROM (10) TO (99)"
                )
            }
            #expect(await writer.flush(within: .seconds(10)))
            #expect(try await fixture.countCalls(loop) == 20)
            let bodies = try await fixture.number("SELECT count(body) FROM \(fixture.schema).calls", loop)
            #expect(bodies == 20)
            writer.close()
        }
    }

    @Test("Units that stay parked for too long are given up")
    func parkingEnds() async throws {
        let fixture = try await fixture()
        try await onLoop { loop in
            try await fixture.withConnection(loop) { try await $0.execute(Self.partitioned(fixture)) }
            let writer = fixture.writer(loop) {
                $0.deferralInterval = .milliseconds(20)
                $0.deferralLimit = .milliseconds(60)
            }
            guard case .refused(let error) = await writer.attempt(fixture.call(50)) else {
                Issue.record("not refused")
                return
            }
            #expect(error.isMissingPartition)
            #expect(writer.metrics.queuedRequests.value == 0)
            writer.close()
        }
    }

    /// The fixture's tables, with a partition for the numbers below 10 alone.
    static func partitioned(_ fixture: WriterFixture) -> String {
        """
        CREATE SCHEMA \(fixture.schema);
        CREATE TABLE \(fixture.schema).calls (id uuid, at timestamptz, number bigint, small int2, middle int4,
            flag bool, keys bigint[], refs text[], octets bytea, body text, PRIMARY KEY (number)) PARTITION BY RANGE (number);
        CREATE TABLE \(fixture.schema).early PARTITION OF \(fixture.schema).calls FOR VALUES FROM (0) TO (10);
        CREATE TABLE \(fixture.schema).answers (id uuid PRIMARY KEY, answer text)
        """
    }
}
