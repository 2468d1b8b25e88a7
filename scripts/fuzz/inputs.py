"""What clients send to the relay: good requests, and requests that two servers could read differently."""

from __future__ import annotations

import json

from servers import PATH, REQUEST

_BODY = json.dumps(REQUEST).encode()
_SMUGGLED = b"GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"


def good(token: str) -> list[bytes]:
    """Requests that the relay answers, each whole. Calls go to the hostile upstream."""
    secret = f"Authorization: Bearer {token}\r\n"
    form = b'--b\r\nContent-Disposition: form-data; name="json"\r\n\r\n' + _BODY + b"\r\n--b--\r\n"
    return [
        *(_get(path) for path in ["/livez", "/readyz", "/metrics", "/docs", "/openapi.json", "/console", "/nowhere"]),
        *(
            _get(path, secret)
            for path in [
                "/v1/calls?limit=3&include=request,response", "/v1/calls?key=car_vin:1&outcome=success&from=-1h",
                "/v1/calls/01890a5d-ac96-774b-bcce-b302099a8057", "/v1/audit/stats?dimensions=method,outcome",
                "/v1/audit/export?format=csv&limit=5", "/v1/audit/refusals?limit=2",
            ]
        ),
        *(_call(secret, _BODY, f"Top-Ref: {number}\r\nX-Request-Id: fuzz-{number}\r\n") for number in range(4)),
        _call(secret, _BODY, "Expect: 100-continue\r\n"),
        _call(secret, _BODY, "Connection: close\r\n"),
        _call(secret, b'{"list":{"acid":"x","mileage":1e999},"unknown":[[[{}]]]}'),
        _call(secret, form, content_type="multipart/form-data; boundary=b"),
        _head("POST", PATH, secret, "Transfer-Encoding: chunked") + _chunks(_BODY),
        _head("POST", "/v1/methods/taobao.time.get", secret, "Content-Length: 2") + b"{}",
        _head("HEAD", "/livez", "") + b"",
        _head("OPTIONS", "*", "") + b"",
    ]  # fmt: skip


def smuggling() -> list[bytes]:
    """Requests whose end is not plain, each with what an attacker would hide after it."""
    fields = [
        ("Content-Length: 6\r\nTransfer-Encoding: chunked", b"0\r\n\r\nG"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 3", b"1\r\na\r\n0\r\n\r\n"),
        ("Content-Length: 3\r\nContent-Length: 0", b"abc" + _SMUGGLED),
        ("Content-Length: 3, 3", b"abc"), ("Content-Length: +3", b"abc"), ("Content-Length: 0x3", b"abc"),
        ("Content-Length : 3", b"abc"), ("Content-Length: 3\r\n", b"abc"), ("Content-Length:\t3", b"abc" + _SMUGGLED),
        ("Transfer-Encoding: xchunked", b"0\r\n\r\n"), ("Transfer-Encoding: chunked, identity", b"0\r\n\r\n"),
        ("Transfer-Encoding:\x0bchunked", b"0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
        (" Transfer-Encoding: chunked", b"0\r\n\r\n"), ("X: y\r\n Transfer-Encoding: chunked", b"0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"0;x=\n\r\n\r\n" + _SMUGGLED),
        ("Transfer-Encoding: chunked", b"00000000000000000\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"1 \r\na\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"0x1\r\na\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"1\r\nab\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"fffffffffffffffff\r\n"),
        ("Transfer-Encoding: chunked", b"0\r\nContent-Length: 5\r\n\r\n" + _SMUGGLED),
        ("Transfer-Encoding: chunked\r\nConnection: Transfer-Encoding", b"0\r\n\r\n"),
    ]  # fmt: skip
    lines = [
        b"GET /a HTTP/1.1\nHost: h\n\n", b"\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET  /a HTTP/1.1\r\nHost: h\r\n\r\n", b"GET /a HTTP/1.1\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", b"GET /a\r\n",
        b"GET /a HTTP/0.9\r\n\r\n",
        b"GET http://h@i/a HTTP/1.1\r\nHost: h\r\n\r\n", b"GET /a\x00b HTTP/1.1\r\nHost: h\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n",
        b"GET /a HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"GET /a HTTP/1.1\r\nHost: h\r\nX: " + b"y" * 40_000 + b"\r\n\r\n",
    ]  # fmt: skip
    return [_head("POST", PATH, "", field) + rest for field, rest in fields] + lines


def _head(method: str, path: str, secret: str, field: str = "") -> bytes:
    field = field and f"{field}\r\n"
    return f"{method} {path} HTTP/1.1\r\nHost: relay\r\n{secret}{field}\r\n".encode("latin-1")


def _get(path: str, secret: str = "") -> bytes:
    return _head("GET", path, secret)


def _call(secret: str, body: bytes, fields: str = "", content_type: str = "application/json") -> bytes:
    more = f"{secret}Content-Type: {content_type}\r\n{fields}"
    return _head("POST", PATH, more, f"Content-Length: {len(body)}") + body


def _chunks(body: bytes) -> bytes:
    parts = [body[at : at + 100] for at in range(0, len(body), 100)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\nX-Sum: 1\r\n\r\n"
