"""Runs the relay with a sanitizer against hostile clients and a hostile upstream.

    make fuzz ARGS="--seconds 600 --sanitizer thread"     (builds first; address is the default)
    make fuzz ARGS="--seconds 600" BINARY=.build/asan/debug/toprelay

Everything runs on loopback and ends with the run. The exit status is 1 after a report of the sanitizer, a crash, a
hang, an answer that is not HTTP, a status 500, or a good call that fails three times in a row. A seed repeats the
inputs.
docs/reliability.md says what is sent.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.append(str(ROOT / "scripts/bench"))

from attack import Attack  # noqa: E402
from processes import BenchError, Process, raise_descriptor_limit  # noqa: E402
from servers import Postgres, Relay, RelaySetup  # noqa: E402
from upstream import Upstream  # noqa: E402

BUILD_LIMIT_SECONDS = 3600
# Beyond the time of the run: PostgreSQL and the relay start, and the relay drains.
OTHER_SECONDS = 600
STOP_LIMIT_SECONDS = 120.0
PROBE_SECONDS = 1.0
FAILURES_IN_A_ROW = 3
SPARE_PLACES = 4
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
SCRATCH = {"address": ".build/asan", "thread": ".build/tsan"}
OPTIONS = {
    # Swift's runtime keeps metadata for ever, which looks like leaks.
    "ASAN_OPTIONS": "detect_leaks=0:exitcode=99",
    "TSAN_OPTIONS": "exitcode=66:halt_on_error=0",
}
# The first line of a report of a sanitizer, and of Swift's own traps.
_REPORT = re.compile(r"(AddressSanitizer|ThreadSanitizer|UndefinedBehaviorSanitizer):|runtime error:|Fatal error")


def reports(log: str, most: int = 5) -> list[str]:
    """The reports in the relay's output, each with the lines that follow its first one."""
    lines = log.splitlines()
    starts = [number for number, line in enumerate(lines) if _REPORT.search(line)]
    return ["\n".join(lines[start : start + 60]) for start in starts[:most]]


def build(sanitizer: str) -> Path:
    scratch = ROOT / SCRATCH[sanitizer]
    command = [str(ROOT / "scripts/swift"), "build", "-c", "debug", f"--sanitize={sanitizer}"]
    command += ["--scratch-path", str(scratch), "--product", "toprelay"]
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, timeout=BUILD_LIMIT_SECONDS, check=True)
    return scratch / "debug/toprelay"


async def probe(relay: Relay, until: float, found: list[str]) -> int:
    """Makes one good call a second, and returns how many were good."""
    loop = asyncio.get_running_loop()
    good = failures = 0
    while loop.time() < until and failures < FAILURES_IN_A_ROW:
        try:
            await asyncio.to_thread(relay.one_call, "calm")
            good += 1
            failures = 0
        except (BenchError, OSError, ValueError) as error:
            failures += 1
            if failures == FAILURES_IN_A_ROW:
                found.append(f"a good call failed {FAILURES_IN_A_ROW} times in a row: {error}")
        await asyncio.sleep(PROBE_SECONDS)
    return good


def evictions(relay: Relay) -> int:
    """How many connections the relay has closed in favour of others; 0 where it does not answer."""
    try:
        with urllib.request.urlopen(f"{relay.url()}/metrics", timeout=60) as answer:
            text = answer.read().decode()
    except OSError:
        return 0
    return sum(int(count) for count in re.findall(r"^toprelay_connections_evicted_total\S* (\d+)$", text, re.MULTILINE))


async def fuzz(options: argparse.Namespace, folder: Path) -> list[str]:
    """Runs everything, prints figures, and returns what went wrong."""
    hostile, calm = Upstream(options.seed), Upstream(options.seed, is_calm=True)
    await hostile.open()
    await calm.open()
    setup = await asyncio.to_thread(RelaySetup, options.binary, folder, Postgres(folder).url)
    setup.environment |= OPTIONS | {"TOPRELAY_CALL_TIMEOUT": "2", "TOPRELAY_WORKERS": "2"}
    # Most clients find all places taken by those that loiter.
    setup.environment["TOPRELAY_MAX_CONNECTIONS"] = str(options.clients + SPARE_PLACES)
    setup.add_app("hostile", f"http://127.0.0.1:{hostile.port}", default=True)
    setup.add_app("calm", f"http://127.0.0.1:{calm.port}")
    token = setup.command("token", "create", "fuzz", "--scope", "relay", "--scope", "audit:read")
    (folder / "token").write_text(token, encoding="ascii")
    relay = await asyncio.to_thread(Relay, "relay", setup)
    relay.stop_limit_seconds = STOP_LIMIT_SECONDS
    attack = Attack(relay.port, options.seed, token)
    until = asyncio.get_running_loop().time() + options.seconds
    _, _, good = await asyncio.gather(
        attack.run(options.clients, until), attack.loiter(until), probe(relay, until, attack.violations)
    )
    evicted = await asyncio.to_thread(evictions, relay)
    peak = relay.memory().peak
    status = await asyncio.to_thread(relay.stop)
    found = list(attack.violations)
    if status != 0:
        found.append(f"the relay ended with {status}:\n{relay.log_end()}")
    found += reports(relay.log.read_text(encoding="utf-8", errors="replace"))
    print(f"{sum(attack.inputs.values()):,} inputs: {counts(attack.inputs)}")
    print(f"{sum(attack.statuses.values()):,} first answers: {counts(attack.statuses)}")
    print(f"{hostile.responses:,} responses of the hostile upstream, {good:,} good calls")
    print(f"{evicted:,} connections gave way to others, peak {peak:.0f} MB")
    return found


def counts(counter: Counter[str] | Counter[int]) -> str:
    return ", ".join(f"{key} {value:,}" for key, value in sorted(counter.items(), key=str))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="how long to send inputs")
    parser.add_argument("--sanitizer", choices=sorted(SCRATCH), default="address", help="what to build with")
    parser.add_argument("--binary", type=Path, help="the relay to run; builds nothing")
    parser.add_argument("--clients", type=int, default=16, help="clients at once")
    parser.add_argument("--seed", type=int, default=1, help="decides the inputs of each client")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep the relay's output there")
    return parser.parse_args()


def end(number: int, _frame: object) -> None:
    for other in ENDING_SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    if number == signal.SIGALRM:
        print("fuzz: the run did not end in time", file=sys.stderr)
    raise SystemExit(128 + number)


def main() -> int:
    options = arguments()
    for number in ENDING_SIGNALS:
        signal.signal(number, end)
    options.binary = (options.binary or build(options.sanitizer)).resolve()
    # It tells of every connection that the relay has cut.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    signal.alarm(int(options.seconds) + OTHER_SECONDS)
    raise_descriptor_limit()
    folder = Path(tempfile.mkdtemp(prefix="toprelay-fuzz-"))
    # The user of PostgreSQL passes through it.
    os.chmod(folder, 0o711)
    started = time.monotonic()
    try:
        found = asyncio.run(fuzz(options, folder))
    except BenchError as error:
        found = [str(error)]
    finally:
        Process.stop_all()
        if options.keep and (folder / "relay.log").exists():
            shutil.copy(folder / "relay.log", options.keep)
        shutil.rmtree(folder, ignore_errors=True)
    for text in found:
        print(f"FOUND {text}")
    print(f"{'FAILED' if found else 'clean'}: seed {options.seed}, {time.monotonic() - started:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
