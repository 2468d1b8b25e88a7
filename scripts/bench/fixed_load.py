"""A load of an exact number of calls over kept connections, for counts that must not depend on time."""

from __future__ import annotations

import asyncio

from processes import BenchError

TIMEOUT_SECONDS = 300


class Caller(asyncio.Protocol):
    """One connection that makes one call after the other while the load has calls left."""

    def __init__(self, load: FixedLoad) -> None:
        self.load = load
        self.received = bytearray()
        self.waits = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.call()

    def call(self) -> None:
        self.waits = self.load.take()
        if self.waits:
            self.transport.write(self.load.request)
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self.received[:end]).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or b"0")
        if len(self.received) < end + 4 + length:
            return
        if not head.startswith(b"http/1.1 200"):
            self.load.fail(f"a call was answered {bytes(self.received[:500])!r}")
            return
        self.received.clear()
        self.load.answered()
        self.call()

    def connection_lost(self, error: Exception | None) -> None:
        if self.waits:
            self.load.fail("the server closed a connection before its response")


class FixedLoad:
    """Makes the calls and raises BenchError unless every one of them is answered 200."""

    def __init__(self, port: int, request: bytes, connections: int, calls: int) -> None:
        self.port = port
        self.request = request
        self.connections = connections
        self.left = calls
        self.unanswered = calls
        self.ended: asyncio.Future[None]

    def run(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        self.ended = loop.create_future()
        transports = []
        try:
            for _ in range(self.connections):
                transport, _ = await loop.create_connection(lambda: Caller(self), "127.0.0.1", self.port)
                transports.append(transport)
            await asyncio.wait_for(self.ended, TIMEOUT_SECONDS)
        except TimeoutError as error:
            raise BenchError(f"{self.unanswered} calls had no answer after {TIMEOUT_SECONDS} s") from error
        finally:
            for transport in transports:
                transport.abort()
            # One turn of the loop closes them.
            await asyncio.sleep(0)

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0

    def answered(self) -> None:
        self.unanswered -= 1
        if self.unanswered == 0 and not self.ended.done():
            self.ended.set_result(None)

    def fail(self, text: str) -> None:
        if not self.ended.done():
            self.ended.set_exception(BenchError(text))


def request_bytes(path: str, token: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body
