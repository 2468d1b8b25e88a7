import Curl
import EventLoop
import Glibc
import TestSupport
import Testing

@Suite("Framing of responses")
struct FramingTests {
    @Test("Interim responses are passed over")
    func interimResponsesArePassed() async throws {
        let hints = "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
        let server = try ScriptedServer.answering(
            "HTTP/1.1 100 Continue\r\n\r\n" + String(repeating: hints, count: 7) + answer("final"))
        let results = try await CurlWorker.with { worker in
            [await worker.perform(.post(server.url())), await worker.perform(.post(server.url()))]
        }
        #expect(results.map(\.text) == ["200 final", "200 final"])
        #expect(results.map(\.timings.reused) == [false, true])
    }

    @Test(
        "What is not a single HTTP/1.1 response is refused",
        arguments: [
            String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 9) + answer("late"),
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
            "HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/0.9 200 OK\r\n\r\n", "HTTP/1.1 99 X\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
            "HTTP/1.1 200 OK\r\nX : y\r\n\r\n", "HTTP/1.1 200 OK\r\n folded\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4 \r\nfour\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 1\r\n\r\n", "{\"ok\":1}\r\n",
        ])
    func whatIsNotSingle(response: String) async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write(response)
            connection.waitForEnd()
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.failure?.kind == .notHTTP, "\(result.text)")
        #expect(result.failure?.code == 8)
        #expect(result.mayHaveBeenSent)
    }

    @Test("A transfer coding other than chunked is a bad encoding")
    func transferCoding() async throws {
        let server = try ScriptedServer.answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.failure?.kind == .badEncoding)
        #expect(result.failure?.code == 61)
    }

    @Test("Chunk extensions and trailer fields are passed over, and the connection is used again")
    func chunkExtensionsAndTrailer() async throws {
        let server = try ScriptedServer.answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;a=\"b;c\"\r\nfour\r\n03\r\nsix\r\n0\r\nX: y\r\n\r\n"
        )
        let results = try await CurlWorker.with { worker in
            [await worker.perform(.post(server.url())), await worker.perform(.post(server.url()))]
        }
        #expect(results.map(\.text) == ["200 foursix", "200 foursix"])
        #expect(results.map(\.timings.reused) == [false, true])
    }

    @Test(
        "A connection is used again as the response says",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true),
            ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", false),
            ("HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok", false),
            ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", false),
            ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", true),
            ("HTTP/1.1 204 No Content\r\n\r\n", true),
        ])
    func connectionIsUsedAgain(response: String, isReused: Bool) async throws {
        let server = try ScriptedServer.answering(response)
        let results = try await CurlWorker.with { worker in
            [await worker.perform(.post(server.url())), await worker.perform(.post(server.url()))]
        }
        #expect(results.allSatisfy { $0.text == "200 ok" || $0.text == "204 " })
        #expect(results.map(\.timings.reused) == [false, isReused])
        #expect(server.connections == (isReused ? 1 : 2))
    }

    @Test("A response that ends with its connection, of HTTP/1.0 and 1.1", arguments: ["1.0", "1.1"])
    func untilClose(version: String) async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/\(version) 200 OK\r\n\r\nuntil")
            usleep(10_000)
            connection.write(" the end")
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.text == "200 until the end")
    }

    @Test("A response that drips in byte by byte is put together")
    func responseThatDripsInByte() async throws {
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                for byte in "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n".utf8 {
                    connection.write([byte])
                    usleep(500)
                }
            }
        }
        let results = try await CurlWorker.with { worker in
            [await worker.perform(.post(server.url())), await worker.perform(.post(server.url()))]
        }
        #expect(results.map(\.text) == ["200 four", "200 four"])
    }

    @Test("A response that drips in without an end runs into the deadline")
    func endlessDrip() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            while connection.write("x") { usleep(5000) }
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url()), milliseconds: 300) }
        #expect(result.failure?.kind == .timeout(.call))
        #expect(result.failure?.code == 28)
    }

    @Test("Damaged responses end each call: with a response, or with a failure that allows for an arrived request")
    func damagedResponsesEndEachCall() async throws {
        let seeds = [
            answer("four"), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\nfour\r\n0\r\nX: y\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nfour",
            "HTTP/1.0 200 OK\r\nContent-Type: a/b;charset=gbk\r\n\r\nuntil the end",
        ]
        let pieces = [
            "\r\n", "\n", "\0", ":", " ", "chunked", "0\r\n\r\n", "Content-Length: 3\r\n", "HTTP/1.1 ", "\u{FF}",
        ]
        let server = try ScriptedServer { connection in
            var generator = Seeded(seed: UInt64(connection.number))
            while connection.readRequest() != nil {
                var bytes = Array(seeds.randomElement(using: &generator)?.utf8 ?? "".utf8)
                for _ in 0..<Int.random(in: 0...3, using: &generator) {
                    let place = Int.random(in: bytes.indices, using: &generator)
                    if Bool.random(using: &generator) { bytes[place] = UInt8.random(in: 0...255, using: &generator) }
                    bytes.insert(contentsOf: pieces.randomElement(using: &generator)?.utf8 ?? "".utf8, at: place)
                }
                connection.write(bytes)
                // The end of the connection ends every response.
                if bytes.count % 3 == 0 { return }
                connection.shutDown()
            }
        }
        try await CurlWorker.with { worker in
            for _ in 0..<20 {
                let results = await worker.performAll((0..<20).map { _ in .post(server.url()) })
                #expect(results.allSatisfy { $0.mayHaveBeenSent })
                let kinds = results.compactMap(\.failure?.kind)
                #expect(kinds.allSatisfy { [.cut, .notHTTP, .badEncoding, .tooLarge].contains($0) })
            }
            #expect(await worker.inFlight == 0)
        }
        #expect(server.requests.count == 400)
    }
}
