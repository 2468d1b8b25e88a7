"""The Go service that the relay is compared with: building it, running it, and checking that it does the same work."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import os
import subprocess
import threading
import urllib.parse
from pathlib import Path

from processes import BenchError, find_program, free_port
from servers import REQUEST, RelaySetup, Service
from upstreams import ANSWER, encoded

ROOT = Path(__file__).resolve().parents[2]
# Debian's packages of Go libraries install their sources here.
GO_PATH = "/usr/share/gocode"
PROBE = "probe"


def build() -> Path:
    """Builds the service from Debian's packages alone; nothing is downloaded."""
    target = ROOT / ".build/bench/go-relay"
    target.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "GO111MODULE": "off", "GOPATH": GO_PATH, "GOCACHE": str(target.parent / "go-cache"), "CGO_ENABLED": "0",
        "GOFLAGS": "", "GOPROXY": "off",
    }  # fmt: skip
    source = Path(__file__).with_name("go-relay")
    command = [find_program("go"), "build", "-o", str(target), "."]
    done = subprocess.run(
        command, cwd=source, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BenchError(f"the Go service could not be built:\n{done.stderr[-2000:]}")
    return target


class GoService(Service):
    """go-relay with the relay's apps and secrets, and a database of its own."""

    def __init__(self, name: str, binary: Path, setup: RelaySetup, database_url: str) -> None:
        port = free_port()
        environment = {"PATH": "/usr/bin:/bin", "DATABASE_URL": database_url}
        apps = [f"-app={app}={url}/router/rest" for app, url in setup.apps.items()]
        authority = ["-ca", str(setup.authority)] if setup.authority else []
        command = [str(binary), "-listen", f"127.0.0.1:{port}", "-folder", str(setup.folder), *authority, *apps]
        super().__init__(name, command, setup.folder, environment, port)


class Probe:
    """An upstream that keeps the last form, and gives the fixed response."""

    def __init__(self) -> None:
        probe = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
                probe.form = dict(urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=True))
                answer = encoded(ANSWER)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_arguments: object) -> None:
                """Nothing: a request line is of no interest here."""

        self.form: dict[str, str] = {}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def expect_same_call(probe: Probe, relay: Service, go: Service, secret: str) -> None:
    """Both must send the same parameters and a valid sign. Otherwise the comparison would mean nothing."""
    forms = []
    for service in (relay, go):
        service.one_call(PROBE)
        form = probe.form
        sign = form.pop("sign", "")
        if not hmac.compare_digest(sign, signature(form, secret)):
            raise BenchError(f"{service.name}: the sign is not valid")
        form.pop("timestamp", None)
        forms.append(form | {"list": json.loads(form.get("list", "null"))})
    different = {name for form in forms for name in form if forms[0].get(name) != forms[1].get(name)}
    if different:
        raise BenchError(f"the relay and the Go service send different parameters: {', '.join(sorted(different))}")


def expect_same_refusals(relay: Service, go: Service) -> None:
    """Both must check what the documentation demands, or one of them would do less work."""
    for name, body, token in bad_calls():
        statuses = {service.name: service.post(body, PROBE, token)[0] for service in (relay, go)}
        if len(set(statuses.values())) != 1 or not all(400 <= status < 500 for status in statuses.values()):
            raise BenchError(f"{name} is not refused alike: {statuses}")


def bad_calls() -> list[tuple[str, object, str | None]]:
    """Calls that must be refused: what is wrong, the body, and the token if it is not the bench's."""
    profile = REQUEST["list"]
    assert isinstance(profile, dict)
    return [
        ("a wrong token", REQUEST, "no-such-token"),
        ("a missing parameter", {name: value for name, value in REQUEST.items() if name != "phone"}, None),
        ("a missing member", REQUEST | {"list": {n: v for n, v in profile.items() if n != "acid"}}, None),
        ("an unknown parameter", REQUEST | {"colour": "red"}, None),
        ("a text for a number", REQUEST | {"channel_type": "one"}, None),
        ("a wrong date", REQUEST | {"list": profile | {"gmt_create": "yesterday"}}, None),
        ("an unknown value", REQUEST | {"list": profile | {"operate_type": 4}}, None),
    ]


def signature(form: dict[str, str], secret: str) -> str:
    text = "".join(name + form[name] for name in sorted(form))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()
