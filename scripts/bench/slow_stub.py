"""An HTTP server that gives one fixed answer after a fixed delay, on loopback.

    python3 slow_stub.py PORT_FILE DELAY_SECONDS ANSWER_FILE

It writes its port to PORT_FILE once it listens. Only for the bench: it reads no more of HTTP than the relay sends.
"""

from __future__ import annotations

import asyncio
import os
import sys


class Connection(asyncio.Protocol):
    """One keep-alive connection: a request with a Content-Length, then the answer after the delay."""

    def __init__(self, delay: float, answer: bytes) -> None:
        self.delay = delay
        self.answer = answer
        self.received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            length = 0
            for line in bytes(self.received[:end]).split(b"\r\n"):
                if line[:15].lower() == b"content-length:":
                    length = int(line[15:])
            if len(self.received) < end + 4 + length:
                return
            del self.received[: end + 4 + length]
            asyncio.get_running_loop().call_later(self.delay, self.reply)

    def reply(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(self.answer)  # type: ignore[attr-defined]


async def serve(port_file: str, delay: float, body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    answer = head.encode() + body
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(delay, answer), "127.0.0.1", 0, backlog=1024
    )
    with open(port_file + ".new", "w", encoding="ascii") as file:
        file.write(str(server.sockets[0].getsockname()[1]))
    os.rename(port_file + ".new", port_file)
    await server.serve_forever()


if __name__ == "__main__":
    with open(sys.argv[3], "rb") as answer_file:
        asyncio.run(serve(sys.argv[1], float(sys.argv[2]), answer_file.read()))
