"""Forms and signs as TOP documents them, written from the documentation alone.

Nothing here is shared with the relay: a mistake in the relay's own encoding or signing shows up as code 25.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

Parameters = list[tuple[str, str]]

SIGN_METHODS = ("md5", "hmac", "hmac-sha256")

_HEX = frozenset(b"0123456789abcdefABCDEF")


class FormError(ValueError):
    """The bytes are no application/x-www-form-urlencoded form in UTF-8."""


def decode_component(raw: bytes) -> str:
    """One name or value: '+' is a space, '%' needs two hex digits, the result must be UTF-8."""
    if b"%" not in raw and b"+" not in raw:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise FormError("not UTF-8") from error
    pieces = raw.replace(b"+", b" ").split(b"%")
    decoded = bytearray(pieces[0])
    for piece in pieces[1:]:
        if len(piece) < 2 or piece[0] not in _HEX or piece[1] not in _HEX:
            raise FormError("a '%' without two hex digits")
        decoded.append(int(piece[:2], 16))
        decoded += piece[2:]
    try:
        return decoded.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormError("not UTF-8") from error


def parse_form(body: bytes) -> Parameters:
    """The parameters in the order received; empty values and repeated names are kept."""
    parameters: Parameters = []
    if not body:
        return parameters
    for pair in body.split(b"&"):
        name, equals, value = pair.partition(b"=")
        if not equals:
            raise FormError("a pair without '='")
        parameters.append((decode_component(name), decode_component(value)))
    return parameters


def base_string(parameters: Iterable[tuple[str, str]]) -> bytes:
    """Names and values, sorted by the bytes of the name, without separators; `sign` is left out."""
    signed = sorted((name.encode(), value.encode()) for name, value in parameters if name != "sign")
    return b"".join(name + value for name, value in signed)


def sign(secret: str, parameters: Iterable[tuple[str, str]], method: str, body: bytes = b"") -> str:
    """The upper-case hexadecimal sign over the parameters as received, empty ones included."""
    key = secret.encode()
    text = base_string(parameters) + body
    if method == "md5":
        digest = hashlib.md5(key + text + key)
    elif method == "hmac":
        digest = hmac.new(key, text, hashlib.md5)
    elif method == "hmac-sha256":
        digest = hmac.new(key, text, hashlib.sha256)
    else:
        raise ValueError(f"unknown sign method {method!r}")
    return digest.hexdigest().upper()
