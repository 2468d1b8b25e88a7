import JSON
import Locks
import Problems
import RelayTestSupport
import TestSupport
import Testing

@testable import Relay

/// Answers that TOP declares in another character set than UTF-8.
@Suite struct WorkerCharsetTests {
    /// `乗` in GBK, whose second byte is a backslash, and `中`.
    private static let words: [UInt8] = [0x81, 0x5C, 0xD6, 0xD0]

    private static func answer(_ before: String, _ after: String, charset: String) -> [UInt8] {
        let body = Array(before.utf8) + words + Array(after.utf8)
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/javascript;charset=\(charset)\r\nContent-Length: \(body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }

    @Test("A GBK answer is read as what it says, and recorded so", arguments: ["GBK", "gb2312", "\"gb18030\""])
    func gbkAnswerIsRead(charset: String) async throws {
        let next = Locked<[UInt8]>([])
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil { connection.write(next.withLock { $0 }) }
        }
        try await withStage(gateway: server.url()) { stage in
            let lease = #"{"tmall_car_lease_freedownpayment_put_response":{"result":{"success":true,"msg_info":""#
            next.withLock { $0 = Self.answer(lease, #""},"request_id":"16fx"}}"#, charset: charset) }
            let good = try await stage.call(Methods.lease)
            #expect(good.status == 200)
            #expect(try good.read()["result"]?["result"]?["msg_info"]?.string == "乗中")
            next.withLock {
                $0 = Self.answer(
                    #"{"error_response":{"code":40,"msg":"m","sub_code":"isv.x","sub_msg":""#, #""}}"#, charset: charset
                )
            }
            let bad = try await stage.call(Methods.lease)
            #expect(try bad.status == 422 && bad.read()["top"]?["sub_msg"]?.string == "乗中")
            let kept = try await stage.texts("SELECT response FROM audit.responses ORDER BY at")
            #expect(kept.count == 2 && kept.allSatisfy { $0[0]?.contains("乗中") == true })
        }
    }
}
