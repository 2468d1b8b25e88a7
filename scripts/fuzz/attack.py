"""The clients: each sends one input on a connection of its own, and looks at what comes back."""

from __future__ import annotations

import asyncio
import random
import re
import socket
import struct
from collections import Counter
from dataclasses import dataclass, field

from mutation import mutate, pieces
from inputs import good, smuggling

# A server built with a sanitizer on a busy machine needs long; a client that has sent all may then wait so long.
ANSWER_SECONDS = 60.0
_LOITERERS = 40
_ANSWER = re.compile(rb"HTTP/1\.1 (\d\d\d) [^\r\n]*\r\n")
_RESET = struct.pack("ii", 1, 0)


@dataclass
class Attack:
    """Many clients at once until a time has passed."""

    port: int
    seed: int
    token: str
    inputs: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    # What the server should not have done, each with the input.
    violations: list[str] = field(default_factory=list)

    async def run(self, clients: int, until: float) -> None:
        """`until` is a time of the running loop's clock."""
        whole = good(self.token)
        tricks = smuggling()
        await asyncio.gather(*(self._client(number, whole, tricks, until) for number in range(clients)))

    async def loiter(self, until: float) -> None:
        """Opens connections that stay idle, so that the server has to make room for others."""
        loop = asyncio.get_running_loop()
        idle: list[asyncio.StreamWriter] = []
        try:
            while loop.time() < until:
                try:
                    idle.append((await asyncio.open_connection("127.0.0.1", self.port))[1])
                except OSError:
                    pass
                if len(idle) > _LOITERERS:
                    idle.pop(0).transport.abort()
                await asyncio.sleep(0.05)
        finally:
            for writer in idle:
                writer.transport.abort()

    async def _client(self, number: int, whole: list[bytes], tricks: list[bytes], until: float) -> None:
        loop = asyncio.get_running_loop()
        round_number = 0
        while loop.time() < until and len(self.violations) < 10:
            source = random.Random(f"{self.seed}/{number}/{round_number}")
            round_number += 1
            kind, message = choose(source, whole, tricks)
            self.inputs[kind] += 1
            try:
                await self._send(source, message)
            except OSError:
                # The server may end a connection at any time, for example in the middle of a bad request.
                pass

    async def _send(self, source: random.Random, message: bytes) -> None:
        reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", self.port), ANSWER_SECONDS)
        try:
            for piece in pieces(source, message):
                writer.write(piece)
                if source.random() < 0.3:
                    await asyncio.sleep(0.001)
            ending = source.random()
            if ending < 0.1:
                # The client goes without a word, and sometimes before it has read anything.
                await asyncio.sleep(source.choice([0, 0.005, 0.05]))
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                return
            writer.write_eof()
            async with asyncio.timeout(ANSWER_SECONDS):
                self._judge(await reader.read(-1), message)
        except TimeoutError:
            self.violations.append(f"hang: no end within {ANSWER_SECONDS:g} s after {self._shown(message)}")
        finally:
            writer.transport.abort()

    def _shown(self, message: bytes) -> str:
        """The beginning of an input, without the token."""
        return repr(message.replace(self.token.encode(), b"TOKEN")[:300])

    def _judge(self, answer: bytes, message: bytes) -> None:
        if not answer:
            return
        match = _ANSWER.match(answer)
        if match is None:
            self.violations.append(f"answer: {answer[:100]!r} after {self._shown(message)}")
            return
        status = int(match[1])
        self.statuses[status] += 1
        if status == 500:
            self.violations.append(f"status 500 after {self._shown(message)}: {answer[-300:]!r}")


def choose(source: random.Random, whole: list[bytes], tricks: list[bytes]) -> tuple[str, bytes]:
    """The kind of an input, and the input."""
    kind = source.choice(["whole", *3 * ["mutated"], "cut", "pipelined", "smuggling", "smuggling mutated"])
    message = source.choice(whole)
    if kind == "mutated":
        message = mutate(source, message, whole)
    elif kind == "cut":
        message = message[: source.randrange(len(message))]
    elif kind == "pipelined":
        messages = [source.choice(whole) for _ in range(source.randint(2, 8))]
        if source.random() < 0.5:
            messages.append(mutate(source, source.choice(whole), whole))
        message = b"".join(messages)
    elif kind == "smuggling":
        message = source.choice(tricks)
    elif kind == "smuggling mutated":
        message = mutate(source, source.choice(tricks), whole + tricks)
    return kind, message
