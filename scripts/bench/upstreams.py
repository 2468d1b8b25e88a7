"""What stands in for TOP: nginx with one fixed response, at once or after a delay, plain or with TLS."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from processes import BenchError, DESCRIPTORS, Process, find_program, free_port

# Debian's package libnginx-mod-http-echo: it delays a response without blocking the worker.
ECHO_MODULE = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")

ANSWER = {
    "tmall_aliauto_carprofile_sync_response": {
        "data": {"id_mapping": {"entry": [{"channel_profile_id": "1", "car_profile_id": 1}]}},
        "is_success": True,
        "errcode": "0000",
        "errmsg": "ok",
        "request_id": "16fxbench0001",
    }
}

KEPT = "keepalive 4096; keepalive_requests 1000000000; keepalive_timeout 1h;"


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Upstream:
    """One kind of upstream. Its name is also that of the app whose gateway it is."""

    name: str
    delay_ms: int
    tls: bool

    @property
    def title(self) -> str:
        return f"{self.delay_ms} ms" + (", TLS" if self.tls else "")

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"


UPSTREAMS = [
    Upstream("0", 0, False), Upstream("0-tls", 0, True), Upstream("200", 200, False), Upstream("200-tls", 200, True)
]  # fmt: skip


class Nginx(Process):
    """nginx with the given part of an `http` block and no logs."""

    def __init__(self, name: str, folder: Path, http: str, ports: list[int]) -> None:
        prefix = folder / name
        prefix.mkdir()
        os.chmod(prefix, 0o711)
        modules = f"load_module {ECHO_MODULE};" if "echo_" in http else ""
        configuration = f"""
            {modules}
            worker_processes {os.cpu_count() or 1};
            worker_rlimit_nofile {DESCRIPTORS};
            pid nginx.pid;
            error_log stderr error;
            events {{ worker_connections 8192; }}
            http {{
                access_log off;
                client_body_temp_path body; proxy_temp_path proxy;
                fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                keepalive_requests 1000000000;
                keepalive_timeout 1h;
                {http}
            }}
        """
        file = prefix / "nginx.conf"
        file.write_text(configuration, encoding="utf-8")
        command = [find_program("nginx"), "-p", str(prefix), "-c", str(file), "-g", "daemon off;"]
        super().__init__(name, command, folder, stop_signal=signal.SIGTERM)
        for port in ports:
            self.wait_for_port(port)


class Stub(Nginx):
    """The upstreams, each on a port of its own, all in one nginx."""

    def __init__(self, folder: Path, upstreams: list[Upstream]) -> None:
        self.ports = {upstream: free_port() for upstream in upstreams}
        self.authority = folder / "upstream.crt"
        if any(upstream.tls for upstream in upstreams):
            make_certificate(folder)
        if any(upstream.delay_ms for upstream in upstreams) and not ECHO_MODULE.exists():
            raise BenchError(f"{ECHO_MODULE} is missing; scripts/packages bench installs it")
        servers = [self._server(folder, upstream) for upstream in upstreams]
        super().__init__("stub", folder, "\n".join(servers), list(self.ports.values()))

    def _server(self, folder: Path, upstream: Upstream) -> str:
        listen = f"listen 127.0.0.1:{self.ports[upstream]} reuseport backlog=4096"
        if upstream.tls:
            listen += f" ssl; ssl_certificate {self.authority}; ssl_certificate_key {folder}/upstream.key"
        answer = f"default_type application/json; return 200 '{encoded(ANSWER).decode()}';"
        if not upstream.delay_ms:
            return f"server {{ {listen}; location / {{ {answer} }} }}"
        wait = f"echo_read_request_body; echo_sleep {upstream.delay_ms / 1000}; echo_exec @answer;"
        return f"server {{ {listen}; location / {{ {wait} }} location @answer {{ {answer} }} }}"

    def url(self, upstream: Upstream) -> str:
        return f"{upstream.scheme}://127.0.0.1:{self.ports[upstream]}"


class Proxy(Nginx):
    """`proxy_pass` and nothing else, with kept connections: one port for each upstream."""

    def __init__(self, folder: Path, stub: Stub) -> None:
        self.ports = {upstream: free_port() for upstream in stub.ports}
        parts = [self._server(stub, upstream) for upstream in stub.ports]
        super().__init__("proxy", folder, "\n".join(parts), list(self.ports.values()))

    def _server(self, stub: Stub, upstream: Upstream) -> str:
        verify = f"proxy_ssl_verify on; proxy_ssl_trusted_certificate {stub.authority}; proxy_ssl_name localhost;"
        return (
            f"upstream stub-{upstream.name} {{ server 127.0.0.1:{stub.ports[upstream]}; {KEPT} }}"
            f" server {{ listen 127.0.0.1:{self.ports[upstream]} reuseport backlog=4096; location / {{"
            f" proxy_pass {upstream.scheme}://stub-{upstream.name}; proxy_http_version 1.1;"
            f' proxy_set_header Connection ""; {verify if upstream.tls else ""} }} }}'
        )

    def url(self, upstream: Upstream) -> str:
        return f"http://127.0.0.1:{self.ports[upstream]}"


def make_certificate(folder: Path) -> None:
    """A certificate that signs itself, for loopback. It is its own authority."""
    command = [
        find_program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout", str(folder / "upstream.key"), "-out", str(folder / "upstream.crt"),
    ]  # fmt: skip
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"openssl could not make a certificate: {done.stderr[-500:]}")
