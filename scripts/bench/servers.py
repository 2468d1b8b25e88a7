"""The servers that the bench measures, and those that they need."""

from __future__ import annotations

import base64
import json
import os
import pwd
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from processes import BenchError, Process, find_postgres, find_program, free_port

METHOD = "tmall.aliauto.carprofile.sync"
PATH = "/v1/aliauto/car-profiles"

# The example of the method's documentation page.
REQUEST = {
    "list": {
        "car_license": "浙A8B7Y1",
        "acid": 50006718,
        "channel_profile_id": "1",
        "mileage": 100,
        "engine_no": "10001",
        "reg_time": "2010-01-01 00:00:00",
        "gmt_modified": "2010-01-01 00:00:00",
        "issue_time": "2010-01-01 00:00:00",
        "car_vin": "1",
        "gmt_create": "2010-01-01 00:00:00",
        "operate_type": 1,
        "car_profile_id": 1,
    },
    "channel_id": "1",
    "channel_type": 1,
    "phone": "1370000000",
    "data_source": "XKZ",
}

ANSWER = {
    "tmall_aliauto_carprofile_sync_response": {
        "data": {"id_mapping": {"entry": [{"channel_profile_id": "1", "car_profile_id": 1}]}},
        "is_success": True,
        "errcode": "0000",
        "errmsg": "ok",
        "request_id": "16fxbench0001",
    }
}


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Nginx(Process):
    """nginx with the given part of an `http` block and no logs."""

    def __init__(self, name: str, folder: Path, http: str) -> None:
        self.port = free_port()
        prefix = folder / name
        prefix.mkdir()
        os.chmod(prefix, 0o711)
        cores = os.cpu_count() or 1
        configuration = f"""
            worker_processes {cores};
            pid nginx.pid;
            error_log stderr error;
            events {{ worker_connections 4096; }}
            http {{
                access_log off;
                client_body_temp_path body; proxy_temp_path proxy;
                fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                keepalive_requests 1000000000;
                keepalive_timeout 1h;
                {http.replace("LISTEN", f"127.0.0.1:{self.port}")}
            }}
        """
        file = prefix / "nginx.conf"
        file.write_text(configuration, encoding="utf-8")
        command = [find_program("nginx"), "-p", str(prefix), "-c", str(file), "-g", "daemon off;"]
        super().__init__(name, command, folder, stop_signal=signal.SIGTERM)
        self.wait_for_port(self.port)


def fixed_stub(folder: Path) -> Nginx:
    """The upstream: one fixed answer."""
    answer = encoded(ANSWER).decode()
    return Nginx(
        "stub",
        folder,
        f"server {{ listen LISTEN reuseport backlog=1024;"
        f" location / {{ default_type application/json; return 200 '{answer}'; }} }}",
    )


def proxy(folder: Path, upstream_port: int) -> Nginx:
    """proxy_pass and nothing else, with kept connections."""
    return Nginx(
        "proxy",
        folder,
        f"upstream stub {{ server 127.0.0.1:{upstream_port}; keepalive 256;"
        f" keepalive_requests 1000000000; keepalive_timeout 1h; }}"
        f" server {{ listen LISTEN reuseport backlog=1024; location / {{ proxy_pass http://stub;"
        f' proxy_http_version 1.1; proxy_set_header Connection ""; }} }}',
    )


class SlowStub(Process):
    """The upstream with a delay, for many calls in flight."""

    def __init__(self, folder: Path, delay: float) -> None:
        port_file = folder / "slow.port"
        answer = folder / "answer"
        answer.write_bytes(encoded(ANSWER))
        script = Path(__file__).with_name("slow_stub.py").resolve()
        super().__init__("slow", [sys.executable, str(script), str(port_file), str(delay), str(answer)], folder)
        self.wait_until(port_file.exists, "listening")
        self.port = int(port_file.read_text(encoding="ascii"))


class PostgresServer(Process):
    """A PostgreSQL server on a cluster that exists, reached through a socket in the given folder only."""

    def __init__(self, name: str, folder: Path, data: Path, socket_folder: Path, settings: dict[str, str]) -> None:
        self.programs = find_postgres()
        self.data = data
        self.socket_folder = socket_folder
        self.version = self.programs.parent.name
        self.url = f"postgresql://bench@/postgres?host={socket_folder}"
        all_settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(socket_folder),
            "fsync": "on",
            "synchronous_commit": "on",
            "max_connections": "100",
        } | settings
        command = [str(self.programs / "postgres"), "-D", str(data)]
        for setting, value in all_settings.items():
            command += ["-c", f"{setting}={value}"]
        # SIGINT: a fast shutdown, which does not wait for clients.
        super().__init__(name, command, folder, POSTGRES_ENVIRONMENT, postgres_user(), stop_signal=signal.SIGINT)
        self.wait_until(self.accepts, "accepting connections")

    def accepts(self) -> bool:
        """Whether the server takes connections now."""
        command = [str(self.programs / "pg_isready"), "-q", "-h", str(self.socket_folder)]
        return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode == 0

    def scalar(self, sql: str) -> str | None:
        """The one value of a query, or None where it fails."""
        command = [str(self.programs / "psql"), "-X", "-A", "-t", "-q", "-d", self.url, "-c", sql]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else None


class Postgres(PostgresServer):
    """A private cluster with durable commits, made for the bench."""

    def __init__(self, folder: Path) -> None:
        home = make_postgres_folder(folder / "pg")
        init_cluster(folder, home / "data")
        super().__init__("postgres", folder, home / "data", home, {"shared_buffers": "256MB", "max_wal_size": "4GB"})


POSTGRES_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def postgres_user() -> str | None:
    """The user that PostgreSQL runs as, because it refuses to run as root; None without root."""
    if os.getuid() != 0:
        return None
    user = next((name for name in ("postgres", "nobody") if has_user(name)), None)
    if user is None:
        raise BenchError("PostgreSQL refuses to run as root, and there is no user 'postgres' or 'nobody'")
    return user


def make_postgres_folder(path: Path) -> Path:
    """Makes a folder that belongs to the user of PostgreSQL."""
    path.mkdir(mode=0o700)
    if (user := postgres_user()) is not None:
        os.chown(path, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    return path


def init_cluster(folder: Path, data: Path, *options: str) -> None:
    """Runs initdb. The folder of the data must belong to the user of PostgreSQL."""
    command = [str(find_postgres() / "initdb"), "-D", str(data), "-U", "bench", "-A", "trust", "-E", "UTF8"]
    initdb = Process("initdb", [*command, "--no-sync", *options], folder, POSTGRES_ENVIRONMENT, postgres_user())
    if initdb.child.wait(120) != 0:
        raise BenchError(f"initdb failed:\n{initdb.log_end()}")


def has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
        return True
    except KeyError:
        return False


class RelaySetup:
    """The relay's database and vault: migrations, one app an upstream, sessions, one token."""

    def __init__(self, binary: Path, folder: Path, postgres: Postgres) -> None:
        self.binary = binary
        self.folder = folder
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "DATABASE_URL": postgres.url,
            "TOPRELAY_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "TOPRELAY_LOG_LEVEL": "warning",
        }
        self.secret_file = folder / "secret"
        self.secret_file.write_text(secrets.token_hex(16), encoding="ascii")
        self.session_file = folder / "session"
        self.session_file.write_text(secrets.token_hex(20), encoding="ascii")
        (folder / "body").write_bytes(encoded(REQUEST))
        self.command("migrate")

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(self.binary), *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode != 0:
            raise BenchError(f"toprelay {' '.join(arguments[:3])} exited {done.returncode}: {done.stderr.strip()}")
        return done.stdout.strip()

    def add_app(self, name: str, port: int, default: bool = False) -> None:
        self.command(
            "app", "put", name, "--app-key", f"key-{name}", "--secret-file", str(self.secret_file),
            "--gateway", f"http://127.0.0.1:{port}/router/rest", "--allow-http", *(["--default"] if default else []),
        )  # fmt: skip
        self.command("session", "put", name, "demo", "--session-file", str(self.session_file), "--default")

    def add_token(self) -> None:
        (self.folder / "token").write_text(self.command("token", "create", "bench", "--scope", "relay"), encoding="ascii")


class Relay(Process):
    """`toprelay serve`, ready for calls."""

    def __init__(self, name: str, setup: RelaySetup) -> None:
        self.port = free_port()
        self.setup = setup
        environment = setup.environment | {"TOPRELAY_LISTEN": f"127.0.0.1:{self.port}"}
        super().__init__(name, [str(setup.binary), "serve"], setup.folder, environment)
        self.wait_until(self._is_ready, "getting ready")

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def one_call(self, app: str | None = None) -> None:
        """Makes one call and says what is wrong with its answer, so that no one measures refusals."""
        token = (self.setup.folder / "token").read_text(encoding="ascii")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if app:
            headers["Top-App"] = app
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{PATH}", data=encoded(REQUEST), headers=headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                document = json.load(answer)
        except urllib.error.HTTPError as error:
            raise BenchError(f"a call was answered {error.code}: {error.read(2000).decode(errors='replace')}") from error
        if document.get("outcome") != "success":
            raise BenchError(f"a call had the outcome {document.get('outcome')}: {document}")


def settle(seconds: float = 0.5) -> None:
    """Lets connections close and rows be written between two measurements."""
    time.sleep(seconds)
