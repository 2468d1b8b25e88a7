import HTTPServer
import Locks
import TestSupport
import Testing

@Suite struct StreamTests {
    private let piece = [UInt8](repeating: 120, count: 64 * 1024)

    /// Writes until the stream refuses.
    private func fill(_ stream: ResponseStream, pieces: Int = 100_000) async -> ResponseStream.ClosedError? {
        do {
            for _ in 0..<pieces { try await stream.write(piece) }
            return nil
        } catch {
            return error
        }
    }

    @Test("A client that disappears in the middle ends the writer, and the server goes on")
    func clientThatDisappearsInMiddle() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port, receiveBuffer: 4096)
            try client.send(get("/stream"))
            let stream = try await responder.stream()
            async let closed = fill(stream)
            try await eventually { server.metrics.runningRequests.value == 1 }
            client.reset()
            #expect(await closed != nil)
            await #expect(throws: ResponseStream.ClosedError.self) { try await stream.write([1]) }
            stream.finish()
            stream.abort()
            try await eventually { server.metrics.openConnections.value == 0 }
            #expect(server.metrics.runningRequests.value == 0)
            let next = try RawClient(port: port)
            try next.send(get("/x"))
            #expect(try next.answer().status == 200)
        }
    }

    @Test("A client that takes nothing is disconnected, and no more than the channel's buffer was written for it")
    func clientThatTakesNothing() async throws {
        try await serving { configuration in
            configuration.writeTimeout = .milliseconds(200)
            configuration.minimumWriteRate = 1024 * 1024 * 1024
        } _: { port, responder, server in
            let client = try RawClient(port: port, receiveBuffer: 4096)
            try client.send(get("/stream"))
            let stream = try await responder.stream()
            #expect(await fill(stream) != nil)
            #expect(server.metrics.writeTimeouts.value == 1)
            #expect(server.metrics.runningRequests.value == 0)
            _ = try client.readToEnd()
            #expect(client.wasReset)
        }
    }

    @Test("A client that reads slowly gets everything, and the writer waits for it meanwhile")
    func clientThatReadsSlowly() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port, receiveBuffer: 4096)
            try client.send(get("/stream"))
            let stream = try await responder.stream()
            let written = Locked(0)
            async let done: Void = {
                for _ in 0..<200 {
                    try await stream.write(piece)
                    written.withLock { $0 += 1 }
                }
                stream.finish()
            }()
            // The kernel takes a few megabytes; then nothing moves until the client reads.
            var last = -1
            while written.withLock({ $0 }) != last {
                last = written.withLock { $0 }
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(last < 200)
            // On a thread apart: the writer needs one of the tests' few.
            let answer = try await onThread { try client.answer() }
            #expect(answer.body.count == 200 * piece.count)
            try await done
            #expect(server.metrics.writeTimeouts.value == 0)
        }
    }

    @Test(
        "A client that continues to read is never disconnected, however slowly it reads"
    )
    func clientThatGoesOnReading() async throws {
        try await serving { configuration in
            configuration.writeTimeout = .seconds(1)
            configuration.minimumWriteRate = 1024 * 1024 * 1024
        } _: { port, responder, server in
            let client = try RawClient(port: port, receiveBuffer: 4096)
            try client.send(get("/stream"))
            let stream = try await responder.stream()
            async let closed = fill(stream, pieces: 50)
            let read = try await onThread { try client.trickle(bytes: 2048, times: 200, pauseMilliseconds: 20) }
            #expect(read > 200_000 && server.metrics.writeTimeouts.value == 0)
            client.reset()
            #expect(await closed != nil)
        }
    }

    @Test("A responder that stops writing ends with its connection")
    func responderThatStopsWriting() async throws {
        try await serving { configuration in
            configuration.responseTimeout = .seconds(5)
        } _: { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(get("/stream"))
            try await responder.stream().write([65])
            let text = try client.readToEnd()
            #expect(text.hasSuffix("\r\n1\r\nA\r\n"))
            #expect(server.metrics.responseTimeouts.value == 1)
            await #expect(throws: ResponseStream.ClosedError.self) { try await responder.stream().write([65]) }
        }
    }

    @Test("A responder that works for long says so with empty pieces")
    func responderThatWorksForLong() async throws {
        try await serving { configuration in
            configuration.responseTimeout = .seconds(5)
        } _: { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(get("/stream"))
            let stream = try await responder.stream()
            let end = ContinuousClock.now + .seconds(7)
            while ContinuousClock.now < end {
                try await stream.write([])
                try await Task.sleep(for: .milliseconds(100))
            }
            try await stream.write(Array("found".utf8))
            stream.finish()
            #expect(try client.answer().text == "found")
            #expect(server.metrics.responseTimeouts.value == 0)
        }
    }

    @Test("Pieces go out as chunks, in order, and requests that were pipelined after them are answered last")
    func piecesGoOutAsChunks() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(get("/stream/1") + get("/stream/2") + get("/x"))
            let first = try await responder.stream()
            try await first.write(Array("one,".utf8))
            try await first.write([])
            try await first.write(Array("two".utf8))
            #expect(responder.paths == ["/stream/1"])
            first.finish()
            let answer = try client.answer()
            #expect(answer.text == "one,two")
            #expect(answer["transfer-encoding"] == "chunked" && answer["content-length"] == nil)
            #expect(answer["connection"] == nil && answer["x-a"] == "b")
            try await responder.stream(2).finish()
            #expect(try client.answer().text == "")
            #expect(try client.answer().text == "GET /x - 0")
            #expect(server.metrics.runningRequests.value == 0)
        }
    }

    @Test("An abort cuts the connection without the last chunk")
    func abortCutsConnectionWithoutLast() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(get("/stream"))
            let stream = try await responder.stream()
            try await stream.write(Array("half".utf8))
            stream.abort()
            #expect(throws: RawClient.Failure.self) { try client.answer() }
            #expect(server.metrics.abortedStreams.value == 1)
            await #expect(throws: ResponseStream.ClosedError.self) { try await stream.write([1]) }
        }
    }

    @Test("HTTP/1.0 gets the bare pieces until the connection ends; an abort is a reset there")
    func http10Gets() async throws {
        try await serving { port, responder, _ in
            let client = try RawClient(port: port)
            try client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let stream = try await responder.stream()
            try await stream.write(Array("one".utf8))
            stream.finish()
            let text = try client.readToEnd()
            #expect(text.hasSuffix("Connection: close\r\n\r\none") && !text.contains("chunked"), "\(text)")
            #expect(!client.wasReset)

            let cut = try RawClient(port: port)
            try cut.send("GET /stream HTTP/1.0\r\n\r\n")
            try await responder.stream(2).write(Array("one".utf8))
            try await responder.stream(2).abort()
            _ = try cut.readToEnd()
            #expect(cut.wasReset)
        }
    }

    @Test(
        "HEAD gets the head alone, and so does a status without body; the writer is told at once",
        arguments: [
            "HEAD /stream", "GET /stream204",
        ])
    func headOnly(_ line: String) async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port)
            try client.send("\(line) HTTP/1.1\r\nHost: h\r\n\r\n" + get("/x"))
            await #expect(throws: ResponseStream.ClosedError.self) { try await responder.stream().write([1]) }
            let answer = try client.answer(toHead: true)
            #expect(answer["x-a"] == "b" && answer["content-length"] == nil)
            #expect(try client.answer().text == "GET /x - 0")
            #expect(server.metrics.runningRequests.value == 0)
        }
    }

    @Test("A client that has ended its side still gets the whole body")
    func halfClosed() async throws {
        try await serving { port, responder, _ in
            let client = try RawClient(port: port)
            try client.send(get("/stream"))
            client.endOutput()
            let stream = try await responder.stream()
            try await stream.write(Array("all".utf8))
            stream.finish()
            #expect(try client.answer().text == "all")
            #expect(try client.isAtEnd())
        }
    }

    @Test("A drain waits for a body that comes to its end, which closes the connection")
    func drainWaitsForBody() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(get("/stream"))
            let stream = try await responder.stream()
            try await stream.write(Array("a".utf8))
            async let drained: Void = server.shutDown()
            try await Task.sleep(for: .milliseconds(50))
            try await stream.write(Array("b".utf8))
            stream.finish()
            #expect(try client.answer().text == "ab")
            #expect(try client.isAtEnd())
            client.close()
            await drained
            #expect(server.metrics.abortedStreams.value == 0)
        }
    }

    @Test("A drain cuts a body that does not end in time, and its writer is told")
    func drainCuts() async throws {
        try await serving { configuration in
            configuration.drainTimeout = .milliseconds(100)
        } _: { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(get("/stream"))
            let stream = try await responder.stream()
            try await stream.write(Array("a".utf8))
            await server.shutDown()
            #expect(server.metrics.abortedStreams.value == 1)
            #expect(throws: RawClient.Failure.self) { try client.answer() }
            await #expect(throws: ResponseStream.ClosedError.self) { try await stream.write([1]) }
        }
    }

    @Test("A stream that comes after the server has closed is refused instead of waiting for ever")
    func streamThatComesAfterServer() async throws {
        try await serving { port, responder, server in
            let client = try RawClient(port: port)
            try client.send(get("/held"))
            try await responder.waitForHeld(1)
            await server.close()
            let stream = ResponseStream()
            responder.release(ServerResponse(status: 200, stream: stream))
            await #expect(throws: ResponseStream.ClosedError.self) { try await stream.write([1]) }
        }
    }
}
