"""Measures the relay beside nginx on this machine: the same upstream, the same load, in turns.

    make bench                                    (builds first)
    python3 scripts/bench/bench.py [--rounds 3] [--seconds 5] [--connections 1,64] [--write docs/benchmarks.md]

Everything runs on loopback and ends with the bench: wrk as the load; nginx with a fixed answer as the upstream; nginx
with `proxy_pass` before it; the relay before it, with a private PostgreSQL that commits durably. Each number is the
median of the rounds, in which the three take turns. CPU is that of the measured server alone.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from processes import BenchError, Process, find_program
from servers import PATH, Postgres, Relay, RelaySetup, SlowStub, fixed_stub, proxy, settle

ROOT = Path(__file__).resolve().parents[2]

# What the project promises (ARCHITECTURE.md); --check fails where it is not kept.
LIMIT_CPU_MICROSECONDS = 80.0
LIMIT_ADDED_MILLISECONDS = 0.9
LIMIT_IN_FLIGHT_MEGABYTES = 80.0

IN_FLIGHT = 256
SLOW_ANSWER_SECONDS = 0.3


@dataclass
class Sample:
    """One run of wrk against one server."""

    calls: int
    calls_per_second: float
    p50: float
    p99: float
    cpu: float
    memory: float
    errors: int


def run_wrk(folder: Path, port: int, connections: int, seconds: int, app: str | None = None) -> dict[str, int]:
    command = [
        find_program("wrk"), "-c", str(connections), "-t", str(min(2, connections)), "-d", f"{seconds}s",
        "--timeout", "30s", "-s", str(Path(__file__).with_name("call.lua")), f"http://127.0.0.1:{port}{PATH}",
        "--", str(folder),
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


def measure(server: Process, port: int, folder: Path, connections: int, seconds: int, app: str | None = None) -> Sample:
    before = server.cpu_seconds()
    result = run_wrk(folder, port, connections, seconds, app)
    server.check()
    cpu = server.cpu_seconds() - before
    calls = max(result["calls"], 1)
    return Sample(
        calls=result["calls"],
        calls_per_second=result["calls"] / (result["microseconds"] / 1e6),
        p50=result["p50"] / 1000,
        p99=result["p99"] / 1000,
        cpu=cpu * 1e6 / calls,
        memory=server.memory().now,
        errors=sum(result[kind] for kind in ("bad_status", "connect", "read", "write", "timeout")),
    )


def median(samples: list[Sample], field: str) -> float:
    return statistics.median(getattr(sample, field) for sample in samples)


class Report:
    """The table and what it is compared with."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.missed: list[str] = []

    def say(self, line: str = "") -> None:
        self.lines.append(line)

    def against(self, name: str, value: float, limit: float, unit: str) -> None:
        kept = value <= limit
        self.say(f"- {name}: **{value:.2f} {unit}**, at most {limit:g} promised: {'kept' if kept else 'MISSED'}")
        if not kept:
            self.missed.append(name)

    def table(self, results: dict[tuple[str, int], list[Sample]], connection_counts: list[int]) -> None:
        names = list(dict.fromkeys(name for name, _ in results))
        self.say("| server | connections | calls/s | p50 ms | p99 ms | CPU µs/call | memory MB | × proxy_pass |")
        self.say("|---|---:|---:|---:|---:|---:|---:|---:|")
        for connections in connection_counts:
            base = median(results[("nginx proxy_pass", connections)], "calls_per_second")
            for name in names:
                samples = results[(name, connections)]
                rate = median(samples, "calls_per_second")
                self.say(
                    f"| {name} | {connections} | {rate:,.0f} | {median(samples, 'p50'):.3f} |"
                    f" {median(samples, 'p99'):.3f} | {median(samples, 'cpu'):.1f} |"
                    f" {median(samples, 'memory'):.1f} | {rate / base:.2f} |"
                )


def machine() -> str:
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} cores of {model}, Linux {platform.release()}"


def run(options: argparse.Namespace, folder: Path) -> Report:
    print("starting PostgreSQL, nginx and the relay …", file=sys.stderr)
    postgres = Postgres(folder)
    stub = fixed_stub(folder)
    front = proxy(folder, stub.port)
    slow = SlowStub(folder, SLOW_ANSWER_SECONDS)
    setup = RelaySetup(options.binary, folder, postgres)
    setup.add_app("bench", stub.port, default=True)
    setup.add_app("slow", slow.port)
    setup.add_token()
    relay = Relay("relay", setup)
    relay.one_call()

    servers = [("nginx as the upstream itself", stub), ("nginx proxy_pass", front), ("relay", relay)]
    results: dict[tuple[str, int], list[Sample]] = {}
    for name, server in servers:
        run_wrk(folder, server.port, max(options.connections), 2)
    rows_before = int(postgres.scalar("SELECT count(*) FROM audit.calls") or 0)
    database_before = postgres.cpu_seconds()
    for number in range(1, options.rounds + 1):
        for connections in options.connections:
            for name, server in servers:
                settle()
                sample = measure(server, server.port, folder, connections, options.seconds)
                results.setdefault((name, connections), []).append(sample)
                print(
                    f"round {number}: {name}, {connections}: {sample.calls_per_second:,.0f} calls/s,"
                    f" {sample.cpu:.1f} µs, {sample.errors} errors",
                    file=sys.stderr,
                )
    settle(2)
    relay_samples = [sample for (name, _), samples in results.items() if name == "relay" for sample in samples]
    relay_calls = sum(sample.calls for sample in relay_samples)
    database_cpu = (postgres.cpu_seconds() - database_before) * 1e6 / max(relay_calls, 1)
    rows = int(postgres.scalar("SELECT count(*) FROM audit.calls") or 0) - rows_before
    errors = sum(sample.errors for samples in results.values() for sample in samples)
    stop_and_expect_zero(relay)

    # A fresh process, so that its memory is that of these calls alone.
    held = Relay("relay-in-flight", setup)
    held.one_call("slow")
    idle = held.memory().now
    flight = measure(held, held.port, folder, IN_FLIGHT, options.seconds, "slow")
    held_memory = held.memory().peak
    stop_and_expect_zero(held)

    report = Report()
    report.say(f"Measured {datetime.now(timezone.utc):%Y-%m-%d} on {machine()}; PostgreSQL {postgres.version}, fsync on.")
    report.say(f"Median of {options.rounds} rounds of {options.seconds} s each, taken in turns; command: `make bench`.")
    report.say("The load, the upstream and PostgreSQL share the machine. CPU is that of the measured server alone.")
    report.say()
    report.table(results, options.connections)
    report.say()
    one, many = min(options.connections), max(options.connections)
    added = median(results[("relay", one)], "p50") - median(results[("nginx as the upstream itself", one)], "p50")
    through = median(results[("nginx proxy_pass", one)], "p50") - median(
        results[("nginx as the upstream itself", one)], "p50"
    )
    report.against(f"CPU a call at {many} connections", median(results[("relay", many)], "cpu"), LIMIT_CPU_MICROSECONDS, "µs")
    report.against("added to one caller at the median", added, LIMIT_ADDED_MILLISECONDS, "ms")
    report.against(f"memory with {IN_FLIGHT} calls in flight, at most", held_memory, LIMIT_IN_FLIGHT_MEGABYTES, "MB")
    report.say(f"- added by nginx proxy_pass to one caller at the median: {through:.2f} ms")
    report.say(f"- memory before these calls: {idle:.1f} MB; {flight.calls_per_second:,.0f} calls/s, p50 {flight.p50:.0f} ms")
    report.say(f"- PostgreSQL's own CPU: {database_cpu:.0f} µs for each of the relay's calls")
    report.say(f"- calls answered: {relay_calls:,}; rows in audit.calls: {rows:,}; errors: {errors + flight.errors}")
    if errors + flight.errors:
        report.missed.append("every call answered 200")
    # wrk drops what is in flight when its time is over: there may be more rows than answers, never fewer.
    if rows < relay_calls:
        report.missed.append("a row for every call")
        report.say(f"- MISSED: {relay_calls - rows:,} calls without a row")
    return report


def stop_and_expect_zero(relay: Relay) -> None:
    status = relay.stop()
    if status != 0:
        raise BenchError(f"the relay ended with {status} after SIGTERM:\n{relay.log_end()}")


def write(path: Path, report: Report) -> None:
    text = "# Benchmarks\n\nWritten by `make bench ARGS=\"--write docs/benchmarks.md\"`.\n\n" + "\n".join(report.lines)
    # What other measurements have written behind it stays.
    _, heading, rest = (path.read_text(encoding="utf-8") if path.exists() else "").partition("\n## ")
    path.write_text(text + "\n" + heading + rest, encoding="utf-8")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/toprelay", help="the relay to measure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of each run of wrk")
    parser.add_argument(
        "--connections", type=lambda text: [int(part) for part in text.split(",")], default=[1, 64], metavar="N,N"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the result there; otherwise nothing is written")
    parser.add_argument("--check", action="store_true", help="exit 1 where a promise is missed")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the servers' logs")
    return parser.parse_args()


def end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    options = arguments()
    options.binary = options.binary.resolve()
    if not os.access(options.binary, os.X_OK):
        print(f"{options.binary} is not there: make build", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    folder = Path(tempfile.mkdtemp(prefix="toprelay-bench-"))
    # nginx's and PostgreSQL's users pass through it.
    os.chmod(folder, 0o711)
    try:
        report = run(options, folder)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        Process.stop_all()
        if options.keep:
            print(f"logs: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(report.lines))
    if options.write:
        write(options.write, report)
    return 1 if options.check and report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
