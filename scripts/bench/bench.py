"""Compares the relay with a careful Go service and with nginx in one run on this machine.

    make bench                                    (builds first)
    make bench ARGS="--connections 64 --rounds 5 --seconds 5 --only go,relay --upstreams 0"
    make bench ARGS="--write docs/benchmarks.md"

Everything runs on loopback and ends with the bench. wrk is the load. nginx with a fixed response is the upstream. The
servers take turns within each round, and each number is the median of the rounds. CPU is that of the measured server
alone. PostgreSQL is private and commits durably.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import yardstick
from bench_report import GO, MEMORY_CONNECTIONS, NGINX, RELAY, UPSTREAM, Results, make_report
from load import measure, run_wrk
from markdown import Report, write_section
from processes import BenchError, Process, raise_descriptor_limit
from servers import Postgres, Relay, RelaySetup, Service, settle
from upstreams import UPSTREAMS, Proxy, Stub, Upstream

ROOT = Path(__file__).resolve().parents[2]
CHOICES = {"nginx": NGINX, "go": GO, "relay": RELAY}
CONNECTIONS = [1, 64, 256, 1000, 3000]
# wrk's start, the pause before a run, and reading the counters.
SECONDS_BESIDE_A_RUN = 0.8


class Bench:
    """The servers of one run, and the turns that they take."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options = options
        self.folder = folder
        self.names = [CHOICES[name] for name in options.only]
        binary = yardstick.build() if GO in self.names else None
        self.postgres = Postgres(folder)
        self.stub = Stub(folder, options.upstreams)
        authority = self.stub.authority if any(upstream.tls for upstream in options.upstreams) else None
        self.setup = RelaySetup(options.binary, folder, self.postgres.url, authority)
        # 3,000 callers are more than the default admits.
        self.setup.environment["TOPRELAY_MAX_CALLS_IN_FLIGHT"] = "4096"
        for upstream in options.upstreams:
            self.setup.add_app(upstream.name, self.stub.url(upstream), default=upstream == options.upstreams[0])
        self.setup.add_token()
        self.probe = yardstick.Probe()
        self.setup.add_app(yardstick.PROBE, self.probe.url)
        self.go_binary = binary
        self.postgres.scalar("CREATE DATABASE go_relay")
        self.servers = {name: self._start(name, name) for name in self.names}
        self.results = Results(self.names)

    def _start(self, name: str, label: str) -> Service | Proxy:
        if name == NGINX:
            return Proxy(self.folder, self.stub)
        if name == GO:
            assert self.go_binary is not None
            return yardstick.GoService(label, self.go_binary, self.setup, self.postgres.database_url("go_relay"))
        return Relay(label, self.setup)

    def check(self) -> None:
        """Every app of every service succeeds, and the services do the same work."""
        services = {name: server for name, server in self.servers.items() if isinstance(server, Service)}
        for service in services.values():
            for upstream in self.options.upstreams:
                service.one_call(upstream.name)
        if RELAY in services and GO in services:
            secret = self.setup.secret_file.read_text(encoding="ascii")
            yardstick.expect_same_call(self.probe, services[RELAY], services[GO], secret)
            yardstick.expect_same_refusals(services[RELAY], services[GO])

    def run(self) -> Report:
        self.check()
        for server in self.servers.values():
            for upstream in self.options.upstreams:
                run_wrk(self.folder, server.url(upstream), 64, 1, upstream.name)
        rows_before = self.rows()
        for number in range(1, self.options.rounds + 1):
            for upstream in self.options.upstreams:
                for connections in self.options.connections:
                    if upstream.delay_ms == 0 or connections > 1:
                        self.turn(number, upstream, connections)
        settle(2)
        self.results.rows = {name: count - rows_before[name] for name, count in self.rows().items()}
        for server in self.servers.values():
            if isinstance(server, Service):
                server.stop_and_expect_zero()
        self.measure_memory()
        return make_report(self.options, self.results, self.postgres.version)

    def turn(self, number: int, upstream: Upstream, connections: int) -> None:
        """One run of each server, one after the other."""
        if connections == 1:
            self.sample(number, UPSTREAM, self.stub, self.stub.url(upstream), upstream, connections)
        for name, server in self.servers.items():
            self.sample(number, name, server, server.url(upstream), upstream, connections)

    def sample(
        self, number: int, name: str, server: Process, url: str, upstream: Upstream, connections: int
    ) -> None:
        # wrk leaves as many open calls as it has connections. They would slow down the next run.
        server.wait_until_idle()
        if seconds := warm_up_seconds(connections):
            run_wrk(self.folder, url, connections, seconds, upstream.name)
            server.wait_until_idle()
        database = self.postgres if name in (GO, RELAY) else None
        sample = measure(server, url, self.folder, connections, self.options.seconds, upstream.name, database)
        self.results.add(name, upstream, connections, sample)
        progress(
            f"round {number}: {upstream.title}, {connections}: {name}: {sample.calls_per_second:,.0f} calls/s,"
            f" {sample.cpu:.1f} µs, {sample.errors} errors"
        )

    def rows(self) -> dict[str, int]:
        """Rows of calls that each service has stored so far."""
        tables = {
            RELAY: ("audit.calls", self.postgres.url), GO: ("public.calls", self.postgres.database_url("go_relay"))
        }  # fmt: skip
        return {
            name: int(self.postgres.scalar(f"SELECT count(*) FROM {table}", url) or 0)
            for name, (table, url) in tables.items()
            if name in self.servers
        }

    def measure_memory(self) -> None:
        """The peak of fresh processes with calls held by a slow upstream, so that no earlier load adds to it."""
        slow = next((upstream for upstream in self.options.upstreams if upstream.delay_ms and not upstream.tls), None)
        if slow is None:
            return
        for connections in (count for count in MEMORY_CONNECTIONS if count in self.options.connections):
            for name in (name for name in self.names if name != NGINX):
                server = self._start(name, f"{name} with {connections} in flight")
                assert isinstance(server, Service)
                server.one_call(slow.name)
                idle = server.memory().now
                sample = measure(server, server.url(), self.folder, connections, self.options.seconds, slow.name)
                self.results.add_memory(name, connections, idle, server.memory().peak, sample)
                server.stop_and_expect_zero()


def progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def warm_up_seconds(connections: int) -> int:
    """An unmeasured run in which many connections to the upstream are made; a short run would measure little else."""
    return 0 if connections < 1000 else 1 if connections < 2000 else 2


def estimated_minutes(options: argparse.Namespace) -> float:
    seconds = 0.0
    for upstream in options.upstreams:
        for connections in options.connections:
            if upstream.delay_ms == 0 or connections > 1:
                one = options.seconds + SECONDS_BESIDE_A_RUN + warm_up_seconds(connections)
                seconds += one * (len(options.only) + (1 if connections == 1 else 0))
    return seconds * options.rounds / 60


def numbers(text: str) -> list[int]:
    counts = [int(part) for part in text.split(",")]
    if not counts or min(counts) < 1 or max(counts) > 4000:
        raise argparse.ArgumentTypeError("connections must be 1 to 4000")
    return counts


def server_names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in CHOICES]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is not one of {', '.join(CHOICES)}")
    return [name for name in CHOICES if name in names]


def upstream_names(text: str) -> list[Upstream]:
    names = text.split(",")
    known = [upstream.name for upstream in UPSTREAMS]
    if unknown := [name for name in names if name not in known]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is not one of {', '.join(known)}")
    return [upstream for upstream in UPSTREAMS if upstream.name in names]


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/toprelay", help="the relay to measure")
    parser.add_argument("--rounds", type=positive, default=3)
    parser.add_argument("--seconds", type=positive, default=2, help="of each run of wrk")
    parser.add_argument("--connections", type=numbers, default=CONNECTIONS, metavar="N,N")
    parser.add_argument(
        "--only", type=server_names, default=list(CHOICES), metavar="NAME,NAME", help="nginx, go, relay"
    )
    parser.add_argument(
        "--upstreams", type=upstream_names, default=UPSTREAMS, metavar="NAME,NAME",
        help="0, 0-tls, 200, 200-tls: milliseconds of delay, with or without TLS",
    )  # fmt: skip
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the result into this page")
    parser.add_argument("--check", action="store_true", help="exit 1 if a promise is missed")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the servers' logs")
    return parser.parse_args(arguments)


def end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def end_on_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


def main() -> int:
    options = parse(sys.argv[1:])
    options.binary = options.binary.resolve()
    if not os.access(options.binary, os.X_OK):
        progress(f"{options.binary} does not exist: run make build")
        return 1
    end_on_signals()
    folder = Path(tempfile.mkdtemp(prefix="toprelay-bench-"))
    # nginx and PostgreSQL run as other users, and must pass through it.
    os.chmod(folder, 0o711)
    progress(f"About {estimated_minutes(options):.0f} minutes.")
    try:
        raise_descriptor_limit()
        report = Bench(options, folder).run()
        print("\n".join(report.lines))
        if options.write:
            write_section(options.write, "calls", report.lines)
    except (BenchError, subprocess.SubprocessError) as error:
        progress(f"bench: {error}")
        return 1
    finally:
        Process.stop_all()
        if options.keep:
            progress(f"logs: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if options.check and report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
