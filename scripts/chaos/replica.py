"""One replica of the relay under the limits of a scenario, and the memory cgroup that holds it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from processes import BenchError, Process, free_port
from servers import RelaySetup

EXIT_LIMIT_SECONDS = 30.0
# The usual soft limit of descriptors.
USUAL_DESCRIPTORS = "1024:"


@dataclass
class Limits:
    """What a replica may use. `descriptors` is SOFT:HARD as prlimit takes it."""

    descriptors: str = USUAL_DESCRIPTORS
    memory_megabytes: int | None = None


class Replica:
    """`toprelay serve` on one port, which may be killed and started again."""

    def __init__(self, number: int, setup: RelaySetup, folder: Path, settings: dict[str, str], limits: Limits) -> None:
        self.number = number
        self.setup = setup
        self.folder = folder
        self.limits = limits
        self.port = free_port()
        self.settings = settings | {"TOPRELAY_LISTEN": f"127.0.0.1:{self.port}"}
        self.starts = 0
        self.process: Process
        self.group = MemoryGroup.make(limits.memory_megabytes) if limits.memory_megabytes else None
        # Ended by the scenario, so that its end is not a crash.
        self.is_expected_to_end = False

    def start(self) -> None:
        """Starts the process. It does not wait until the replica is ready."""
        self.starts += 1
        self.is_expected_to_end = False
        command = ["prlimit", f"--nofile={self.limits.descriptors}", "--", str(self.setup.binary), "serve"]
        if self.group is not None:
            command = self.group.wrap(command)
        name = f"replica{self.number}-{self.starts}"
        self.process = Process(name, command, self.folder, self.setup.environment | self.settings)

    def wait_until_ready(self) -> None:
        self.process.wait_until(self.is_ready, "getting ready")

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def has_crashed(self) -> bool:
        return self.process.child.poll() is not None and not self.is_expected_to_end

    def signal(self, number: signal.Signals) -> None:
        if number in (signal.SIGKILL, signal.SIGTERM):
            self.is_expected_to_end = True
        self.process.child.send_signal(number)

    def wait_for_exit(self) -> int:
        """The exit code. A replica that does not end in time is killed, which shows as -9."""
        try:
            return self.process.child.wait(EXIT_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.child.kill()
            return self.process.child.wait()

    def discard(self) -> None:
        """Ends the process at once, whatever its state."""
        if hasattr(self, "process") and self.process.child.poll() is None:
            self.process.child.kill()
            self.process.child.wait()
        if self.group is not None:
            self.group.remove()


class MemoryGroup:
    """A memory cgroup of either version, made for one replica."""

    made: list[MemoryGroup] = []

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        MemoryGroup.made.append(self)

    @staticmethod
    def remove_all() -> None:
        while MemoryGroup.made:
            MemoryGroup.made.pop().remove()

    @staticmethod
    def make(megabytes: int) -> MemoryGroup | None:
        """None where cgroups cannot be made; then the scenario only measures."""
        root = Path("/sys/fs/cgroup")
        name = f"toprelay-chaos-{os.getpid()}-{time.monotonic_ns()}"
        version2 = (root / "cgroup.controllers").exists()
        group = MemoryGroup((root if version2 else root / "memory") / name)
        try:
            group.folder.mkdir()
            limit = "memory.max" if version2 else "memory.limit_in_bytes"
            (group.folder / limit).write_text(str(megabytes << 20), encoding="ascii")
        except OSError:
            group.remove()
            return None
        return group

    def wrap(self, command: list[str]) -> list[str]:
        """The command, which enters the group before it runs."""
        return ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', str(self.folder), *command]

    def remove(self) -> None:
        for _ in range(20):
            try:
                self.folder.rmdir()
                return
            except FileNotFoundError:
                return
            except OSError:
                # The kernel needs a moment after the last process.
                time.sleep(0.1)


def check_binary(binary: Path) -> None:
    if not os.access(binary, os.X_OK):
        raise BenchError(f"{binary} is not there; `make build` builds it")
