import TestSupport
import Testing

@Suite("What alerts are made of", .bounded)
struct MetricsTests {
    /// The value of a metric without labels.
    private static func value(_ name: String, in text: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix(name + " ") }.flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    @Test("One replica looks after the trail, and another when it is gone; clock, aggregates and limits are told")
    func oneReplicaLooksAfterTrail() async throws {
        let stage = try await Stage.make(["TOPRELAY_OUTCOME_QUEUE_ROWS": "4321"])
        let second = try await stage.startRelay()
        let text = try await eventually("the first replica looks after the trail") {
            let text = try await stage.relay.get("/metrics").text
            return Self.value("toprelay_trail_leader", in: text) == 1
                && Self.value("toprelay_rollups_behind_seconds", in: text) != nil ? text : nil
        }
        #expect(Self.value("toprelay_ready", in: text) == 1)
        #expect(text.contains("toprelay_build_info{commit=\""))
        #expect(Self.value("toprelay_outcome_rows_limit", in: text) == 4321)
        #expect(Self.value("toprelay_outcome_rows_queued", in: text) == 0)
        let offset = try #require(Self.value("toprelay_clock_offset_seconds", in: text))
        #expect(abs(offset) < 5)
        #expect(try await Self.value("toprelay_trail_leader", in: second.get("/metrics").text) == 0)
        stage.relay.child.kill()
        _ = try await eventually("the second replica takes over") {
            Self.value("toprelay_trail_leader", in: try await second.get("/metrics").text) == 1 ? true : nil
        }
        await stage.stop()
    }

    @Test("Trail writers and loops report what they have done")
    func writersAndLoops() async throws {
        let stage = try await Stage.make()
        #expect(try await stage.call(.carProfile()).status == 200)
        let text = try await eventually("both rows of the call are counted") {
            let text = try await stage.relay.get("/metrics").text
            return Self.writer("rows_total", "intents", in: text) >= 1
                && Self.writer("rows_total", "outcomes", in: text) >= 1 ? text : nil
        }
        for writer in ["intents", "outcomes"] {
            #expect(Self.writer("batches_total", writer, in: text) >= 1)
            for name in ["dropped_bodies_total", "refused_total", "expired_total", "full_total", "deferred"] {
                #expect(Self.writer(name, writer, in: text) == 0, "\(name) of \(writer)")
            }
            for name in ["retries_total", "disconnects_total"] {
                #expect(Self.writer(name, writer, in: text) >= 0, "\(name) of \(writer)")
            }
        }
        for name in ["jobs_total", "wake_ups_total", "longest_turn_seconds"] {
            let value = try #require(Self.value("toprelay_loop_\(name){worker=\"0\"}", in: text))
            #expect(value > 0, "\(name)")
        }
        await stage.stop()
    }

    /// The value of a metric of a trail writer; -1 if it is missing.
    private static func writer(_ name: String, _ writer: String, in text: String) -> Double {
        value("toprelay_writer_\(name){writer=\"\(writer)\"}", in: text) ?? -1
    }
}
