"""Changes to bytes: what becomes of a message on its way, or in the hands of somebody who wants to do harm."""

from __future__ import annotations

import random

# What parsers are sensitive to.
TOKENS = [
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\0", b":", b" ", b"\t", b",", b";", b'"', b"\\", b"%", b"%00", b"\xff",
    b"\x7f",
    b"0\r\n\r\n", b"5\r\nabcde\r\n", b"ffffffffffffffff\r\n", b"-1", b"99999999999999999999",
    b"Content-Length: 5\r\n", b"Content-Length: 0\r\n", b"Content-Length: 18446744073709551616\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Connection: close\r\n",
    b"Connection: keep-alive, upgrade\r\n", b"Expect: 100-continue\r\n", b"Host: other\r\n", b"X: y\r\n folded\r\n",
    b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2", b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n",
    b"{", b"}", b"[", b"]", b"[[[[[[[[", b'{"a":', b"\\u0000", b"\\ud800", b"1e999", b"null", b"\xef\xbb\xbf",
    b"\xc0\xaf",
]  # fmt: skip
_MOST_BYTES = 1 << 18


def mutate(source: random.Random, message: bytes, others: list[bytes]) -> bytes:
    """One to six changes. `others` are messages that parts are taken from."""
    data = bytearray(message)
    for _ in range(source.randint(1, 6)):
        if not data:
            data += source.choice(TOKENS)
        at = source.randrange(len(data))
        _CHANGES[source.randrange(len(_CHANGES))](source, data, at, others)
        del data[_MOST_BYTES:]
    return bytes(data)


def pieces(source: random.Random, message: bytes) -> list[bytes]:
    """The message cut at random places; often in one piece, sometimes in single bytes."""
    kind = source.random()
    if kind < 0.5 or len(message) < 2:
        return [message]
    if kind < 0.6:
        head = min(len(message), 80)
        return [message[index : index + 1] for index in range(head)] + [message[head:]]
    cuts = sorted(source.randrange(1, len(message)) for _ in range(source.randint(1, 5)))
    return [message[start:end] for start, end in zip([0, *cuts], [*cuts, len(message)])]


def _flip(source: random.Random, data: bytearray, at: int, _others: list[bytes]) -> None:
    data[at] ^= 1 << source.randrange(8)


def _replace(source: random.Random, data: bytearray, at: int, _others: list[bytes]) -> None:
    data[at] = source.randrange(256)


def _insert(source: random.Random, data: bytearray, at: int, _others: list[bytes]) -> None:
    data[at:at] = source.choice(TOKENS)


def _overwrite(source: random.Random, data: bytearray, at: int, _others: list[bytes]) -> None:
    token = source.choice(TOKENS)
    data[at : at + len(token)] = token


def _remove(source: random.Random, data: bytearray, at: int, _others: list[bytes]) -> None:
    del data[at : at + source.randint(1, 16)]


def _truncate(_source: random.Random, data: bytearray, at: int, _others: list[bytes]) -> None:
    del data[at:]


def _repeat(source: random.Random, data: bytearray, at: int, _others: list[bytes]) -> None:
    part = bytes(data[at : at + source.randint(1, 64)])
    data[at:at] = part * source.choice([1, 2, 8, 64, 1024])


def _splice(source: random.Random, data: bytearray, at: int, others: list[bytes]) -> None:
    other = source.choice(others)
    data[at:] = other[source.randrange(len(other)) :]


def _line(source: random.Random, data: bytearray, _at: int, _others: list[bytes]) -> None:
    """Repeats, moves or removes a line."""
    lines = bytes(data).split(b"\r\n")
    line = lines.pop(source.randrange(len(lines)))
    for _ in range(source.choice([0, 1, 2, 200])):
        lines.insert(source.randint(0, len(lines)), line)
    data[:] = b"\r\n".join(lines)


_CHANGES = [_flip, _replace, _insert, _insert, _overwrite, _remove, _truncate, _repeat, _splice, _line]
