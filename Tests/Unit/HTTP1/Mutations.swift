import TestSupport

/// Messages that something has happened to on the way.
enum Mutations {
    private static let requests = [
        "GET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "PUT /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\nT: u\r\n\r\n",
        "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "GET http://host:80/x HTTP/1.1\r\nHost: h\r\nConnection: close, TE\r\n\r\n",
        "POST /u HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nabcde",
    ]

    private static let responses = [
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\nuntil the end",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=\"b c\"\r\nok\r\n0\r\nT: u\r\n\r\n",
    ]

    /// Pieces that have split parsers before.
    private static let pieces = [
        "\r\n", "\n", "\r", " ", "\t", "\u{0}", ":", ",", ";", "\"", "chunked", "Content-Length: 3\r\n",
        "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: identity\r\n",
        "Connection: close\r\n", "Proxy-Connection: close\r\n", "Connection: upgrade\r\nUpgrade: x\r\n", "0\r\n\r\n",
        "+", "-", "0x", "\u{B}",
        "\u{FF}",
        "HTTP/1.0", "%", "Host: x\r\n", "\r\n x", "ffffffffffffffff", "0", "1", "a", "_", "#", "?", "HTTP/1.1 ",
        "\r\n\r\n", "\u{7F}", "\u{1}", "\\",
    ].map(bytes)

    /// One to three requests, with up to four changes.
    static func request(_ generator: inout Seeded) -> [UInt8] { mutated(requests, &generator) }

    /// One to three responses, with up to four changes.
    static func response(_ generator: inout Seeded) -> [UInt8] { mutated(responses, &generator) }

    private static func mutated(_ seeds: [String], _ generator: inout Seeded) -> [UInt8] {
        var input: [UInt8] = []
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            input += bytes(seeds[Int.random(in: seeds.indices, using: &generator)])
        }
        for _ in 0..<Int.random(in: 0...4, using: &generator) where !input.isEmpty {
            let place = Int.random(in: input.indices, using: &generator)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: input[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: input.remove(at: place)
            case 2:
                let end = Int.random(in: place...min(input.count, place + 30), using: &generator)
                input.insert(contentsOf: Array(input[place..<end]), at: place)
            case 3:
                let end = Int.random(in: place...min(input.count, place + 10), using: &generator)
                input.removeSubrange(place..<end)
            default: input.insert(contentsOf: pieces[Int.random(in: pieces.indices, using: &generator)], at: place)
            }
        }
        return input
    }
}
