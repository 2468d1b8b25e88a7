"""multipart/form-data (RFC 7578) as the gateway takes it: parameters, and files by their SHA-256."""

from __future__ import annotations

import email.parser
import email.policy
import hashlib
from typing import Any

from signing import FormError


def parse(body: bytes, content_type: str) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """The parameters in order, and the files by name. Files are not signed."""
    head = f"MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n".encode("ascii")
    # Python's own parser: the relay writes the bytes with code of its own.
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    if not message.is_multipart() or message.defects:
        raise FormError(f"no multipart: {message.defects}")
    parameters: list[tuple[str, str]] = []
    files: dict[str, Any] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if part.get_content_disposition() != "form-data" or not name or payload is None:
            raise FormError("a part is no form-data")
        filename = part.get_filename()
        if filename is None:
            parameters.append((str(name), payload.decode("utf-8")))
        else:
            files[str(name)] = {"length": len(payload), "sha256": hashlib.sha256(payload).hexdigest()}
    return parameters, files
