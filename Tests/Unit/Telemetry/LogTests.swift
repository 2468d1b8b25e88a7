import Dispatch
import Foundation
import Logging
import Synchronization
import Telemetry
import Testing

@Suite struct LogTests {
    /// Collects what a writer writes.
    private final class Output: Sendable {
        private let bytes = Mutex<[UInt8]>([])
        func take(_ more: [UInt8]) { bytes.withLock { $0 += more } }
        var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
    }

    private func logged(_ format: LogFormat, _ log: (inout Logger) -> Void) -> String {
        let output = Output()
        let writer = LogWriter(to: output.take)
        var logger = Logger(label: "test", factory: format.factory(level: .info, writer: writer))
        log(&logger)
        writer.flush()
        return output.text
    }

    private func object(_ line: String) throws -> [String: String] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
    }

    @Test("A JSON record is one line of JSON with time, level, logger, message and metadata")
    func jsonRecordIsOneLine() throws {
        let text = logged(.json) { logger in
            logger[.replica] = "r1"
            logger.record(.warning, "it happened", [.count: "3", .error: "a \"b\"\n\tc\\d\u{1}\u{7f}ü😀"])
        }
        #expect(text.hasSuffix("}\n") && text.split(separator: "\n").count == 1)
        var fields = try object(text)
        let time = fields.removeValue(forKey: "time") ?? ""
        #expect(time.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/#) != nil)
        #expect(
            fields == [
                "level": "warning", "logger": "test", "message": "it happened", "replica": "r1", "count": "3",
                "error": "a \"b\"\n\tc\\d\u{1}\u{7f}ü😀",
            ])
    }

    @Test("A text record is one line, whatever its values hold")
    func textRecordIsOneLine() {
        let text = logged(.text) { logger in
            logger.record(.error, "it broke", [.path: "/a", .error: "two\nlines \"x\"", .app: ""])
        }
        #expect(text.hasSuffix(" error    it broke app=\"\" error=\"two\\nlines \\\"x\\\"\" path=/a\n"))
        #expect(text.split(separator: "\n").count == 1)
    }

    @Test("Records below the level are left out, and their fields are not made")
    func recordsBelowLevelAreLeft() {
        var isMade = false
        let text = logged(.json) { logger in
            func value() -> String {
                isMade = true
                return "x"
            }
            logger.record(.debug, "quiet", [.code: value()])
        }
        #expect(text.isEmpty && !isMade)
    }

    @Test("A long value is cut between two characters")
    func longValueIsCut() throws {
        let text = logged(.json) { $0.record(.info, "long", [.error: "a" + String(repeating: "ü", count: 5000)]) }
        let value = try object(text)["error"]
        #expect(value == "a" + String(repeating: "ü", count: 1023) + "…")
    }

    @Test("Metadata cannot replace the record's own fields, and an attached error is shown")
    func metadataCannotReplaceRecord() throws {
        struct Broken: Error, CustomStringConvertible { let description = "broken pipe" }
        let text = logged(.json) { logger in
            logger.info("m", error: Broken(), metadata: ["time": "never", "list": ["a", "b"]])
        }
        let fields = try object(text)
        #expect(fields["_time"] == "never" && fields["time"]?.hasSuffix("Z") == true)
        #expect(fields["error"] == "broken pipe")
        #expect(fields["list"] == "[\"a\", \"b\"]")
    }

    @Test("The time of a record is UTC with milliseconds")
    func timeOfRecordIsUTC() throws {
        let before = Date()
        let fields = try object(logged(.json) { $0.record(.info, "now") })
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        let time = try #require(formatter.date(from: fields["time"] ?? ""))
        #expect(time.timeIntervalSince(before) > -0.002 && time.timeIntervalSinceNow < 0.002)
    }

    @Test("Lines that the output cannot take are dropped and counted; writing never waits")
    func linesThatOutputCannot() throws {
        let output = Output()
        let gate = DispatchSemaphore(value: 0)
        let entered = DispatchSemaphore(value: 0)
        let writer = LogWriter(maximumBytes: 100) { bytes in
            entered.signal()
            gate.wait()
            output.take(bytes)
        }
        writer.write(Array("first\n".utf8))
        entered.wait()
        for _ in 0..<20 { writer.write(Array("123456789\n".utf8)) }
        for _ in 0..<10 { gate.signal() }
        writer.flush()
        let lines = output.text.split(separator: "\n")
        #expect(lines.count == 12)
        let notice = try object(String(lines.last ?? ""))
        #expect(notice["count"] == "10" && notice["level"] == "warning")
    }

    @Test("Lines from several threads stay whole")
    func linesFromSeveralThreads() async {
        let output = Output()
        let writer = LogWriter(to: output.take)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask { for _ in 0..<500 { writer.write(Array("line of \(number)\n".utf8)) } }
            }
        }
        writer.flush()
        let lines = output.text.split(separator: "\n")
        #expect(lines.count == 4000 && lines.allSatisfy { $0.hasPrefix("line of ") && $0.utf8.count == 9 })
    }

    @Test("Every key is one word of lower case")
    func everyKeyIsOneWord() {
        for key in LogKey.allCases {
            #expect(key.rawValue.wholeMatch(of: #/[a-z]+(_[a-z]+)*/#) != nil, "\(key.rawValue)")
        }
    }
}
