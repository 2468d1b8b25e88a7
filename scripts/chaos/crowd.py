"""Connections without a token: they stay idle, or send a body that never ends."""

from __future__ import annotations

import asyncio
import socket

_AT_ONCE = 64


class Crowd:
    """Many connections to each of the ports. All methods run on one loop."""

    def __init__(self, ports: list[int], each: int, start: bytes) -> None:
        self.addresses = [("127.0.0.1", port) for port in ports for _ in range(each)]
        self.start = start
        self._sockets: list[socket.socket] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def enter(self) -> int:
        """Opens the connections, begins to send, and returns how many were opened."""
        gate = asyncio.Semaphore(_AT_ONCE)
        opened = sum(await asyncio.gather(*(self._connect(address, gate) for address in self.addresses)))
        if self.start:
            self._tasks = [asyncio.create_task(self._send(connection)) for connection in self._sockets]
        return opened

    async def leave(self) -> None:
        """Closes all of them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in self._sockets:
            connection.close()

    async def _connect(self, address: tuple[str, int], gate: asyncio.Semaphore) -> bool:
        connection = socket.socket()
        connection.setblocking(False)
        self._sockets.append(connection)
        try:
            async with gate, asyncio.timeout(2):
                await asyncio.get_running_loop().sock_connect(connection, address)
            return True
        except (OSError, TimeoutError):
            return False

    async def _send(self, connection: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().sock_sendall(connection, self.start)
        except OSError:
            # The replica has answered and closed, as it should.
            pass
