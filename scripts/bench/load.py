"""The load: wrk for a number of seconds, and what one run of it shows."""

from __future__ import annotations

import json
import statistics
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from processes import BenchError, Process, find_program
from servers import PATH

FAULTS = ("bad_status", "connect", "read", "write", "timeout")


@dataclass
class Sample:
    """One run of wrk against one server. Latencies are milliseconds, CPU is microseconds a call, memory is MB."""

    calls: int
    calls_per_second: float
    p50: float
    p99: float
    cpu: float
    memory: float
    errors: int
    database_cpu: float = 0.0


def run_wrk(folder: Path, url: str, connections: int, seconds: int, app: str | None = None) -> dict[str, int]:
    """Posts the same call on each connection for the given time. `url` has no path."""
    command = [
        find_program("wrk"), "-c", str(connections), "-t", str(min(2, connections)), "-d", f"{seconds}s",
        "--timeout", "30s", "-s", str(Path(__file__).with_name("call.lua")), url + PATH, "--", str(folder),
    ]  # fmt: skip
    if app:
        command.append(app)
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds + 60, check=False
    )
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            return json.loads(line[7:])
    raise BenchError(f"wrk gave no result: {done.stdout[-500:]} {done.stderr[-500:]}")


def measure(
    server: Process,
    url: str,
    folder: Path,
    connections: int,
    seconds: int,
    app: str | None = None,
    database: Process | None = None,
) -> Sample:
    """CPU is that of the server alone. With a database, its CPU for each of the server's calls is there too."""
    before = server.cpu_seconds()
    database_before = database.cpu_seconds() if database else 0.0
    result = run_wrk(folder, url, connections, seconds, app)
    server.check()
    cpu = server.cpu_seconds() - before
    database_cpu = database.cpu_seconds() - database_before if database else 0.0
    calls = max(result["calls"], 1)
    return Sample(
        calls=result["calls"],
        calls_per_second=result["calls"] / (result["microseconds"] / 1e6),
        p50=result["p50"] / 1000,
        p99=result["p99"] / 1000,
        cpu=cpu * 1e6 / calls,
        memory=server.memory().now,
        errors=sum(result[kind] for kind in FAULTS),
        database_cpu=database_cpu * 1e6 / calls,
    )


def median(samples: Iterable[Sample], field: str) -> float:
    return statistics.median(getattr(sample, field) for sample in samples)


def median_ratio(ours: list[Sample], theirs: list[Sample], field: str) -> float:
    """The median of each round's ratio: both samples of a round saw the same minute of the machine."""
    pairs = zip(ours, theirs, strict=True)
    return statistics.median(getattr(our, field) / max(getattr(their, field), 1e-9) for our, their in pairs)
