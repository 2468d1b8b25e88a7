import HTTPServer
import TestSupport
import Testing

@Suite struct MutationTests {
    /// A small generator with a fixed beginning (splitmix64), so that a failure can be repeated.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let seeds = [
        get("/a?b=c", "Expect: 100-continue\r\n") + post("/echo", "abc"),
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: u\r\n\r\n"
            + get("/"),
        post("/small", "0123456789", "Connection: close\r\nUpgrade: x\r\n") + "HEAD / HTTP/1.0\r\n\r\n",
    ]

    private static func mutated(_ text: String, _ generator: inout Generator) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert([0x0D, 0x0A, 0x20, 0x3A, 0x00, 0x39][Int(generator.next() % 6)], at: index)
            case 3: bytes.insert(contentsOf: bytes[..<index], at: index)
            default: bytes.removeSubrange(index...)
            }
            if bytes.isEmpty { bytes = [0x0A] }
        }
        return bytes
    }

    @Test(
        "Whatever becomes of a request on its way, the connection ends properly and the server goes on",
        arguments: 1...3)
    func whateverBecomesOfRequest(seed: Int) async throws {
        try await serving { port, _, server in
            var generator = Generator(state: UInt64(seed))
            for text in Self.seeds {
                for _ in 0..<100 {
                    let client = try RawClient(port: port)
                    let bytes = Self.mutated(text, &generator)
                    try? client.send(bytes)
                    client.endOutput()
                    let answers = try client.readToEnd()
                    #expect(answers.isEmpty || answers.hasPrefix("HTTP/1.1 "), "\(bytes)")
                }
            }
            try await eventually { server.metrics.openConnections.value == 0 }
            #expect(server.metrics.runningRequests.value == 0)
            let client = try RawClient(port: port)
            try client.send(get("/x"))
            #expect(try client.answer().status == 200)
        }
    }
}
