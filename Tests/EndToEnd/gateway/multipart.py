"""multipart/form-data (RFC 7578) as the gateway takes it: parameters, and files by their SHA-256.

Strict, so that a fault of whoever wrote the form shows: nothing before or behind the parts, and every header known.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from signing import FormError

_BOUNDARY = re.compile(r"multipart/form-data *; *(?:charset=utf-8 *; *)?boundary=([0-9A-Za-z'()+_,./:=?-]{1,70})\Z", re.I)
_DISPOSITION = re.compile(r'form-data; name="([^"]+)"(?:; filename="([^"]+)")?\Z')
_TYPE = re.compile(r"[0-9A-Za-z!#$&^_.+-]+/[0-9A-Za-z!#$&^_.+-]+(?: *; *[^\x00-\x1f\x7f-\xff]+)?\Z")


def parse(body: bytes, content_type: str) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """The parameters in order, and the files by name. Files are not signed."""
    match = _BOUNDARY.match(content_type)
    if match is None:
        raise FormError("no boundary")
    pieces = (b"\r\n" + body).split(b"\r\n--" + match[1].encode())
    if len(pieces) < 2 or pieces[0] != b"" or pieces[-1] != b"--\r\n":
        raise FormError("no multipart")
    parameters: list[tuple[str, str]] = []
    files: dict[str, Any] = {}
    for piece in pieces[1:-1]:
        name, filename, kind, payload = _part(piece)
        if filename is None:
            parameters.append((name, payload.decode("utf-8")))
        elif name in files:
            raise FormError("a file twice")
        else:
            digest = hashlib.sha256(payload).hexdigest()
            files[name] = {"length": len(payload), "sha256": digest, "filename": filename, "type": kind}
    return parameters, files


def _part(piece: bytes) -> tuple[str, str | None, str, bytes]:
    head, gap, payload = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not piece.startswith(b"\r\n") or not gap:
        raise FormError("a part without headers")
    headers: dict[str, str] = {}
    for line in head.decode("utf-8").split("\r\n"):
        name, colon, value = line.partition(": ")
        if not colon or name.lower() in headers or name.lower() not in ("content-disposition", "content-type"):
            raise FormError("a header that is not known, or twice")
        headers[name.lower()] = value
    disposition = _DISPOSITION.match(headers.get("content-disposition", ""))
    kind = headers.get("content-type", "")
    if disposition is None or not _TYPE.match(kind):
        raise FormError("a part is no form-data")
    return disposition[1], disposition[2], kind, payload
