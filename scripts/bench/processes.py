"""Child processes of the bench: started on loopback, watched, measured, and ended with it, whatever happens."""

from __future__ import annotations

import contextlib
import os
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
START_LIMIT_SECONDS = 60.0
STOP_LIMIT_SECONDS = 20.0
IDLE_LIMIT_SECONDS = 30.0
IDLE_PAUSE_SECONDS = 0.3
IDLE_SHARE = 0.1
# Enough for 3,000 callers and as many connections to the upstream, with room to spare.
DESCRIPTORS = 16_384


class BenchError(Exception):
    """What went wrong and, where it helps, the end of the process's output."""


def find_program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not found:
        raise BenchError(f"{name} is not installed; scripts/packages bench installs it")
    return found


def find_postgres() -> Path:
    """The folder with the newest PostgreSQL's programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if not found:
        raise BenchError("PostgreSQL is not installed; scripts/packages run installs it")
    return max(found, key=lambda path: float(path.parent.name))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def raise_descriptor_limit() -> None:
    """Raises the limit on open files for this process and its children."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < DESCRIPTORS:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
        except (ValueError, OSError) as error:
            raise BenchError(f"{DESCRIPTORS} open files are needed, and the limit is {hard}") from error
    elif soft != resource.RLIM_INFINITY and soft < DESCRIPTORS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))


@dataclass
class Memory:
    """Megabytes (10^6 bytes)."""

    now: float
    peak: float


class Process:
    """A child in a session of its own whose output goes to a file. The kernel ends it when the bench dies."""

    # Every process that was started, in order, so that each is stopped even when its own start failed half-way.
    started: list[Process] = []
    start_limit_seconds = START_LIMIT_SECONDS
    stop_limit_seconds = STOP_LIMIT_SECONDS

    def __init__(
        self,
        name: str,
        command: list[str],
        folder: Path,
        environment: dict[str, str] | None = None,
        user: str | None = None,
        stop_signal: int = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.stop_signal = stop_signal
        self.log = folder / f"{name}.log"
        wrapped = ["setpriv", "--pdeathsig", "TERM"]
        if user is not None:
            entry = pwd.getpwnam(user)
            wrapped += [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
        Process.started.append(self)
        with open(self.log, "wb") as output:
            self.child = subprocess.Popen(
                wrapped + command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd="/",
                start_new_session=True,
            )

    def log_end(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-20:])

    def check(self) -> None:
        status = self.child.poll()
        if status is not None:
            raise BenchError(f"{self.name} ended with {status}:\n{self.log_end()}")

    def wait_until(self, ready: Callable[[], bool], what: str) -> None:
        limit = time.monotonic() + self.start_limit_seconds
        while not ready():
            self.check()
            if time.monotonic() > limit:
                raise BenchError(f"{self.name}: {what} took over {self.start_limit_seconds} s:\n{self.log_end()}")
            time.sleep(0.05)

    def wait_for_port(self, port: int) -> None:
        def answers() -> bool:
            with socket.socket() as probe:
                probe.settimeout(1)
                return probe.connect_ex(("127.0.0.1", port)) == 0

        self.wait_until(answers, f"listening on port {port}")

    @staticmethod
    def stop_all() -> None:
        """In the opposite order of starting."""
        while Process.started:
            Process.started.pop().stop()

    def stop(self) -> int | None:
        """Asks it to end, then makes it."""
        if not hasattr(self, "child"):
            return None
        if self.child.poll() is None:
            self.send_stop_signal()
            try:
                self.child.wait(self.stop_limit_seconds)
            except subprocess.TimeoutExpired:
                os.killpg(self.child.pid, signal.SIGKILL)
                self.child.wait()
        return self.child.returncode

    def send_stop_signal(self) -> None:
        self.child.send_signal(self.stop_signal)

    def stop_and_expect_zero(self) -> None:
        status = self.stop()
        if status != 0:
            raise BenchError(f"{self.name} ended with {status} after a signal to end:\n{self.log_end()}")

    def family(self) -> list[int]:
        """The process and its descendants."""
        parents: dict[int, list[int]] = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit() and (fields := stat_fields(int(entry))):
                parents.setdefault(int(fields[1]), []).append(int(entry))
        found, queue = [], [self.child.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            queue += parents.get(pid, [])
        return found

    def cpu_seconds(self) -> float:
        """User and system time of all threads of the process and its descendants, ended ones included."""
        seconds = 0.0
        for pid in self.family():
            if fields := stat_fields(pid):
                # Ended children that were waited for. Ticks of 10 ms are exact enough for them.
                seconds += sum(int(fields[at]) for at in (13, 14)) / TICKS_PER_SECOND
                seconds += process_clock(pid)
        return seconds

    def wait_until_idle(self) -> None:
        """Waits until the process wants less than a tenth of a core, at most half a minute."""
        limit = time.monotonic() + IDLE_LIMIT_SECONDS
        busy = IDLE_SHARE
        while busy >= IDLE_SHARE and time.monotonic() < limit:
            before, started = self.wanted_seconds(), time.monotonic()
            time.sleep(IDLE_PAUSE_SECONDS)
            busy = (self.wanted_seconds() - before) / (time.monotonic() - started)

    def wanted_seconds(self) -> float:
        """CPU time of all threads that live, and their time of waiting for a core, which a busy machine adds."""
        nanoseconds = 0
        for pid in self.family():
            for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                with contextlib.suppress(OSError):
                    nanoseconds += sum(int(field) for field in file.read_text(encoding="ascii").split()[:2])
        return nanoseconds / 1e9

    def memory(self) -> Memory:
        """Resident memory of the process and its descendants, now and at most since its start."""
        now = peak = 0
        for pid in self.family():
            try:
                status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            for line in status.splitlines():
                if line.startswith("VmRSS:"):
                    now += int(line.split()[1]) * 1024
                elif line.startswith("VmHWM:"):
                    peak += int(line.split()[1]) * 1024
        return Memory(now / 1e6, peak / 1e6)


def process_clock(pid: int) -> float:
    """Seconds on the process's CPU clock, which counts nanoseconds and includes threads that have ended."""
    # The kernel's encoding of such a clock (clock_getcpuclockid(3)): the inverted process id, and 2 for run time.
    try:
        return time.clock_gettime_ns((~pid << 3) | 2) / 1e9
    except OSError:
        return 0.0


def stat_fields(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name: [0] is the state, [1] the parent, [13] and [14] children's times."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
