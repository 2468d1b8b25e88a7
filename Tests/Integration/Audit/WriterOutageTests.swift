import Postgres
import TestSupport
import Testing

@testable import Audit

@Suite struct WriterOutageTests {
    private static let second: UInt64 = 1_000_000_000

    /// The error of a connection that cannot be made.
    private func failure() async throws -> PostgresError {
        let settings = try PostgresSettings(url: "postgresql://u@/d?host=/nonexistent")
        let found: PostgresError? = try await onLoop { loop in
            do throws(PostgresError) {
                try await PostgresConnection.connect(settings, on: loop).close()
                return nil
            } catch {
                return error
            }
        }
        return try #require(found)
    }

    @Test("An outage lasts from its first event to the next connection, however many attempts fail")
    func outageLastsFromItsFirst() async throws {
        let error = try await failure()
        let outage = WriterOutage(since: 10 * Self.second)
        #expect(outage.current(at: 11 * Self.second)?.seconds == 1)
        outage.note(.connected, isConnected: true, at: 12 * Self.second)
        #expect(outage.current(at: 13 * Self.second) == nil)
        for second in 20..<30 {
            outage.note(.disconnected(error), isConnected: false, at: UInt64(second) * Self.second)
        }
        #expect(outage.current(at: 30 * Self.second)?.seconds == 10)
        #expect(outage.current(at: 30 * Self.second)?.reason == .unreachable)
        #expect(outage.current(at: 19 * Self.second)?.seconds == 0)
        outage.note(.connected, isConnected: true, at: 31 * Self.second)
        #expect(outage.current(at: 99 * Self.second) == nil)
    }

    @Test("One of two connections is enough")
    func oneOfTwo() async throws {
        let outage = WriterOutage(since: Self.second)
        outage.note(.disconnected(try await failure()), isConnected: true, at: 2 * Self.second)
        #expect(outage.current(at: 9 * Self.second) == nil)
    }
}
