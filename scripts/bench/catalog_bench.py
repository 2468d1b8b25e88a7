"""Measures what a catalog of thousands of methods costs beside the five embedded ones, on this machine.

    make bench-catalog                            (builds first)
    python3 scripts/bench/catalog_bench.py [--entries 5000] [--binary .build/release/toprelay] [--rounds 3] [--seconds 5]
                                           [--write docs/benchmarks.md] [--check]

Two replicas on one private PostgreSQL and one fixed upstream: one with the embedded catalog, one with a folder of made-up
entries besides (make_catalog.py). They start in turns, are loaded in turns with the same call, and their memory is
read when they are ready, after the load, and after every method was looked up once. Everything ends with the bench.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import make_catalog
from bench import end_on_signals
from load import measure
from markdown import Report, machine, today, write_section
from processes import BenchError, Process, free_port
from servers import Postgres, RelaySetup, fixed_stub, settle
from upstreams import UPSTREAMS

ROOT = Path(__file__).resolve().parents[2]

LIMIT_START_SECONDS = 2.0
LIMIT_MEGABYTES = 150.0
LIMIT_IMPORT_MILLISECONDS = 50.0
# Two runs of the same server differ by as much on a busy machine.
LIMIT_CPU_RATIO = 1.05

STARTS = 5
IMPORTS = 100


class Replica(Process):
    """`toprelay serve` with a catalog's folder; it knows how long it took from exec to its first ready answer."""

    def __init__(self, name: str, setup: RelaySetup, catalog: Path | None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.setup = setup
        environment = setup.environment | {"TOPRELAY_LISTEN": f"127.0.0.1:{self.port}"}
        if catalog is not None:
            environment["TOPRELAY_CATALOG"] = str(catalog)
        start = time.monotonic()
        super().__init__(name, [str(setup.binary), "serve"], setup.folder, environment)
        while not self._is_ready():
            self.check()
            if time.monotonic() - start > 60:
                raise BenchError(f"{name} was not ready in 60 s:\n{self.log_end()}")
            time.sleep(0.002)
        self.start_seconds = time.monotonic() - start

    def _is_ready(self) -> bool:
        try:
            return self.get("/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def touch(self, methods: list[str]) -> float:
        """Has every method checked a body once, as first calls would; returns the mean milliseconds of one."""
        token = (self.setup.folder / "token").read_text(encoding="ascii")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Top-Dry-Run": "true"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        start = time.monotonic()
        for method in methods:
            connection.request("POST", f"/v1/top/{method}", b"{}", headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status not in (200, 422):
                raise BenchError(f"{method} was answered {answer.status}")
        elapsed = time.monotonic() - start
        connection.close()
        return elapsed * 1000 / max(len(methods), 1)


def import_times(binary: Path, folder: Path) -> list[float]:
    """Milliseconds of `toprelay catalog import`, process and all, for pages made of the repository's."""
    target = folder / "imported"
    target.mkdir()
    return [seconds * 1000 for seconds in make_catalog.import_pages(target, IMPORTS, 1, binary)]


def run(options: argparse.Namespace, folder: Path) -> Report:
    catalog = folder / "catalog"
    catalog.mkdir()
    size = make_catalog.write_entries(catalog, options.entries, options.seed)
    methods = sorted(path.stem for path in catalog.iterdir())
    print(f"{len(methods)} entries, {size / 1e6:.1f} MB; starting PostgreSQL and the upstream …", file=sys.stderr)
    postgres = Postgres(folder)
    stub = fixed_stub(folder)
    setup = RelaySetup(options.binary, folder, postgres.url)
    setup.add_app("bench", stub.url(UPSTREAMS[0]), default=True)
    setup.add_token()
    kinds = {"5 methods": None, f"{options.entries + 5:,} methods": catalog}

    starts: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(STARTS):
        for kind, place in kinds.items():
            replica = Replica(f"start-{number}-{len(starts[kind])}-{'all' if place else 'few'}", setup, place)
            starts[kind].append(replica.start_seconds)
            if replica.stop() != 0:
                raise BenchError(f"the relay did not end well:\n{replica.log_end()}")
    print("starts:", {kind: [f"{value:.3f}" for value in values] for kind, values in starts.items()}, file=sys.stderr)

    replicas = {kind: Replica(f"relay-{index}", setup, place) for index, (kind, place) in enumerate(kinds.items())}
    settle(2)
    ready = {kind: replica.memory() for kind, replica in replicas.items()}
    cpu: dict[str, list[float]] = {kind: [] for kind in kinds}
    errors = 0
    for number in range(options.rounds + 1):
        for kind, replica in replicas.items():
            settle()
            sample = measure(replica, replica.url, folder, 64, options.seconds if number else 2)
            errors += sample.errors
            # The first round warms up.
            if number:
                cpu[kind].append(sample.cpu)
            print(f"round {number}: {kind}: {sample.calls_per_second:,.0f} calls/s, {sample.cpu:.1f} µs", file=sys.stderr)
    settle(2)
    loaded = {kind: replica.memory() for kind, replica in replicas.items()}
    many = list(kinds)[1]
    first_call = replicas[many].touch(methods)
    touched = replicas[many].memory()
    began = time.monotonic()
    described = len(replicas[many].get("/openapi.json")[1])
    describing = time.monotonic() - began
    settle(2)
    after = replicas[many].memory()
    imports = import_times(options.binary, folder)

    report = Report()
    report.say(f"Measured {today()} on {machine()}; command: `make bench-catalog`.")
    report.say(
        f"{options.entries:,} made-up entries ({size / 1e6:.1f} MB of YAML) besides the embedded five; {STARTS} starts"
        " of each,"
    )
    report.say(f"{options.rounds} rounds of {options.seconds} s at 64 connections, in turns.")
    report.say()
    report.say("| | " + " | ".join(kinds) + " |")
    report.say("|---|" + "---:|" * len(kinds))

    def row(name: str, values: list[str]) -> None:
        report.say(f"| {name} | " + " | ".join(values) + " |")

    row("exec to `/readyz` 200, median (slowest), s", [f"{statistics.median(starts[k]):.2f} ({max(starts[k]):.2f})" for k in kinds])
    row("memory when ready (peak so far), MB", [f"{ready[k].now:.0f} ({ready[k].peak:.0f})" for k in kinds])
    row("memory after the load, MB", [f"{loaded[k].now:.0f}" for k in kinds])
    row("CPU a call of the same method, median, µs", [f"{statistics.median(cpu[k]):.1f}" for k in kinds])
    report.say()
    ratio = statistics.median(many_value / few_value for few_value, many_value in zip(*cpu.values(), strict=True))
    report.at_most("slowest start", max(starts[many]), LIMIT_START_SECONDS, "s")
    report.at_most("memory in use with the load", loaded[many].now, LIMIT_MEGABYTES, "MB")
    report.at_most("memory at its peak, start included", loaded[many].peak, LIMIT_MEGABYTES, "MB")
    report.at_most("CPU a call, as a multiple of the five's", ratio, LIMIT_CPU_RATIO, "×")
    report.at_most(
        f"`catalog import` of one page, median of {IMPORTS}, process and all",
        statistics.median(imports), LIMIT_IMPORT_MILLISECONDS, "ms",
    )  # fmt: skip
    report.say(f"- `catalog import`, slowest: {max(imports):.1f} ms")
    report.say(
        f"- every one of the methods asked once: {first_call:.2f} ms each, {touched.now:.0f} MB in use afterwards"
    )
    report.say(
        f"- `/openapi.json` of all: {described / 1e6:.0f} MB in {describing:.1f} s, {after.now:.0f} MB in use afterwards"
        f" (peak {after.peak:.0f})"
    )
    if errors:
        report.say(f"- MISSED: {errors} calls failed")
        report.missed.append("every call answered 200")
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/toprelay")
    parser.add_argument("--entries", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of each run of wrk")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the result into this page")
    parser.add_argument("--check", action="store_true", help="exit 1 where a promise is missed")
    options = parser.parse_args()
    options.binary = options.binary.resolve()
    if not os.access(options.binary, os.X_OK):
        print(f"{options.binary} does not exist: run make build", file=sys.stderr)
        return 1
    end_on_signals()
    folder = Path(tempfile.mkdtemp(prefix="toprelay-catalog-"))
    os.chmod(folder, 0o711)
    try:
        report = run(options, folder)
    except (BenchError, subprocess.SubprocessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        Process.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(report.lines))
    if options.write:
        write_section(options.write, "catalog", report.lines)
    return 1 if options.check and report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
