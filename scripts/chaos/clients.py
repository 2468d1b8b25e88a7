"""The clients: calls at a fixed rate, each sent once on a connection of its own, and pollers of the health paths."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field

from plan import PATH, Plan, reference, request_body
from records import Call

# How long a client waits for an answer. This is more than the call timeout, the longest fault and a busy machine need.
SILENT_SECONDS = 15.0
POLL_SECONDS = 0.25
_POLL_LIMIT_SECONDS = 1.0
_ANSWER_LIMIT_BYTES = 1 << 20


@dataclass
class Load:
    """Calls at a fixed rate, to the replicas in turn."""

    plan: Plan
    ports: list[int]
    token: str
    calls_per_second: float
    calls: list[Call] = field(default_factory=list)
    is_stopping: bool = False

    async def run(self) -> None:
        """Sends calls until `is_stopping` is set, then waits for their answers."""
        started = time.monotonic()
        tasks: set[asyncio.Task[None]] = set()
        while not self.is_stopping:
            number = len(self.calls)
            await asyncio.sleep(max(0.0, started + number / self.calls_per_second - time.monotonic()))
            replica = number % len(self.ports)
            call = Call(number, replica, time.monotonic())
            self.calls.append(call)
            task = asyncio.create_task(self._make(call, self.ports[replica]))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        if tasks:
            await asyncio.wait(tasks)

    async def _make(self, call: Call, port: int) -> None:
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                await self._exchange(call, port)
        except TimeoutError:
            call.state = "silent"
        call.ended = time.monotonic()

    async def _exchange(self, call: Call, port: int) -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            call.state = "refused"
            return
        try:
            body = request_body(call.number)
            head = (
                f"POST {PATH} HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer {self.token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                f"Top-Ref: {reference(call.number)}\r\nConnection: close\r\n\r\n"
            )
            writer.write(head.encode() + body)
            take_answer(call, await reader.read(_ANSWER_LIMIT_BYTES) + await reader.read())
        except OSError:
            call.state = "cut"
        finally:
            writer.transport.abort()

    def is_good(self, call: Call) -> bool:
        """Whether the call had the outcome that the plan gives it."""
        return call.state == "answered" and call.outcome == self.plan.verdict(call.number)


def take_answer(call: Call, response: bytes) -> None:
    """Notes in the call what the whole response says. The call was cut where the response is not whole."""
    head, separator, body = response.partition(b"\r\n\r\n")
    try:
        call.status = int(head.split(b" ", 2)[1])
        document = json.loads(body)
    except (ValueError, IndexError):
        separator = b""
        document = {}
    if not separator:
        call.state, call.status = "cut", None
        return
    call.state = "answered"
    call.id = document.get("id")
    call.outcome = document.get("outcome")
    call.problem = str(document.get("type", "")).rpartition("/")[2] or None


@dataclass
class Health:
    """What the health paths of one replica said: moments with the status, or 0 where there was no answer."""

    port: int
    livez: list[tuple[float, int]] = field(default_factory=list)
    readyz: list[tuple[float, int]] = field(default_factory=list)
    is_stopping: bool = False

    async def run(self) -> None:
        while not self.is_stopping:
            now = time.monotonic()
            livez, readyz = await asyncio.gather(get_status(self.port, "/livez"), get_status(self.port, "/readyz"))
            self.livez.append((now, livez))
            self.readyz.append((now, readyz))
            await asyncio.sleep(POLL_SECONDS)


async def get_status(port: int, path: str) -> int:
    """The status of a GET, or 0 without an answer within a second."""
    try:
        async with asyncio.timeout(_POLL_LIMIT_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n".encode())
                return int((await reader.readline()).split(b" ")[1])
            finally:
                writer.transport.abort()
    except (OSError, TimeoutError, ValueError, IndexError):
        return 0


def statuses_between(samples: list[tuple[float, int]], start: float, end: float) -> list[int]:
    """The statuses of a time, each change once, in order."""
    seen: list[int] = []
    for moment, status in samples:
        if start <= moment <= end and (not seen or seen[-1] != status):
            seen.append(status)
    return seen
