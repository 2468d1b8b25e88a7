import Curl
import EventLoop
import Glibc
import Locks
import TestSupport
import Testing

@Suite("Answers")
struct AnswerTests {
    @Test("Head and body of a request leave together, on a new connection and on one that is used again")
    func oneSegment() async throws {
        let bodies = ["n=1", "n=" + String(repeating: "2", count: 5000)]
        let received = Locked<[String]>([])
        let server = try ScriptedServer { connection in
            while let bytes = connection.readSome() {
                received.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
                connection.write(answer("ok"))
            }
        }
        let results = try await CurlWorker.with { worker in
            let first = await worker.perform(.post(server.url(), bodies[0]))
            return [first, await worker.perform(.post(server.url(), bodies[1]))]
        }
        #expect(results.map(\.text) == ["200 ok", "200 ok"])
        let requests = received.withLock { $0 }
        #expect(requests.count == 2)
        for (request, body) in zip(requests, bodies) {
            #expect(request.hasPrefix("POST ") && request.hasSuffix("\r\n\r\n" + body))
        }
    }

    @Test(
        "The head is what it is to the byte, and a URL is sent as libcurl reads it",
        arguments: [
            ("/router/rest", "/router/rest"), ("", "/"), ("?x=1#part", "/?x=1"),
            ("/a/../b/./c?d=/../e", "/b/c?d=/../e"),
            ("/%7e/%E4%BD%A0?q=%20+", "/%7e/%E4%BD%A0?q=%20+"),
        ])
    func wholeHead(written: String, sent: String) async throws {
        let server = try ScriptedServer.answering(answer("ok"))
        let authority = "127.0.0.1:\(server.port)"
        let texts = try await CurlWorker.with { worker in
            let first = await worker.perform(.post("http://\(authority)\(written)", "k=v"))
            return [first.text, await worker.perform(.post("http://\(authority)\(written)", "k=vw")).text]
        }
        #expect(texts == ["200 ok", "200 ok"])
        let heads = [3, 4].map { length in
            "POST \(sent) HTTP/1.1\r\nHost: \(authority)\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n"
                + "Content-Type: application/x-www-form-urlencoded;charset=utf-8\r\nContent-Length: \(length)\r\n\r\n"
        }
        #expect(server.requests.map(\.head) == heads)
    }

    @Test("A request arrives to the byte, and the answer comes back with type and times")
    func requestArrivesToByte() async throws {
        let server = try ScriptedServer.answering(answer("{\"ok\":1}"))
        let result = try await CurlWorker.with { await $0.perform(.post(server.url(), "k=v&x=%26")) }
        #expect(result.text == "200 {\"ok\":1}")
        guard case .answered(_, let type, _) = result.outcome else { return }
        #expect(type == "application/json")
        #expect(result.mayHaveBeenSent)
        #expect(result.timings.connectNanoseconds > 0)
        #expect(result.timings.tlsNanoseconds == 0)
        #expect(result.timings.firstByteNanoseconds >= result.timings.connectNanoseconds)
        #expect(result.timings.totalNanoseconds >= result.timings.firstByteNanoseconds)
        #expect(!result.timings.reused)
        let request = try #require(server.requests.first)
        #expect(String(decoding: request.body, as: UTF8.self) == "k=v&x=%26")
        let lines = request.head.split(separator: "\r\n").map(String.init)
        #expect(lines.first == "POST /router/rest HTTP/1.1")
        #expect(lines.contains("Content-Type: application/x-www-form-urlencoded;charset=utf-8"))
        #expect(lines.contains("Content-Length: 9"))
        #expect(lines.contains("Accept-Encoding: gzip"))
        #expect(!request.head.lowercased().contains("expect"))
        #expect(!request.head.lowercased().contains("transfer-encoding"))
    }

    @Test("A connection is used again, with another URL path, other headers and another body")
    func keepAlive() async throws {
        let server = try ScriptedServer { connection in
            while let request = connection.readRequest() {
                connection.write(answer("got \(request.body.count)"))
            }
        }
        let results = try await CurlWorker.with { worker in
            var results: [CurlResult] = []
            for size in [1, 70_000, 3] {
                var request = CurlRequest.post(server.url("/\(size)"), String(repeating: "x", count: size))
                request.headers.append("X-Size: \(size)")
                results.append(await worker.perform(request))
            }
            return results
        }
        #expect(results.map(\.text) == ["200 got 1", "200 got 70000", "200 got 3"])
        #expect(results.map(\.timings.reused) == [false, true, true])
        #expect(results[1].timings.connectNanoseconds == 0)
        #expect(server.connections == 1)
        for (request, size) in zip(server.requests, [1, 70_000, 3]) {
            #expect(request.head.hasPrefix("POST /\(size) HTTP/1.1\r\n"))
            #expect(request.head.contains("\r\nX-Size: \(size)\r\n"))
            #expect(request.body.count == size)
        }
    }

    @Test("A body of 3 MB arrives unchanged")
    func largeBody() async throws {
        let server = try ScriptedServer.answering(answer("ok"))
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        var request = CurlRequest.post(server.url())
        request.body = body
        let sent = request
        let result = try await CurlWorker.with { await $0.perform(sent) }
        #expect(result.text == "200 ok")
        #expect(server.requests.first?.body == body)
    }

    @Test("An empty body is a request too: it counts as asked for once it is sent")
    func emptyBody() async throws {
        let server = try ScriptedServer.answering(answer("ok"))
        let result = try await CurlWorker.with { await $0.perform(.post(server.url(), "")) }
        #expect(result.text == "200 ok")
        #expect(result.mayHaveBeenSent)
    }

    @Test("A chunked answer, and one that ends with its connection, are read whole")
    func chunkedAndClosed() async throws {
        let chunked = try ScriptedServer.answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n3\r\nsix\r\n0\r\n\r\n")
        let closed = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end")
        }
        let results = try await CurlWorker.with {
            [await $0.perform(.post(chunked.url())), await $0.perform(.post(closed.url()))]
        }
        #expect(results.map(\.text) == ["200 foursix", "200 until the end"])
    }

    @Test("A slow body is put together")
    func slowBody() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n")
            for _ in 0..<10 {
                connection.write("ab")
                usleep(5000)
            }
            connection.waitForEnd()
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.text == "200 " + String(repeating: "ab", count: 10))
    }

    @Test("Any status is an answer, and a redirect is not followed", arguments: [400, 404, 500, 503, 301, 307])
    func anyStatusIsAnswer(status: Int) async throws {
        let elsewhere = try ScriptedServer.answering(answer("elsewhere"))
        let server = try ScriptedServer.answering(
            answer("<html>", status: "\(status) X", headers: "Location: \(elsewhere.url())\r\n"))
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.text == "\(status) <html>")
        #expect(server.requests.count == 1)
        #expect(elsewhere.connections == 0)
    }

    @Test("A gzip answer is decompressed")
    func gzipAnswerIsDecompressed() async throws {
        let packed = try await gzipped("printf 'hello gzip'")
        let server = try gzipServer(packed)
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.text == "200 hello gzip")
    }

    @Test("Gzip garbage is a bad encoding")
    func gzipGarbage() async throws {
        let server = try gzipServer(Array("this is no gzip at all, whatever it claims".utf8))
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.failure?.kind == .badEncoding)
        #expect(result.failure?.code == 61)
        #expect(result.mayHaveBeenSent)
    }

    @Test(
        "A gzip answer without its trailer, or a part of it, or followed by other bytes, is a bad encoding",
        arguments: 0..<10)
    func gzipTrailer(missing: Int) async throws {
        let whole = try await gzipped("printf 'hello gzip'")
        let packed = missing == 9 ? whole + [0] : Array(whole.dropLast(missing))
        let server = try gzipServer(packed)
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        guard missing > 0 else {
            #expect(result.text == "200 hello gzip")
            return
        }
        #expect(result.failure?.kind == .badEncoding)
        #expect(result.failure?.code == 61)
        #expect(result.mayHaveBeenSent)
    }

    @Test("A gzip answer with a wrong checksum is a bad encoding")
    func gzipChecksum() async throws {
        var packed = try await gzipped("printf 'hello gzip'")
        packed[packed.count - 8] ^= 1
        let server = try gzipServer(packed)
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.failure?.kind == .badEncoding)
    }

    @Test("Two gzip members are one text")
    func gzipMembers() async throws {
        let server = try gzipServer(try await gzipped("printf 'hello '") + gzipped("printf 'gzip'"))
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.text == "200 hello gzip")
    }

    @Test("A content coding that was not asked for is a bad encoding", arguments: ["br", "deflate", "gzip, gzip"])
    func foreignCoding(coding: String) async throws {
        let server = try ScriptedServer.answering(answer("text", headers: "Content-Encoding: \(coding)\r\n"))
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.failure?.kind == .badEncoding)
    }

    @Test("A gzip answer that inflates beyond the limit is too large")
    func gzipBomb() async throws {
        let packed = try await gzipped("head -c 30000000 /dev/zero")
        #expect(packed.count < 100_000)
        let server = try gzipServer(packed)
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.failure?.kind == .tooLarge)
        #expect(result.mayHaveBeenSent)
    }

    @Test("20 MB are over the limit of 10 MiB, whether announced, chunked or until the end", arguments: 0..<3)
    func tooLarge(form: Int) async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            let chunk = String(repeating: "x", count: 65_536)
            switch form {
            case 0: connection.write("HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n")
            case 1: connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            default: connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            }
            for _ in 0..<306 {
                guard connection.write(form == 1 ? "10000\r\n\(chunk)\r\n" : chunk) else { return }
            }
            if form == 1 { connection.write("0\r\n\r\n") }
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.failure?.kind == .tooLarge)
        #expect(result.failure?.description.contains("larger than allowed") == true)
        #expect(result.mayHaveBeenSent)
    }

    @Test("An answer of just the limit is whole")
    func justTheLimit() async throws {
        let server = try ScriptedServer.answering(answer(String(repeating: "y", count: 1000)))
        var request = CurlRequest.post(server.url())
        request.maximumResponseBytes = 1000
        let sent = request
        let result = try await CurlWorker.with { await $0.perform(sent) }
        #expect(result.text.utf8.count == 1004)
        var less = request
        less.maximumResponseBytes = 999
        let sentToo = less
        #expect(try await CurlWorker.with { await $0.perform(sentToo) }.failure?.kind == .tooLarge)
    }

    @Test("Headers without end are too large")
    func endlessHeaders() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n")
            for number in 0..<100_000 where !connection.write("X-\(number): \(String(repeating: "h", count: 200))\r\n")
            {
                return
            }
        }
        let result = try await CurlWorker.with { await $0.perform(.post(server.url())) }
        #expect(result.failure?.kind == .tooLarge)
    }
}

func gzipServer(_ packed: [UInt8]) throws -> ScriptedServer {
    try ScriptedServer { connection in
        while connection.readRequest() != nil {
            connection.write(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(packed.count)\r\n\r\n")
            connection.write(packed)
        }
    }
}

/// The output of a shell command, compressed.
func gzipped(_ command: String) async throws -> [UInt8] {
    try await Command.output(["/bin/sh", "-c", "\(command) | gzip -c"]).bytes
}
