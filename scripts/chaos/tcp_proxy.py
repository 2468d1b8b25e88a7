"""A TCP proxy on loopback that cuts or freezes its connections, in one direction or in both."""

from __future__ import annotations

import asyncio

CHUNK_BYTES = 65536


class Proxy:
    """Forwards to a port of loopback or to a Unix socket. All methods run on the loop that `open` ran on."""

    def __init__(self, target: int | str) -> None:
        self.target = target
        self.port = 0
        self.cut = 0
        self.frozen = 0
        self.is_cutting = False
        self._pairs: set[_Pair] = set()
        self._server: asyncio.Server | None = None
        # Set while the direction passes.
        self.up = asyncio.Event()
        self.down = asyncio.Event()
        self.up.set()
        self.down.set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    async def start_cutting(self) -> None:
        """Cuts every connection, and each new one at once."""
        self.is_cutting = True
        for pair in list(self._pairs):
            pair.abort()
        self.cut += len(self._pairs)

    async def stop_cutting(self) -> None:
        self.is_cutting = False

    async def freeze(self, up: bool, down: bool) -> None:
        """Holds back what clients (up) and the server (down) send. The bytes are kept."""
        if up:
            self.up.clear()
        if down:
            self.down.clear()
        self.frozen += len(self._pairs)

    async def thaw(self) -> None:
        self.up.set()
        self.down.set()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for pair in list(self._pairs):
            pair.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cutting:
            self.cut += 1
            writer.transport.abort()
            return
        try:
            if isinstance(self.target, int):
                server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.target)
            else:
                server_reader, server_writer = await asyncio.open_unix_connection(self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = _Pair(writer, server_writer)
        self._pairs.add(pair)
        try:
            await asyncio.gather(
                self._pump(reader, server_writer, self.up), self._pump(server_reader, writer, self.down)
            )
        except OSError:
            pass
        finally:
            self._pairs.discard(pair)
            pair.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passes: asyncio.Event) -> None:
        while data := await reader.read(CHUNK_BYTES):
            await passes.wait()
            writer.write(data)
            await writer.drain()
        await passes.wait()
        if writer.can_write_eof():
            writer.write_eof()


class _Pair:
    """Both ends of a proxied connection."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.ends = (client, server)

    def abort(self) -> None:
        for end in self.ends:
            end.transport.abort()
