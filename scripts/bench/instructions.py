"""Counts the relay's instructions and system calls for one call. The machine's load hardly changes either figure.

    make bench-instructions                              (builds first) prints the figures
    make bench-instructions ARGS=--check                 fails if instructions have grown by more than 5 %
    make bench-instructions ARGS=--record                records the figures, here and in docs/benchmarks.md

callgrind counts instructions, and strace counts system calls. Each makes two runs of the same duration with different
numbers of calls. The difference between the runs, divided by the difference in calls, leaves out the start, the end and
what the relay does by the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import end_on_signals
from fixed_load import FixedLoad, request_bytes
from markdown import Report, write_section
from processes import BenchError, Process, find_program
from servers import PATH, REQUEST, Postgres, Relay, RelaySetup, fixed_stub
from upstreams import UPSTREAMS, encoded

ROOT = Path(__file__).resolve().parents[2]
RECORD = Path(__file__).with_name("instructions.json")
PAGE = ROOT / "docs/benchmarks.md"

CONNECTIONS = 64
WARM_UP_CALLS = 256
LIMIT_GROWTH = 1.05
LIMIT_INSTRUCTIONS = 250_000
LIMIT_SYSTEM_CALLS = 5.5


@dataclass
class Tracer:
    """A command that runs the relay and writes counts to a file, and how the total is read from that file."""

    name: str
    command: Callable[[Path], list[str]]
    total: Callable[[str], int]
    calls: int


class TracedRelay(Relay):
    """A relay that is many times slower than usual."""

    start_limit_seconds = 180.0
    stop_limit_seconds = 120.0

    def send_stop_signal(self) -> None:
        """To the whole session: strace blocks the signal and ends with the relay, which gets it too."""
        os.killpg(self.child.pid, self.stop_signal)


def callgrind_command(output: Path) -> list[str]:
    return [find_program("valgrind"), "--tool=callgrind", "--fair-sched=yes", f"--callgrind-out-file={output}"]


def callgrind_total(text: str) -> int:
    """Instructions of all threads, from the last lines of callgrind's file."""
    for line in reversed(text.splitlines()):
        if line.startswith("totals:"):
            return int(line.split()[1])
    raise BenchError("callgrind wrote no total")


def strace_command(output: Path) -> list[str]:
    return [find_program("strace"), "-f", "-c", "-o", str(output)]


def strace_total(text: str) -> int:
    """System calls of all threads, from the last line of the table of `strace -c`."""
    for line in reversed(text.splitlines()):
        fields = line.split()
        if fields and fields[-1] == "total":
            return int(fields[3])
    raise BenchError("strace wrote no total")


TRACERS = [
    Tracer("instructions", callgrind_command, callgrind_total, 1536),
    Tracer("system calls", strace_command, strace_total, 8192),
]


class Counter:
    """Runs a relay under a tracer."""

    def __init__(self, setup: RelaySetup) -> None:
        self.setup = setup
        token = (setup.folder / "token").read_text(encoding="ascii")
        self.request = request_bytes(PATH, token, encoded(REQUEST))

    def a_call(self, tracer: Tracer) -> float:
        long, seconds = self._run(tracer, WARM_UP_CALLS + tracer.calls, 0)
        short, _ = self._run(tracer, WARM_UP_CALLS, seconds)
        return (long - short) / tracer.calls

    def _run(self, tracer: Tracer, calls: int, seconds: float) -> tuple[int, float]:
        """The tracer's total, and how long the relay served. It serves for at least the given seconds."""
        label = f"{tracer.name} of {calls} calls".replace(" ", "-")
        output = self.setup.folder / f"{label}.out"
        relay = TracedRelay(label, self.setup, tracer.command(output))
        started = time.monotonic()
        FixedLoad(relay.port, self.request, CONNECTIONS, calls).run()
        spent = time.monotonic() - started
        time.sleep(max(0.0, seconds - spent))
        relay.stop_and_expect_zero()
        total = tracer.total(output.read_text(encoding="utf-8", errors="replace"))
        print(f"{tracer.name}: {total:,} in a run of {calls:,} calls, {spent:.0f} s", file=sys.stderr, flush=True)
        return total, spent


def count(binary: Path, folder: Path) -> dict[str, float]:
    """Each tracer's count of one call."""
    stripped = folder / "toprelay"
    # Tracers read all symbols at their start, and a release build has a hundred megabytes of them.
    subprocess.run([find_program("strip"), "--strip-debug", "-o", str(stripped), str(binary)], check=True)
    postgres = Postgres(folder)
    setup = RelaySetup(stripped, folder, postgres.url)
    setup.add_app("bench", fixed_stub(folder).url(UPSTREAMS[0]), default=True)
    setup.add_token()
    # One worker, whatever the number of cores: the figures must be comparable between machines.
    setup.environment["TOPRELAY_WORKERS"] = "1"
    counter = Counter(setup)
    return {tracer.name: counter.a_call(tracer) for tracer in TRACERS}


def judge(measured: dict[str, float], recorded: dict[str, float]) -> list[str]:
    """What is wrong with the figures; empty if nothing is."""
    name = "instructions"
    if name not in recorded:
        return [f"{RECORD.name} has no figure of {name}: record it with ARGS=--record"]
    if measured[name] > recorded[name] * LIMIT_GROWTH:
        return [
            f"{measured[name]:,.0f} {name} a call are {(measured[name] / recorded[name] - 1) * 100:.1f} % more than the"
            f" recorded {recorded[name]:,.0f}; at most {(LIMIT_GROWTH - 1) * 100:.0f} % are allowed"
        ]
    return []


def make_report(figures: dict[str, float]) -> Report:
    report = Report()
    report.say(f"{CONNECTIONS} connections, one worker; command: `make bench-instructions`.")
    report.say()
    report.at_most("instructions a call", figures["instructions"], LIMIT_INSTRUCTIONS, "")
    report.at_most("system calls a call", figures["system calls"], LIMIT_SYSTEM_CALLS, "")
    return report


def record(figures: dict[str, float], lines: list[str], file: Path, page: Path) -> None:
    rounded = {name: round(value, 2) for name, value in figures.items()}
    file.write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")
    write_section(page, "instructions", lines)


def check(figures: dict[str, float], file: Path) -> int:
    """The exit status: 1 if the figures are worse than the recorded ones allow."""
    faults = judge(figures, json.loads(file.read_text(encoding="utf-8")))
    for fault in faults:
        print(f"bench-instructions: {fault}", file=sys.stderr)
    return 1 if faults else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/toprelay", help="the relay to measure")
    parser.add_argument("--check", action="store_true", help="exit 1 if instructions a call have grown")
    parser.add_argument("--record", action="store_true", help=f"write {RECORD.name} and {PAGE.name}")
    options = parser.parse_args()
    end_on_signals()
    folder = Path(tempfile.mkdtemp(prefix="toprelay-instructions-"))
    os.chmod(folder, 0o711)
    try:
        figures = count(options.binary.resolve(strict=True), folder)
    except (BenchError, OSError, subprocess.SubprocessError) as error:
        print(f"bench-instructions: {error}", file=sys.stderr)
        return 1
    finally:
        Process.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    lines = make_report(figures).lines
    print("\n".join(lines))
    if options.record:
        record(figures, lines, RECORD, PAGE)
    return check(figures, RECORD) if options.check else 0


if __name__ == "__main__":
    sys.exit(main())
