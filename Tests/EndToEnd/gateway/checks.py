"""What the gateway checks of every call before it looks at the business parameters."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import signing

WINDOW_SECONDS = 600
_GMT8 = timezone(timedelta(hours=8))
_TIMESTAMP = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})\Z")


@dataclass(frozen=True)
class Fault:
    """An `error_response`: code and msg, and what names the cause."""

    code: int
    msg: str
    sub_code: str | None = None
    sub_msg: str | None = None

    def members(self) -> dict[str, Any]:
        members: dict[str, Any] = {"code": self.code, "msg": self.msg}
        if self.sub_code is not None:
            members["sub_code"] = self.sub_code
        if self.sub_msg is not None:
            members["sub_msg"] = self.sub_msg
        return members


@dataclass(frozen=True)
class App:
    """A registered app: its secret, the sessions that are valid for it and those that have expired."""

    key: str
    secret: str
    sessions: frozenset[str] = field(default_factory=frozenset)
    expired_sessions: frozenset[str] = field(default_factory=frozenset)
    sign_methods: tuple[str, ...] = signing.SIGN_METHODS

    @staticmethod
    def read_all(document: dict[str, Any]) -> dict[str, App]:
        """Apps from `{app_key: {"secret", "sessions": [], "expired_sessions": [], "sign_methods": []}}`."""
        known = {"secret", "sessions", "expired_sessions", "sign_methods"}
        apps: dict[str, App] = {}
        for key, entry in document.items():
            unknown = set(entry) - known
            if unknown or not isinstance(entry.get("secret"), str):
                raise ValueError(f"app {key}: needs a secret, and takes only {sorted(known)}")
            apps[key] = App(
                key=key,
                secret=entry["secret"],
                sessions=frozenset(entry.get("sessions", [])),
                expired_sessions=frozenset(entry.get("expired_sessions", [])),
                sign_methods=tuple(entry.get("sign_methods", signing.SIGN_METHODS)),
            )
        return apps


def epoch_of_timestamp(text: str) -> int | None:
    """`yyyy-MM-dd HH:mm:ss` in GMT+8 as seconds since 1970, or None if it is no such time."""
    match = _TIMESTAMP.match(text)
    if match is None:
        return None
    try:
        return int(datetime(*(int(group) for group in match.groups()), tzinfo=_GMT8).timestamp())
    except ValueError:
        return None


def check_system(parameters: dict[str, str], apps: dict[str, App], now: float) -> Fault | None:
    """App key, time, version and format, in TOP's order; the first fault or None."""
    if "method" not in parameters:
        return Fault(21, "Missing Method")
    if "app_key" not in parameters:
        return Fault(28, "Missing App Key")
    if parameters["app_key"] not in apps:
        return Fault(29, "Invalid app Key", "isv.appkey-not-exists")
    if "timestamp" not in parameters:
        return Fault(30, "Missing Timestamp")
    epoch = epoch_of_timestamp(parameters["timestamp"])
    if epoch is None or abs(now - epoch) > WINDOW_SECONDS:
        return Fault(31, "Invalid Timestamp", "isv.invalid-timestamp")
    if "v" not in parameters:
        return Fault(32, "Missing Version")
    if parameters["v"] != "2.0":
        return Fault(33, "Invalid Version")
    if parameters.get("format") != "json":
        return Fault(23, "Invalid Format", None, "this gateway answers format=json alone")
    return None


def check_sign(parameters: signing.Parameters, app: App) -> Fault | None:
    """The sign over the parameters as received, compared exactly (upper case)."""
    values = dict(parameters)
    if "sign" not in values:
        return Fault(24, "Missing Signature")
    method = values.get("sign_method", "")
    if method not in app.sign_methods:
        return Fault(25, "Invalid signature", "isv.invalid-sign-method")
    expected = signing.sign(app.secret, parameters, method)
    if not hmac.compare_digest(expected.encode(), values["sign"].encode()):
        return Fault(25, "Invalid signature")
    return None


def check_session(parameters: dict[str, str], app: App, wanted: str) -> Fault | None:
    """`wanted` is the method's need: required or none. A session that is sent must be valid in any case."""
    session = parameters.get("session")
    if session is None:
        return Fault(26, "Missing session") if wanted == "required" else None
    if session in app.expired_sessions:
        return Fault(27, "Invalid session", "session-expired", "session has expired")
    if session not in app.sessions:
        return Fault(27, "Invalid session", "invalid-sessionkey", "RealSession don't belong app and user")
    return None
