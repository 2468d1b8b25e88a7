"""TOP's OAuth as a stand-in: codes and refresh tokens become session keys that the gateway then takes.

    POST /oauth/token                      as TOP's, for authorization_code and refresh_token
    taobao.top.auth.token.create/refresh   the same as signed methods
    POST /_oauth          {"mode", "delay", "life", "re_expires_in", "family", "error", "echo"}   sets how to answer
    GET  /_oauth          what was asked: codes, refreshes, and the forms without secrets
    POST /_oauth/code     {"app_key", "user", "nick"}            makes a code
    POST /_oauth/grant    {"app_key", "refresh_token", "user"}   makes a refresh token known
    POST /_oauth/expire   {"app_key", "session"}                 ends a session key at once

Modes: ok, hang, redirect, html, http500, error (HTTP 400 with `error`), garbage, large, cut.
"""

from __future__ import annotations

import itertools
import json
import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import signing
import wire
from checks import Fault
from wire import Answer, Close, Hang, Request, Step, Wait

if TYPE_CHECKING:
    from gateway import Gateway

METHODS = ("taobao.top.auth.token.create", "taobao.top.auth.token.refresh")
_DEFAULTS = {"mode": "ok", "delay": 0, "life": 86_400, "re_expires_in": 2_592_000, "family": "seconds"}
_DEFAULTS |= {"error": "invalid_grant", "echo": ""}


class Refused(Exception):
    """An answer with HTTP status 400."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error, self.description = error, description


class OAuth:
    """The tokens that are known, and how requests for tokens are answered."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.behaviour: dict[str, Any] = dict(_DEFAULTS)
        self.codes: dict[str, dict[str, str]] = {}
        self.grants: dict[str, dict[str, str]] = {}
        self.current: dict[tuple[str, str], str] = {}
        self.ends: dict[tuple[str, str], float] = {}
        self.asked: list[dict[str, str]] = []
        self._number = itertools.count(1)

    # ── Requests of the relay ───────────────────────────────────────────────────────────────────────────────────────

    def receive(self, request: Request) -> list[Step]:
        """Answers the token address."""
        if request.verb != "POST" or not request.headers.get("content-type", "").startswith(
            "application/x-www-form-urlencoded"
        ):
            return wire.plain_json({"error": "invalid_request", "error_description": "not a form"}, 400).steps()
        form = dict(signing.parse_form(request.body))
        self._note(form)
        return self._shaped(lambda: self._token(form))

    def call(self, values: dict[str, str]) -> list[Step]:
        """Answers a signed method whose sign is right."""
        self._note(values)
        method = values["method"]
        return self._shaped(lambda: self._result(method, values))

    def _note(self, form: dict[str, str]) -> None:
        shown = {"grant_type", "client_id", "redirect_uri", "method", "app_key"}
        self.asked.append({name: value for name, value in form.items() if name in shown} | {"at": str(time.time())})

    def _shaped(self, answer: Any) -> list[Step]:
        mode, delay = self.behaviour["mode"], float(self.behaviour["delay"])
        before: list[Step] = [Wait(delay)] if delay else []
        if mode == "hang":
            return [Hang(), Close()]
        if mode == "cut":
            return [*before, Close(reset=True)]
        if mode == "redirect":
            return before + Answer(b"", 302, {"Location": "http://127.0.0.1:1/planted-location"}).steps()
        if mode == "html":
            return before + Answer(b"<html><body>planted page</body></html>", 200, {"Content-Type": "text/html"}).steps()
        if mode == "http500":
            return before + Answer(b"oops", 500).steps()
        if mode == "garbage":
            return before + Answer(b'{"access_token":', 200).steps()
        if mode == "large":
            return before + Answer(b'{"access_token":"' + b"x" * 200_000 + b'"}', 200).steps()
        return before + answer().steps()

    def _token(self, form: dict[str, str]) -> Answer:
        try:
            app = self.gateway.apps.get(form.get("client_id", ""))
            if app is None or form.get("client_secret") != app.secret:
                raise Refused("invalid_client", "client_id or client_secret is wrong")
            return wire.plain_json(self._granted(app.key, form, form.get("grant_type", "")))
        except Refused as refused:
            tree = {"error": refused.error, "error_description": refused.description}
            return wire.plain_json(tree, 400)

    def _result(self, method: str, values: dict[str, str]) -> Answer:
        kind = "authorization_code" if method.endswith("create") else "refresh_token"
        try:
            tokens = self._granted(values["app_key"], values, kind)
        except Refused as refused:
            fault = Fault(15, "Remote service error", "isv.invalid-token", refused.description)
            return Answer(wire.encode_top_json({"error_response": fault.members()}))
        root = method.removeprefix("taobao.").replace(".", "_") + "_response"
        return Answer(wire.encode_top_json({root: {"token_result": json.dumps(tokens), "request_id": "16fo"}}))

    def _granted(self, key: str, form: dict[str, str], kind: str) -> dict[str, Any]:
        if self.behaviour["mode"] == "error":
            echo = form.get(self.behaviour["echo"], "")
            raise Refused(self.behaviour["error"], f"as ordered {echo}")
        if kind == "authorization_code":
            known = self.codes.pop(form.get("code", ""), None)
        elif kind == "refresh_token":
            known = self.grants.get(form.get("refresh_token", ""))
        else:
            raise Refused("unsupported_grant_type", kind)
        if known is None or known["app_key"] != key:
            raise Refused("invalid_grant", "the code or the refresh token is not valid")
        return self._issue(key, known)

    def _issue(self, key: str, known: dict[str, str]) -> dict[str, Any]:
        number = next(self._number)
        user, nick = known["user"], known.get("nick", "")
        session = f"planted-access-{number}-{secrets.token_hex(8)}"
        refresh = f"planted-refresh-{number}-{secrets.token_hex(8)}"
        old = self.current.get((key, user)) or known.get("session")
        if old:
            self.expire(key, old)
        app = self.gateway.apps[key]
        self.gateway.apps[key] = replace(app, sessions=app.sessions | {session})
        self.current[(key, user)] = session
        self.ends[(key, session)] = time.time() + float(self.behaviour["life"])
        self.grants[refresh] = {"app_key": key, "user": user, "nick": nick}
        life, refreshes = int(self.behaviour["life"]), int(self.behaviour["re_expires_in"])
        tree: dict[str, Any] = {"access_token": session, "token_type": "Bearer", "refresh_token": refresh}
        if self.behaviour["family"] == "seconds":
            tree |= {"expires_in": life, "re_expires_in": refreshes, "taobao_user_id": user}
            tree |= {"taobao_user_nick": quote_plus(nick), "r1_expires_in": 1800, "w2_expires_in": "1800"}
        else:
            now = int(time.time() * 1000)
            tree |= {"expire_time": now + life * 1000, "refresh_token_valid_time": now + refreshes * 1000}
            tree |= {"user_id": user, "user_nick": quote_plus(nick), "r1_valid": now + 1_800_000, "sp": "taobao"}
        return tree

    # ── Control ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def expire(self, key: str, session: str) -> None:
        app = self.gateway.apps[key]
        self.gateway.apps[key] = replace(
            app, sessions=app.sessions - {session}, expired_sessions=app.expired_sessions | {session}
        )

    def expire_ended(self) -> None:
        """Ends the session keys whose time is over."""
        now = time.time()
        for key, session in [name for name, end in self.ends.items() if end <= now]:
            del self.ends[(key, session)]
            self.expire(key, session)

    def control(self, request: Request) -> Answer:
        action = (request.verb, request.path)
        if action == ("GET", "/_oauth"):
            kinds = [asked.get("grant_type", asked.get("method", "")) for asked in self.asked]
            refreshes = sum(kind.endswith(("refresh_token", "token.refresh")) for kind in kinds)
            return wire.plain_json({"asked": self.asked, "refreshes": refreshes, "codes": len(kinds) - refreshes})
        tree = json.loads(request.body)
        if action == ("POST", "/_oauth"):
            unknown = set(tree) - set(_DEFAULTS)
            if unknown:
                raise ValueError(f"unknown: {sorted(unknown)}")
            self.behaviour |= tree
            return wire.plain_json(self.behaviour)
        if action == ("POST", "/_oauth/code"):
            code = f"planted-code-{secrets.token_hex(8)}"
            self.codes[code] = tree
            return wire.plain_json({"code": code})
        if action == ("POST", "/_oauth/grant"):
            self.grants[tree["refresh_token"]] = tree
            return wire.plain_json({})
        if action == ("POST", "/_oauth/expire"):
            self.expire(tree["app_key"], tree["session"])
            return wire.plain_json({})
        return wire.plain_json({"error": "no such control endpoint"}, 404)
