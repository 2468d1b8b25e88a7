"""PostgreSQL, the relay, and what the relay needs before it serves."""

from __future__ import annotations

import base64
import json
import os
import pwd
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from processes import BenchError, Process, find_postgres, free_port
from upstreams import UPSTREAMS, Stub, encoded

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

    def database_url(self, name: str) -> str:
        return self.url.replace("/postgres?", f"/{name}?")

    def scalar(self, sql: str, url: str | None = None) -> str | None:
        """The one value of a query, or None where the query fails."""
        command = [str(self.programs / "psql"), "-X", "-A", "-t", "-q", "-d", url or self.url, "-c", sql]
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

    def __init__(self, binary: Path, folder: Path, database_url: str, authority: Path | None = None) -> None:
        self.binary = binary
        self.folder = folder
        self.authority = authority
        # The URL of each app's gateway, without its path.
        self.apps: dict[str, str] = {}
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "DATABASE_URL": database_url,
            "TOPRELAY_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "TOPRELAY_LOG_LEVEL": "warning",
        }
        if authority:
            self.environment["TOPRELAY_CA_FILE"] = str(authority)
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

    def add_app(self, name: str, url: str, default: bool = False) -> None:
        """An app with one session whose gateway is at the URL, which has no path."""
        self.apps[name] = url
        self.command(
            "app", "put", name, "--app-key", f"key-{name}", "--secret-file", str(self.secret_file),
            "--gateway", f"{url}/router/rest", "--allow-http", *(["--default"] if default else []),
        )  # fmt: skip
        self.command("session", "put", name, "demo", "--session-file", str(self.session_file), "--default")

    def add_token(self) -> None:
        token = self.command("token", "create", "bench", "--scope", "relay")
        (self.folder / "token").write_text(token, encoding="ascii")


class Service(Process):
    """A server with the relay's HTTP interface."""

    def __init__(self, name: str, command: list[str], folder: Path, environment: dict[str, str], port: int) -> None:
        self.port = port
        self.folder = folder
        super().__init__(name, command, folder, environment)
        self.wait_until(self._is_ready, "getting ready")

    def url(self, _upstream: object = None) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url()}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def one_call(self, app: str | None = None) -> None:
        """Makes one call and raises unless it succeeds, so that a measurement never counts refusals."""
        status, text = self.post(REQUEST, app)
        if status != 200 or json.loads(text).get("outcome") != "success":
            raise BenchError(f"{self.name}: a call was answered {status}: {text[:2000]}")

    def post(self, body: object, app: str | None = None, token: str | None = None) -> tuple[int, str]:
        """The status and text of the reply to one call, with the bench's token unless another is given."""
        token = token or (self.folder / "token").read_text(encoding="ascii")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if app:
            headers["Top-App"] = app
        request = urllib.request.Request(f"{self.url()}{PATH}", data=encoded(body), headers=headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")


class Relay(Service):
    """`toprelay serve`, ready for calls. `wrapper` is a command that runs it, such as a tracer."""

    def __init__(self, name: str, setup: RelaySetup, wrapper: list[str] | None = None) -> None:
        port = free_port()
        self.setup = setup
        environment = setup.environment | {"TOPRELAY_LISTEN": f"127.0.0.1:{port}"}
        super().__init__(name, [*(wrapper or []), str(setup.binary), "serve"], setup.folder, environment, port)


def fixed_stub(folder: Path) -> Stub:
    """One upstream that answers at once."""
    return Stub(folder, UPSTREAMS[:1])


def settle(seconds: float = 0.5) -> None:
    """Lets connections close and rows be written between two measurements."""
    time.sleep(seconds)
