"""The gateway of the scenarios: it stands in for TOP, checks every sign, records every request, and fails on demand.

The sign is checked with the code of the end-to-end tests' gateway, which shares nothing with the relay.
"""

from __future__ import annotations

import asyncio
import hmac
import sys
from pathlib import Path

from plan import METHOD, Plan, number_of_item, response_body
from records import Receipt

sys.path.append(str(Path(__file__).resolve().parents[2] / "Tests/EndToEnd/gateway"))
import signing  # noqa: E402

# What the gateway does with the requests that it receives.
ANSWER = "answer"
HANG = "hang"
CUT_BEFORE = "cut before the answer"
CUT_WITHIN = "cut within the answer"
CUT_AFTER = "cut after the answer"


class Gateway:
    """A listener on loopback. All methods run on the loop that `open` ran on."""

    def __init__(self, plan: Plan, secret: str, session: str) -> None:
        self.plan = plan
        self.secret = secret
        self.session = session
        self.mode = ANSWER
        self.port = 0
        self.receipts: list[Receipt] = []
        # Requests that a mode other than ANSWER struck, and planned calls without an answer.
        self.struck = 0
        self.unanswered = 0
        self.connections: set[GatewayConnection] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listens, on the same port each time."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: GatewayConnection(self), "127.0.0.1", self.port, backlog=1024
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuses connections, and cuts those that there are."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self.connections):
            connection.transport.abort()

    def receive(self, query: bytes, body: bytes) -> Receipt:
        """Checks and records one request."""
        parameters = signing.parse_form(query) + signing.parse_form(body)
        values = dict(parameters)
        number = number_of_item(values.get("item_id", "0"))
        receipt = Receipt(number, self.plan.verdict(number), self._sign_is_right(parameters, values))
        self.receipts.append(receipt)
        return receipt

    def _sign_is_right(self, parameters: signing.Parameters, values: dict[str, str]) -> bool:
        if values.get("method") != METHOD or values.get("session") != self.session:
            return False
        expected = signing.sign(self.secret, parameters, values.get("sign_method", ""))
        is_equal = hmac.compare_digest(expected.encode(), values.get("sign", "").encode())
        return is_equal and len(values) == len(parameters)


class GatewayConnection(asyncio.Protocol):
    """One kept connection: requests with a Content-Length, each answered as the gateway's mode says."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.gateway.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gateway.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            lines = bytes(self.received[:end]).split(b"\r\n")
            length = next((int(line[15:]) for line in lines if line[:15].lower() == b"content-length:"), 0)
            if len(self.received) < end + 4 + length:
                return
            body = bytes(self.received[end + 4 : end + 4 + length])
            del self.received[: end + 4 + length]
            target = lines[0].split(b" ")[1]
            self._answer(self.gateway.receive(target.partition(b"?")[2], body))

    def _answer(self, receipt: Receipt) -> None:
        gateway = self.gateway
        if gateway.plan.is_unanswered(receipt.number):
            gateway.unanswered += 1
            return
        mode = gateway.mode
        if mode != ANSWER:
            gateway.struck += 1
        if mode == HANG:
            return
        if mode == CUT_BEFORE:
            self.transport.abort()
            return
        asyncio.get_running_loop().call_later(gateway.plan.delay(receipt.number), self._write, receipt, mode)

    def _write(self, receipt: Receipt, mode: str) -> None:
        if self.transport.is_closing():
            return
        body = response_body(receipt.verdict, receipt.number)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        response = head.encode() + body
        if mode == CUT_WITHIN:
            self.transport.write(response[: len(response) - len(body) // 2])
            self.transport.close()
            return
        receipt.answered = True
        self.transport.write(response)
        if mode == CUT_AFTER:
            self.transport.close()
