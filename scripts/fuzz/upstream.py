"""An upstream that answers calls with anything: whole responses, changed ones, parts, floods, or nothing at all."""

from __future__ import annotations

import asyncio
import gzip
import random

from mutation import mutate, pieces
from upstreams import ANSWER, encoded

_GOOD = encoded(ANSWER)
_ERROR = b'{"error_response":{"code":15,"msg":"Remote service error","sub_code":"isv.item-not-exist","request_id":"r"}}'


class Upstream:
    """A listener on loopback whose every second response is good, so that connections are used again. A calm one gives
    good responses alone."""

    def __init__(self, seed: int, is_calm: bool = False) -> None:
        self.is_calm = is_calm
        self.random = random.Random(f"{seed}/upstream")
        self.port = 0
        self.responses = 0
        self.corpus = _corpus()

    async def open(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError, asyncio.CancelledError):
            # The relay has closed, or the run has ended.
            pass
        finally:
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answers one request; false when the connection is to end."""
        if not self.is_calm and self.random.random() < 0.02:
            # Before the request has arrived.
            writer.write(mutate(self.random, self.random.choice(self.corpus), self.corpus))
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        self.responses += 1
        roll = 0.0 if self.is_calm else self.random.random()
        if roll < 0.5:
            writer.write(_response(_GOOD))
            return True
        if roll < 0.53:
            await asyncio.sleep(3)
            return False
        response = self.random.choice(self.corpus)
        if roll < 0.9:
            response = mutate(self.random, response, self.corpus)
        for piece in pieces(self.random, response):
            writer.write(piece)
            if self.random.random() < 0.2:
                await asyncio.sleep(0.001)
        await writer.drain()
        if roll > 0.98:
            writer.close()
            return False
        return self.random.random() < 0.7


def _response(body: bytes, fields: str = "Content-Type: application/json\r\n", status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _chunked(body: bytes, fields: str = "") -> bytes:
    parts = b"".join(b"%x;x=y\r\n%s\r\n" % (len(part), part) for part in (body[:10], body[10:]) if part)
    return f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{fields}\r\n".encode() + parts + b"0\r\nT: u\r\n\r\n"


def _corpus() -> list[bytes]:
    packed = gzip.compress(_GOOD)
    large = encoded({"large_response": {"errmsg": "x" * 200_000, "is_success": True}})
    text = '{"error_response":{"code":15,"msg":"远程服务出错","sub_msg":"店铺"}}'
    return [
        _response(_GOOD), _response(_ERROR), _chunked(_GOOD), _chunked(_ERROR, "Connection: close\r\n"),
        _response(packed, "Content-Encoding: gzip\r\n"), _chunked(packed, "Content-Encoding: gzip\r\n"),
        _response(packed[:-6], "Content-Encoding: gzip\r\n"),
        _response(b"\x1f\x8b" + bytes(50), "Content-Encoding: gzip\r\n"),
        _response(gzip.compress(b" " * 20_000_000), "Content-Encoding: gzip\r\n"),
        _response(text.encode("gbk"), "Content-Type: application/json;charset=GBK\r\n"),
        _response(text.encode("utf-8"), "Content-Type: application/json;charset=big5\r\n"),
        _response(large), _chunked(large), _response(b"[" * 100_000), _response(b'{"a":' * 20_000),
        _response(_GOOD[:-9]), _response(b'{"x":1,"x":2,"\\ud800":"\\udfff\\u0000"}'),
        b"HTTP/1.1 200 OK\r\n\r\n" + _GOOD, b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + _response(_GOOD),
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", _response(b"busy", status="503 Busy"),
        _response(_GOOD, "Content-Length: 5\r\n"), _response(_GOOD, "Transfer-Encoding: chunked\r\n"),
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n", b"HTTP/2 200\r\n\r\n",
        b"\0" * 300,
        _response(_GOOD) + _response(_ERROR), _response(_GOOD) + b"surplus",
    ]  # fmt: skip
