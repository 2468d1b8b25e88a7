"""HTTP/1.1 as bytes: a request is taken from a buffer, an answer is a list of steps on the socket."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

MAXIMUM_HEAD_BYTES = 64 * 1024
MAXIMUM_BODY_BYTES = 16 * 1024 * 1024

REASONS = {200: "OK", 302: "Found", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 413: "Payload Too Large"}
REASONS |= {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


class WireError(ValueError):
    """The peer does not speak HTTP/1.1 with a Content-Length."""


@dataclass
class Request:
    """One request as received."""

    verb: str
    path: str
    query: bytes
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Write:
    """Write bytes to the socket."""

    bytes: bytes


@dataclass(frozen=True)
class Wait:
    """Do nothing for some seconds."""

    seconds: float


@dataclass(frozen=True)
class Hang:
    """Hold the answer until `/_release` or `/_reset`, or until the client goes."""


@dataclass(frozen=True)
class Close:
    """Close the socket; `reset` sends RST instead of FIN."""

    reset: bool = False


Step = Write | Wait | Hang | Close


def take_request(buffer: bytearray) -> Request | None:
    """Removes one whole request from the buffer, or returns None while it is incomplete."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        if len(buffer) > MAXIMUM_HEAD_BYTES:
            raise WireError("the head is too large")
        return None
    lines = bytes(buffer[:end]).decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0"):
        raise WireError("bad request line")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or name.lower() in headers:
            raise WireError("bad or repeated header")
        headers[name.lower()] = value.strip()
    if "transfer-encoding" in headers:
        raise WireError("this gateway wants a Content-Length")
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length) > MAXIMUM_BODY_BYTES:
        raise WireError("bad Content-Length")
    start = end + 4
    stop = start + int(length)
    if len(buffer) < stop:
        return None
    body = bytes(buffer[start:stop])
    del buffer[:stop]
    path, _, query = words[1].partition("?")
    return Request(words[0], path, query.encode("latin-1"), headers, body)


def expects_continue(buffer: bytearray) -> bool:
    """Whether a whole head is there and asks for `100 Continue` before the body."""
    end = buffer.find(b"\r\n\r\n")
    return end >= 0 and b"expect: 100-continue" in buffer[:end].lower()


@dataclass
class Answer:
    """A whole answer before it is cut up by a fault."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/javascript;charset=UTF-8"})

    def head(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if not any(name.lower() in ("content-length", "transfer-encoding") for name in self.headers):
            lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")

    def bytes(self) -> bytes:
        return self.head() + self.body

    def steps(self) -> list[Step]:
        return [Write(self.bytes())]


def encode_top_json(tree: Any) -> bytes:
    """JSON as TOP writes it: compact, raw UTF-8, '/' escaped."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/").encode("utf-8")


def plain_json(tree: Any, status: int = 200) -> Answer:
    """An answer of the control endpoints."""
    return Answer(json.dumps(tree).encode() + b"\n", status, {"Content-Type": "application/json"})
