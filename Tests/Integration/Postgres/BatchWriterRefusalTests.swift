import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite struct BatchWriterRefusalTests {
    @Test("A full disk makes bounded units fail as not written, and persistent ones wait")
    func fullDiskIsTransient() async throws {
        let fixture = WriterFixture(try await SharedCluster.settings)
        try await onLoop { loop in
            try await fixture.create(loop)
            let admin = try await PostgresConnection.connect(fixture.settings, on: loop)
            try await admin.execute(
                """
                CREATE FUNCTION \(fixture.schema).fail() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
                CREATE TRIGGER full_disk BEFORE INSERT ON \(fixture.schema).calls
                    EXECUTE FUNCTION \(fixture.schema).fail()
                """)
            let writer = fixture.writer(loop)
            let bounded = fixture.writer(loop, .bounded) { $0.doubtWindow = .seconds(2) }
            // A window that ended while a connection is made, or a batch is on its way, would be another failure.
            try await until(loop) { bounded.isConnected }
            let failures = await concurrently(20, on: loop) { await bounded.attempt(fixture.call($0)) }
            for failure in failures {
                guard case .notWritten(let error?) = failure else {
                    Issue.record("\(String(describing: failure))")
                    continue
                }
                #expect(error.sqlState == "53100")
            }
            let outcomes = await concurrently(20, on: loop) {
                await writer.write(fixture.call($0), waitingAtMost: .milliseconds(50))
            }
            #expect(outcomes.allSatisfy { $0 == .queued })
            #expect(writer.isConnected && writer.lastError?.sqlState == "53100")
            try await admin.execute("DROP TRIGGER full_disk ON \(fixture.schema).calls")
            #expect(await writer.flush(within: .seconds(10)))
            #expect(try await fixture.countCalls(loop) == 20)
            #expect(writer.metrics.refused.value == 0 && writer.metrics.droppedColumns.value == 0)
            admin.close()
            writer.close()
            bounded.close()
        }
    }

    @Test("A constraint that is checked at the commit alone still fails its unit alone", arguments: [3, 20])
    func deferredConstraint(count: Int) async throws {
        let fixture = WriterFixture(try await SharedCluster.settings)
        try await onLoop { loop in
            try await fixture.create(loop)
            try await fixture.withConnection(loop) {
                try await $0.execute(
                    """
                    CREATE TABLE \(fixture.schema).parents (number bigint PRIMARY KEY);
                    INSERT INTO \(fixture.schema).parents SELECT generate_series(1, 99);
                    ALTER TABLE \(fixture.schema).calls ADD CONSTRAINT parent FOREIGN KEY (number)
                        REFERENCES \(fixture.schema).parents DEFERRABLE INITIALLY DEFERRED
                    """)
            }
            let writer = fixture.writer(loop, .bounded)
            try await until(loop) { writer.isConnected }
            let failures = await concurrently(count, on: loop) { await writer.attempt(fixture.call($0)) }
            guard case .refused(let error)? = failures[0] else {
                Issue.record("\(String(describing: failures[0]))")
                return
            }
            #expect(error.sqlState == "23503" && error.constraint == "parent")
            #expect(failures.dropFirst().allSatisfy { $0 == nil })
            #expect(try await fixture.countCalls(loop) == count - 1)
            writer.close()
        }
    }
}
