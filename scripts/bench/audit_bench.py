#!/usr/bin/env python3
"""Measures the audit trail with millions of calls: how long its questions take while calls are made, and what a call
costs beside an empty trail.

    make build && scripts/bench/audit_bench.py                    10 million calls over 30 days; about half an hour
    scripts/bench/audit_bench.py --rows 300000 --days 3 --seconds 3 --rounds 10

Everything runs on loopback with a private PostgreSQL, and ends with the bench. Prints the tables for docs/benchmarks.md.
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

import audit_measure
from load import measure, run_wrk
from markdown import machine
from processes import BenchError, Process, find_program
from servers import PATH, REQUEST, Postgres, Relay, RelaySetup, fixed_stub, settle
from upstreams import UPSTREAMS, Stub, encoded

ROOT = Path(__file__).resolve().parents[2]
THINGS = 2000
LIMIT_WRITE_PERCENT = 15.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/toprelay")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--bodies", type=int, default=2, help="days with requests and answers")
    parser.add_argument("--rounds", type=int, default=60, help="of each question, and a tenth as many of the write cost")
    parser.add_argument("--seconds", type=int, default=5, help="of one run of the write cost")
    parser.add_argument("--writers", type=int, default=4, help="connections that make calls while questions are asked")
    parser.add_argument("--settle", type=float, default=20, help="seconds between a relay's start and the write cost")
    parser.add_argument("--pause", type=int, default=10, help="milliseconds between the calls of such a connection")
    parser.add_argument("--connections", type=int, default=64, help="connections of the write cost")
    return parser.parse_args()


def make_setup(options: argparse.Namespace, folder: Path, postgres: Postgres, name: str, stub: Stub) -> RelaySetup:
    """A database of its own with migrations, app and tokens."""
    postgres.scalar(f"CREATE DATABASE {name}")
    own = folder / name
    own.mkdir()
    setup = RelaySetup(options.binary, own, postgres.database_url(name))
    setup.add_app("bench", stub.url(UPSTREAMS[0]), default=True)
    setup.add_token()
    (own / "auditor").write_text(setup.command("token", "create", "auditor", "--scope", "audit:read"), encoding="ascii")
    return setup


def touch_things(relay: Relay) -> None:
    """Makes a call about each of the things, so that the trail learns their fingerprints."""
    token = (relay.setup.folder / "token").read_text(encoding="ascii")
    connection = http.client.HTTPConnection("127.0.0.1", relay.port, timeout=30)
    for number in range(THINGS):
        # Deleted ones: the upstream's fixed answer names no other profile.
        profile = REQUEST["list"] | {
            "channel_profile_id": f"thing-{number}", "car_vin": f"VIN{number:014d}", "car_license": f"浙B{number:05d}",
            "operate_type": 3,
        }  # fmt: skip
        body = encoded(REQUEST | {"list": profile, "phone": audit_measure.thing_phone(number)})
        headers = {
            "Authorization": f"Bearer {token}", "Content-Type": "application/json", "X-Request-Id": f"thing-{number}",
        }  # fmt: skip
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise BenchError(f"a call about a thing was answered {answer.status}: {text[:500]!r}")


def psql(postgres: Postgres, database: str, *options: str) -> subprocess.Popen:
    command = [str(postgres.programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, *options]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def finish(processes: list[subprocess.Popen], what: str) -> None:
    if any([process.wait() != 0 for process in processes]):
        raise BenchError(f"{what} failed")


def seed(options: argparse.Namespace, postgres: Postgres, url: str) -> None:
    learn = """
        CREATE TABLE public.bench_things AS
        SELECT (substring(client_request_id FROM 7))::integer AS n, keys FROM audit.calls WHERE client_request_id LIKE 'thing-%';
        ALTER TABLE public.bench_things ADD PRIMARY KEY (n)
        """
    finish([psql(postgres, url, "-c", learn)], "learning the things' keys")
    variables = {"rows": options.rows, "days": options.days, "seed": 0.42, "bodies": options.bodies}
    parts = min(os.cpu_count() or 1, 4)
    each = [part for name, value in variables.items() for part in ("-v", f"{name}={value}")]
    finish(
        [
            psql(postgres, url, *each, "-v", f"part={part}", "-v", f"parts={parts}", "-f", str(Path(__file__).with_name("audit_seed.sql")))
            for part in range(parts)
        ],
        "seeding",
    )  # fmt: skip
    # The aggregates of earlier days: the relay would count them in the background.
    days = subprocess.run(
        [str(postgres.programs / "psql"), "-X", "-A", "-t", "-q", "-d", url, "-c", "SELECT audit.uncounted_days()"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    counts = [[f"-cSELECT audit.recount_day('{day}')" for day in days[part::parts]] for part in range(parts)]
    finish([psql(postgres, url, *count) for count in counts if count], "counting the days")
    finish([psql(postgres, url, "-c", "CHECKPOINT")], "the checkpoint")


def questions(options: argparse.Namespace, postgres: Postgres, setup: RelaySetup) -> list[str]:
    """Asks while calls are made."""
    relay = Relay("relay-questions", setup)
    relay.one_call()
    writers = Process(
        "writers",
        [
            find_program("wrk"), "-c", str(options.writers), "-t", "1", "-d", "7200s", "--timeout", "30s", "-s",
            str(Path(__file__).with_name("call.lua").resolve()), f"http://127.0.0.1:{relay.port}{PATH}", "--", str(setup.folder),
        ],
        setup.folder,
        {"BENCH_PAUSE_MS": str(options.pause), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    settle(3)
    count = "SELECT count(*) FROM audit.calls WHERE at > now() - interval '2 hours' AND caller = 'bench'"
    trail = audit_measure.Trail(setup.environment["DATABASE_URL"], f"{postgres.programs}/")
    before, started = int(trail.rows(count)[0][0]), time.monotonic()
    token = (setup.folder / "auditor").read_text(encoding="ascii")
    timings = audit_measure.run(f"http://127.0.0.1:{relay.port}", token, trail, options.rounds)
    writers.check()
    rate = (int(trail.rows(count)[0][0]) - before) / (time.monotonic() - started)
    writers.stop()
    relay.stop()
    return [f"{rate:,.0f} calls a second were made meanwhile.", "", *audit_measure.table(timings)]


def write_cost(options: argparse.Namespace, postgres: Postgres, setups: dict[str, RelaySetup]) -> list[str]:
    """The same load on both trails, in turns; PostgreSQL's CPU is that of the whole cluster, which serves one at a time."""
    results: dict[str, list[tuple[float, float, float]]] = {name: [] for name in setups}
    for number in range(max(3, options.rounds // 10)):
        for name, setup in setups.items():
            relay = Relay(f"relay-{name}-{number}", setup)
            run_wrk(setup.folder, relay.url(), options.connections, 1)
            # A replica that starts looks once through the last day for rows that came late.
            settle(options.settle)
            before = postgres.cpu_seconds()
            sample = measure(relay, relay.url(), setup.folder, options.connections, options.seconds)
            cost = (postgres.cpu_seconds() - before) * 1e6 / sample.calls
            results[name].append((sample.calls_per_second, cost, sample.cpu))
            print(f"{name}: {sample.calls_per_second:,.0f} calls/s, PostgreSQL {cost:.1f} µs, {sample.errors} errors", file=sys.stderr)
            relay.stop()
    medians = {name: [statistics.median(column) for column in zip(*samples)] for name, samples in results.items()}
    lines = ["| trail | calls/s | PostgreSQL µs a call | relay µs a call |", "|---|---:|---:|---:|"]
    lines += [f"| {name} | {rate:,.0f} | {cost:.1f} | {own:.1f} |" for name, (rate, cost, own) in medians.items()]
    (_, empty, _), (_, full, _) = medians.values()
    more = (full / empty - 1) * 100
    kept = "kept" if more <= LIMIT_WRITE_PERCENT else "MISSED"
    return [*lines, "", f"- writing costs PostgreSQL **{more:+.1f} %**, at most {LIMIT_WRITE_PERCENT:+.0f} % promised: {kept}"]


def run(options: argparse.Namespace, folder: Path) -> list[str]:
    postgres = Postgres(folder)
    stub = fixed_stub(folder)
    empty = make_setup(options, folder, postgres, "trail_empty", stub)
    full = make_setup(options, folder, postgres, "trail_full", stub)
    relay = Relay("relay-things", full)
    touch_things(relay)
    relay.stop()
    started = time.monotonic()
    seed(options, postgres, full.environment["DATABASE_URL"])
    seeded = time.monotonic() - started
    size = audit_measure.Trail(full.environment["DATABASE_URL"], f"{postgres.programs}/").rows(
        "SELECT pg_size_pretty(pg_database_size(current_database()))"
    )[0][0]
    lines = [
        f"{options.rows:,} calls over {options.days} days ({size}, made in {seeded:.0f} s) on {machine()}; PostgreSQL"
        f" {postgres.version}, fsync on; command: `scripts/bench/audit_bench.py`.",
    ]
    lines += [*questions(options, postgres, full), ""]
    return lines + write_cost(options, postgres, {"empty": empty, f"{options.rows:,} calls": full})


def main() -> int:
    options = arguments()
    options.binary = options.binary.resolve()
    if not os.access(options.binary, os.X_OK):
        print(f"{options.binary} does not exist: run make build", file=sys.stderr)
        return 1
    folder = Path(tempfile.mkdtemp(prefix="toprelay-bench-"))
    # nginx's and PostgreSQL's users pass through it.
    os.chmod(folder, 0o711)
    try:
        lines = run(options, folder)
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        Process.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
