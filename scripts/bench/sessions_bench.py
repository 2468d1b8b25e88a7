"""Measures what thousands of sessions cost, on this machine.

    make bench-sessions                           (builds first)
    python3 scripts/bench/sessions_bench.py [--sessions 10000] [--binary .build/release/toprelay]
                                            [--write docs/benchmarks.md]

Two replicas share a private PostgreSQL. The sessions go in as one NDJSON request. Then a replica starts with them, is
loaded with calls, and is loaded again while one session after the other changes, as often as refreshes would change
them. The time until a change is in force is read from calls: a new seller can be called when the change is there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench import end_on_signals
from catalog_bench import Replica
from load import measure
from markdown import Report, machine, today, write_section
from processes import BenchError, Process
from servers import PATH, REQUEST, Postgres, RelaySetup, fixed_stub, settle
from upstreams import UPSTREAMS, encoded

ROOT = Path(__file__).resolve().parents[2]

LIMIT_START_SECONDS = 0.5
LIMIT_MEGABYTES = 90.0
LIMIT_IN_FORCE_SECONDS = 1.0
STARTS = 5
CHANGES = 10
CHANGES_AN_HOUR = 1000
SECONDS = 6


class Admin:
    """The administration API of one replica."""

    def __init__(self, replica: Replica, token: str) -> None:
        self.replica = replica
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def put(self, path: str, body: bytes, media_type: str = "application/json") -> bytes:
        request = urllib.request.Request(
            f"{self.replica.url}/v1/admin{path}",
            data=body,
            headers=self.headers | {"Content-Type": media_type},
            method="PUT",
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read()

    def put_session(self, seller: str) -> None:
        self.put(f"/apps/bench/sessions/{seller}", encoded({"session": f"session-of-{seller}"}))


def is_known(replica: Replica, token: str, seller: str) -> bool:
    """Whether a dry run for the seller finds a session: only then does it show one."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Top-Seller": seller}
    request = urllib.request.Request(f"{replica.url}{PATH}", data=encoded(REQUEST), headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status == 200
    except urllib.error.HTTPError as error:
        with error:
            return False


def seconds_until_in_force(admin: Admin, replicas: list[Replica], token: str, seller: str) -> float:
    """From the reply to a change until every replica makes calls with it."""
    admin.put_session(seller)
    changed = time.monotonic()
    for replica in replicas:
        while not is_known(replica, token, seller):
            if time.monotonic() - changed > 30:
                raise BenchError("a change is not in force after 30 s")
            time.sleep(0.01)
    return time.monotonic() - changed


class Changes:
    """Changes a session again and again, at the rate of refreshes."""

    def __init__(self, admin: Admin) -> None:
        self.admin = admin
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        number = 0
        while not self.ended.wait(3600 / CHANGES_AN_HOUR):
            number += 1
            self.admin.put_session(f"seller-{number}")

    def end(self) -> None:
        self.ended.set()
        self.thread.join(timeout=60)


def run(options: argparse.Namespace, folder: Path) -> Report:
    postgres = Postgres(folder)
    setup = RelaySetup(options.binary, folder, postgres.url)
    setup.add_app("bench", fixed_stub(folder).url(UPSTREAMS[0]), default=True)
    setup.add_token()
    token = (folder / "token").read_text(encoding="ascii")
    admin_token = setup.command("token", "create", "administrator", "--scope", "admin")
    importer = Replica("importer", setup, None)
    lines = [
        encoded({"seller": f"seller-{number}", "session": f"session-{number}-{'x' * 40}"})
        for number in range(options.sessions)
    ]
    began = time.monotonic()
    answers = Admin(importer, admin_token).put("/apps/bench/sessions", b"\n".join(lines), "application/x-ndjson")
    imported = time.monotonic() - began
    statuses = [json.loads(line)["status"] for line in answers.splitlines()]
    if statuses != [201] * options.sessions:
        raise BenchError(f"of {options.sessions} sessions {statuses.count(201)} were stored")
    importer.stop()

    starts = []
    for number in range(STARTS):
        replica = Replica(f"start-{number}", setup, None)
        starts.append(replica.start_seconds)
        replica.stop()
    replicas = [Replica(f"relay-{number}", setup, None) for number in range(2)]
    admin = Admin(replicas[1], admin_token)
    settle(2)
    waits = [seconds_until_in_force(admin, replicas, token, f"new-{number}") for number in range(CHANGES)]
    cpu: dict[bool, list[float]] = {False: [], True: []}
    slowest: dict[bool, list[float]] = {False: [], True: []}
    errors = 0
    measure(replicas[0], replicas[0].url, folder, 64, 2)
    for number in range(6):
        is_changing = number % 2 == 1
        changes = Changes(admin) if is_changing else None
        sample = measure(replicas[0], replicas[0].url, folder, 64, SECONDS)
        if changes:
            changes.end()
        cpu[is_changing].append(sample.cpu)
        slowest[is_changing].append(sample.p99)
        errors += sample.errors
    settle(2)
    memory = replicas[0].memory()

    report = Report()
    report.say(f"Measured {today()} on {machine()}; command: `make bench-sessions`.")
    report.say(f"{options.sessions:,} sessions of one app, two replicas, 64 connections.")
    report.say()
    report.say(f"- one request with all sessions, each in a transaction of its own: {imported:.1f} s")
    report.at_most("slowest start, exec to `/readyz` 200", max(starts), LIMIT_START_SECONDS, "s")
    report.at_most("memory in use after the load", memory.now, LIMIT_MEGABYTES, "MB")
    report.at_most("slowest change, from its reply until in force on both", max(waits), LIMIT_IN_FORCE_SECONDS, "s")
    report.say(
        f"- CPU a call: {statistics.median(cpu[False]):.1f} µs; with {CHANGES_AN_HOUR:,} changes an hour:"
        f" {statistics.median(cpu[True]):.1f} µs"
    )
    report.say(
        f"- 99th percentile of a call: {statistics.median(slowest[False]):.1f} ms; with these changes:"
        f" {statistics.median(slowest[True]):.1f} ms"
    )
    if errors:
        report.say(f"- MISSED: {errors} calls failed")
        report.missed.append("every call answered 200")
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/toprelay")
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the result into this page")
    options = parser.parse_args()
    options.binary = options.binary.resolve(strict=True)
    end_on_signals()
    folder = Path(tempfile.mkdtemp(prefix="toprelay-sessions-"))
    os.chmod(folder, 0o711)
    try:
        report = run(options, folder)
    except (BenchError, OSError, subprocess.SubprocessError) as error:
        print(f"bench-sessions: {error}", file=sys.stderr)
        return 1
    finally:
        Process.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(report.lines))
    if options.write:
        write_section(options.write, "sessions", report.lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
