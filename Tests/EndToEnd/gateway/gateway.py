#!/usr/bin/env python3
"""An independent stand-in for the TOP gateway, for end-to-end tests. Python's standard library only.

    python3 gateway.py --port 0 --apps apps.json --log FILE [--cert PEM --key PEM] [--lifetime SECONDS]
                       [--with-parent]
    python3 gateway.py --selftest

The first line on stdout is the bound port. Every call that arrives is one JSON line in the log, flushed before any
byte of an answer. Control, out of band (with TLS: over TLS):

    POST /_fault    {"kind": …, "method": …, "count": n, …}   orders a fault; faults.py and kinds.py list options and kinds
    GET  /_faults   the faults in force and how many calls met them
    POST /_reset    drops all faults, closes hanging calls
    POST /_release  answers hanging calls as if nothing had been
    GET  /_calls    the calls received, newest last (?since=SEQ, ?method=NAME, ?limit=N)
    GET  /_stats    counts: calls, refused, by method, connections, in flight
    PUT  /_apps     replaces the apps
    /_oauth…        TOP's OAuth: see oauth.py

A fault strikes only calls that pass every check: a wrong sign is always answered as such.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import signal
import socket
import ssl
import struct
import sys
import time
import uuid
from collections import Counter, deque
from typing import IO, Any

import checks
import faults
import multipart
import kinds  # noqa: F401  (registers the kinds of faults)
import oauth
import signing
import wire
from checks import App, Fault
from faults import Call, FaultOrder
from methods import Refused, check_parameters, find
from wire import Answer, Close, Hang, Request, Step, Wait, Write

_SYSTEM = frozenset({"method", "app_key", "session", "timestamp", "v", "format", "sign_method", "sign", "partner_id"})
_KEPT_CALLS = 50_000


class Gateway:
    """The checks, the answers, the faults in force and the record of what arrived."""

    def __init__(self, apps: dict[str, App], log: IO[str] | None = None) -> None:
        self.apps = apps
        self.log = log
        self.faults: list[FaultOrder] = []
        self.calls: deque[dict[str, Any]] = deque(maxlen=_KEPT_CALLS)
        self.hanging: set[Connection] = set()
        self.oauth = oauth.OAuth(self)
        self.stats: Counter[str] = Counter()
        self.by_method: Counter[str] = Counter()
        self.in_flight = 0
        self._sequence = itertools.count(1)

    # ── Calls ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def receive(self, request: Request, connection_id: int, nth: int) -> list[Step]:
        """Checks and records one call, and says how it is to be answered."""
        request_id = "16fx" + uuid.uuid4().hex[:12]
        record: dict[str, Any] = {
            "seq": next(self._sequence),
            "time": round(time.time(), 6),
            "connection": connection_id,
            "nth": nth,
            "path": request.path,
            "headers": request.headers,
            "raw": request.body.decode("utf-8", "backslashreplace"),
            "request_id": request_id,
            "parameters": {},
            "sign_ok": False,
            "fault": None,
            "injected": None,
        }
        fault, call = self._check(request, record, nth, request_id)
        if fault is None and call is None:
            return self.oauth.call(record["parameters"])
        order = None
        if call is not None:
            order = next((order for order in self.faults if order.meets(call)), None)
            record["injected"] = order.kind if order else None
        elif fault is not None:
            record["fault"] = fault.members()
        self._record(record)
        if call is None:
            return faults.error_answer(fault or Fault(10, "Service Currently Unavailable"), request_id).steps()
        if order is None:
            return call.answer().steps()
        if order.is_spent():
            self.faults.remove(order)
        return order.steps(call)

    def _check(
        self, request: Request, record: dict[str, Any], nth: int, request_id: str
    ) -> tuple[Fault | None, Call | None]:
        if request.verb != "POST":
            return Fault(9, "Http Action Not Allowed"), None
        content_type = request.headers.get("content-type", "")
        is_multipart = content_type.startswith("multipart/form-data")
        if not is_multipart and not content_type.startswith("application/x-www-form-urlencoded"):
            return Fault(9, "Http Action Not Allowed", None, "not a form"), None
        try:
            in_query = signing.parse_form(request.query)
            if is_multipart:
                parts, record["files"] = multipart.parse(request.body, content_type)
                received = in_query + parts
            else:
                received = in_query + signing.parse_form(request.body)
        except signing.FormError as error:
            return Fault(47, "Invalid encoding", None, str(error)), None
        values = dict(received)
        record["parameters"] = values
        record["in_query"] = [name for name, _ in in_query]
        if len(values) != len(received):
            return Fault(41, "Invalid arguments", "isv.invalid-parameter", "a parameter came twice"), None
        fault = checks.check_system(values, self.apps, time.time())
        if fault is not None:
            return fault, None
        self.oauth.expire_ended()
        app = self.apps[values["app_key"]]
        fault = checks.check_sign(received, app)
        if fault is not None:
            return fault, None
        record["sign_ok"] = True
        if values["method"] in oauth.METHODS:
            return None, None
        method = find(values["method"])
        if method is None:
            return Fault(22, "Invalid Method", "isv.method-not-exist"), None
        fault = checks.check_session(values, app, method.session)
        if fault is not None:
            return fault, None
        try:
            sent = {n: v for n, v in values.items() if n not in _SYSTEM}
            business = check_parameters(method.fields, sent, record.get("files", ()))
        except Refused as refused:
            return refused.fault, None
        tree = method.answer(business) | {"request_id": request_id}
        return None, Call(method.name, values, request.body, nth > 1, request_id, tree)

    def _record(self, record: dict[str, Any]) -> None:
        self.calls.append(record)
        self.stats["calls"] += 1
        self.stats["refused"] += record["fault"] is not None
        self.stats["injected"] += record["injected"] is not None
        self.by_method[record["parameters"].get("method", "")] += 1
        if self.log is not None:
            self.log.write(json.dumps(record, ensure_ascii=False) + "\n")
            self.log.flush()

    # ── Control ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def control(self, request: Request) -> Answer:
        """The out-of-band endpoints; 400 says what was wrong with an order."""
        try:
            return self._control(request)
        except (ValueError, TypeError, AttributeError) as error:
            return wire.plain_json({"error": str(error)}, 400)

    def _control(self, request: Request) -> Answer:
        if request.path.startswith("/_oauth"):
            return self.oauth.control(request)
        action = (request.verb, request.path)
        if action == ("POST", "/_fault"):
            order = FaultOrder.read(json.loads(request.body))
            self.faults.append(order)
            return wire.plain_json(order.summary())
        if action == ("GET", "/_faults"):
            return wire.plain_json([order.summary() for order in self.faults])
        if action == ("POST", "/_reset"):
            self.faults.clear()
            self._end_hanging(close=True)
            return wire.plain_json({})
        if action == ("POST", "/_release"):
            return wire.plain_json({"released": self._end_hanging(close=False)})
        if action == ("GET", "/_calls"):
            return wire.plain_json(self._calls(dict(signing.parse_form(request.query))))
        if action == ("GET", "/_stats"):
            counts = {"in_flight": self.in_flight, "hanging": len(self.hanging), "by_method": self.by_method}
            return wire.plain_json({"calls": 0, "refused": 0, "injected": 0, "connections": 0} | self.stats | counts)
        if action == ("PUT", "/_apps"):
            self.apps = App.read_all(json.loads(request.body))
            return wire.plain_json({"apps": sorted(self.apps)})
        return wire.plain_json({"error": "no such control endpoint"}, 404)

    def _calls(self, query: dict[str, str]) -> dict[str, Any]:
        since, limit = int(query.get("since", 0)), int(query.get("limit", 1000))
        method = query.get("method")
        wanted = [
            call
            for call in self.calls
            if call["seq"] > since and method in (None, call["parameters"].get("method"))
        ]
        return {"total": self.stats["calls"], "calls": wanted[-limit:] if limit > 0 else []}

    def _end_hanging(self, close: bool) -> int:
        connections = list(self.hanging)
        self.hanging.clear()
        for connection in connections:
            connection.end_hanging(close)
        return len(connections)


class Connection(asyncio.Protocol):
    """One connection: takes requests one at a time and plays the steps of each answer."""

    _ids = itertools.count(1)

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.id = next(self._ids)
        self.buffer = bytearray()
        self.steps: deque[Step] = deque()
        self.answering = False
        self.is_call = False
        self.continued = False
        self.nth = 0
        self.timer: asyncio.TimerHandle | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.gateway.stats["connections"] += 1

    def connection_lost(self, error: Exception | None) -> None:
        self.gateway.hanging.discard(self)
        if self.timer is not None:
            self.timer.cancel()
        if self.answering:
            self._finish()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.answering:
            self._advance()

    def _advance(self) -> None:
        """Takes the next request, if it is whole, and begins its answer."""
        try:
            request = wire.take_request(self.buffer)
        except wire.WireError as error:
            self.transport.write(Answer(str(error).encode(), 400, {"Connection": "close"}).bytes())
            self.transport.close()
            return
        if request is None:
            if not self.continued and wire.expects_continue(self.buffer):
                self.continued = True
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return
        self.answering, self.continued = True, False
        self.is_call = not request.path.startswith(("/_", "/oauth/"))
        self.gateway.in_flight += self.is_call
        self.nth += self.is_call
        if self.is_call:
            self.steps.extend(self.gateway.receive(request, self.id, self.nth))
        elif request.path.startswith("/oauth/"):
            self.steps.extend(self.gateway.oauth.receive(request))
        else:
            self.steps.extend(self.gateway.control(request).steps())
        self._play()

    def _play(self) -> None:
        """Plays steps until one has to wait; after the last the next request may come."""
        self.timer = None
        while self.steps:
            step = self.steps.popleft()
            if isinstance(step, Write):
                self.transport.write(step.bytes)
            elif isinstance(step, Wait):
                self.timer = asyncio.get_running_loop().call_later(step.seconds, self._play)
                return
            elif isinstance(step, Hang):
                self.gateway.hanging.add(self)
                return
            else:
                self._close(step)
                return
        self._finish()
        if self.buffer:
            self._advance()

    def _finish(self) -> None:
        self.answering = False
        self.gateway.in_flight -= self.is_call

    def _close(self, step: Close) -> None:
        if step.reset:
            raw = self.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        else:
            self.transport.close()

    def end_hanging(self, close: bool) -> None:
        if close:
            self.transport.close()
        else:
            self._play()


async def serve(options: argparse.Namespace) -> None:
    """Serves until the lifetime is over, or until the parent has gone if that was asked for."""
    with open(options.apps, encoding="utf-8") as file:
        apps = App.read_all(json.load(file))
    tls = None
    if options.cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.cert, options.key)
    parent = os.getppid()
    with open(options.log, "a", encoding="utf-8") if options.log else open(os.devnull, "w") as log:
        gateway = Gateway(apps, log if options.log else None)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(gateway), options.host, options.port, ssl=tls, backlog=512)
        print(server.sockets[0].getsockname()[1], flush=True)
        deadline = time.monotonic() + options.lifetime
        while time.monotonic() < deadline and not (options.with_parent and os.getppid() != parent):
            await asyncio.sleep(0.5)
        server.close()


def main() -> int:
    parser = argparse.ArgumentParser(description="A stand-in for the TOP gateway, for tests.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--apps", help="JSON: {app_key: {secret, sessions, expired_sessions, sign_methods}}")
    parser.add_argument("--log", help="a JSON line for every call")
    parser.add_argument("--cert", help="certificate chain (PEM): serve TLS")
    parser.add_argument("--key", help="private key of --cert (PEM)")
    parser.add_argument("--lifetime", type=float, default=3600, help="seconds until it stops by itself")
    parser.add_argument("--with-parent", action="store_true", help="stop when the starting process has gone")
    parser.add_argument("--selftest", action="store_true", help="test the gateway itself")
    options = parser.parse_args()
    if options.selftest:
        import selftest

        return selftest.run()
    if not options.apps:
        parser.error("--apps is needed")
    # A parent may have started us from a thread that blocks signals; SIGTERM must end us all the same.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    try:
        asyncio.run(serve(options))
    except KeyboardInterrupt:
        pass
    except (OSError, ValueError) as error:
        sys.stderr.write(f"gateway: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
