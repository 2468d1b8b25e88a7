"""PostgreSQL for the scenarios: a prepared cluster that each scenario copies, standbys, and disks that fill up."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

from plan import number_of_reference
from processes import BenchError, Process, find_postgres
from records import Intent, Row, Trail
from servers import POSTGRES_ENVIRONMENT, PostgresServer, init_cluster, make_postgres_folder, postgres_user

# Small segments: a full disk stops the write-ahead log within seconds.
SETTINGS = {"min_wal_size": "2MB", "max_wal_size": "64MB", "shared_buffers": "32MB", "max_connections": "60"}
TMPFS_MEGABYTES = 160
STOP_LIMIT_SECONDS = 30.0

OPEN_INTENTS = """FROM audit.intents AS i
    WHERE NOT EXISTS (SELECT FROM audit.calls AS c WHERE c.at = i.at AND c.id = i.id)"""


def make_template(folder: Path) -> PostgresServer:
    """A cluster without any data, running. It is stopped before it is copied."""
    home = make_postgres_folder(folder / "template")
    init_cluster(folder, home / "data", "--wal-segsize=1")
    return PostgresServer("template", folder, home / "data", home, SETTINGS)


class Cluster:
    """A PostgreSQL cluster that a scenario stops, kills and starts again."""

    def __init__(self, name: str, folder: Path, home: Path) -> None:
        self.name = name
        self.folder = folder
        self.home = home
        self.data = home / "data"
        self.starts = 0
        self.server: PostgresServer
        # The tmpfs is unmounted after the scenario.
        self.is_mounted = False

    @staticmethod
    def copy(template: Path, name: str, folder: Path, on_tmpfs: bool = False) -> Cluster:
        """A copy of the stopped template; on a small tmpfs of its own where one is asked for and can be mounted."""
        cluster = Cluster(name, folder, make_postgres_folder(folder / name))
        if on_tmpfs:
            cluster.is_mounted = mount_tmpfs(cluster.home)
        subprocess.run(["cp", "-a", str(template), str(cluster.data)], check=True, stdin=subprocess.DEVNULL)
        cluster.start()
        return cluster

    @property
    def socket(self) -> str:
        return f"{self.home}/.s.PGSQL.5432"

    def start(self) -> None:
        """Starts the server and waits until it takes connections."""
        self.starts += 1
        self.server = PostgresServer(f"{self.name}-{self.starts}", self.folder, self.data, self.home, SETTINGS)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: a fast shutdown. SIGQUIT: an immediate one, after which the server has to recover."""
        self.server.child.send_signal(number)
        try:
            self.server.child.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"{self.name} did not stop:\n{self.server.log_end()}") from error

    def ensure_running(self) -> None:
        """Starts the server again if it has ended by itself, as a supervisor would."""
        if self.server.child.poll() is not None:
            self.start()
        self.server.wait_until(self.server.accepts, "accepting connections")

    def make_standby(self, name: str) -> Cluster:
        """A synchronous standby of this cluster, running."""
        standby = Cluster(name, self.folder, make_postgres_folder(self.folder / name))
        command = [str(find_postgres() / "pg_basebackup"), "-D", str(standby.data), "-h", str(self.home), "-U", "bench"]
        backup = Process(
            f"{name}-backup", command + ["-R", "-X", "stream", "-c", "fast"], self.folder, POSTGRES_ENVIRONMENT,
            postgres_user(),
        )  # fmt: skip
        if backup.child.wait(60) != 0:
            raise BenchError(f"pg_basebackup failed:\n{backup.log_end()}")
        standby.start()
        # Set after the copy was made: the standby itself must not wait for a standby once it is promoted.
        self.command("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.command("SELECT pg_reload_conf()")
        wanted = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
        self.server.wait_until(lambda: self.server.scalar(wanted) == "1", "replicating synchronously")
        return standby

    def command(self, sql: str) -> str:
        """Runs one statement that must succeed."""
        value = self.server.scalar(sql)
        if value is None:
            raise BenchError(f"{self.name} refused: {sql}")
        return value

    def terminate_backends(self) -> int:
        """Ends every other session, and returns their number."""
        sql = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                 WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"""
        return int(self.command(sql))

    def open_intents(self) -> int | None:
        """Calls without an end, or None while the server cannot be asked."""
        count = self.server.scalar(f"SELECT count(*) {OPEN_INTENTS}")
        return int(count) if count else None

    def trail(self) -> Trail:
        """All calls and intents of the trail."""
        rows = json.loads(self.command(
            "SELECT coalesce(json_agg(json_build_array(id, refs[1], source, outcome, status)), '[]') FROM audit.calls"
        ))  # fmt: skip
        intents = json.loads(self.command(
            "SELECT coalesce(json_agg(json_build_array(id, refs[1])), '[]') FROM audit.intents"
        ))  # fmt: skip
        return Trail(
            [Row(row[0], number_of_reference(row[1]), row[2], row[3], row[4]) for row in rows],
            [Intent(intent[0], number_of_reference(intent[1])) for intent in intents],
        )

    # ── A full disk ──

    def fill_disk(self) -> str:
        """Leaves no byte free, and says how. Without a tmpfs the kernel's limit of file sizes takes its place."""
        if not self.is_mounted:
            self._limit_files("8192:unlimited")
            return "RLIMIT_FSIZE in place of a full disk, because no tmpfs could be mounted"
        with open(self.home / "ballast", "wb", buffering=0) as ballast:
            for size in (1 << 16, 1 << 12):
                try:
                    while ballast.write(bytes(size)):
                        pass
                except OSError:
                    continue
        return "a full tmpfs"

    def free_disk(self) -> None:
        if self.is_mounted:
            (self.home / "ballast").unlink()
        else:
            self._limit_files("unlimited:unlimited")

    def _limit_files(self, limit: str) -> None:
        # PostgreSQL ignores SIGXFSZ so that this limit works as a full disk does.
        for pid in self.server.family() if self.server.child.poll() is None else []:
            subprocess.run(["prlimit", f"--pid={pid}", f"--fsize={limit}"], check=False, capture_output=True)

    def discard(self) -> None:
        """Ends the server without ceremony, and gives the disk back."""
        if hasattr(self, "server") and self.server.child.poll() is None:
            self.server.child.send_signal(signal.SIGQUIT)
            self.server.stop()
        if self.is_mounted:
            unmount_below(self.home)
            self.is_mounted = False
        shutil.rmtree(self.home, ignore_errors=True)


def unmount_below(folder: Path) -> None:
    """Unmounts what is mounted on the folder or below it."""
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    for point in mounted:
        if point == str(folder) or point.startswith(f"{folder}/"):
            subprocess.run(["umount", "-l", point], check=False, capture_output=True)


def mount_tmpfs(folder: Path) -> bool:
    """Mounts a small tmpfs with the folder's owner; False where that is not allowed."""
    owner = folder.stat()
    options = f"size={TMPFS_MEGABYTES}m,mode=700,uid={owner.st_uid},gid={owner.st_gid}"
    command = ["mount", "-t", "tmpfs", "-o", options, "toprelay-chaos", str(folder)]
    return os.getuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
