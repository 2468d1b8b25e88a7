"""Runs the relay under faults, and checks that no call is lost, sent twice or reported differently from the trail.

    make chaos                                    (about ten minutes; builds first)
    make chaos ARGS="--short"                     (about two minutes)
    python3 scripts/chaos/chaos.py --scenario database-restart [--binary .build/debug/toprelay] [--keep]

Everything runs on loopback and ends with the run: replicas of the relay, a private PostgreSQL, a gateway that checks
signs, proxies and clients. Each scenario runs twice: as it is, and with one call in a hundred that TOP never answers.
docs/reliability.md explains the promises and the table.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.append(str(ROOT / "scripts/bench"))

import report  # noqa: E402
from clusters import make_template, unmount_below  # noqa: E402
from processes import BenchError, Process  # noqa: E402
from replica import MemoryGroup, check_binary  # noqa: E402
from results import Result  # noqa: E402
from scenarios import SCENARIOS, Scenario, find  # noqa: E402
from servers import RelaySetup  # noqa: E402
from stage import Settings, Stage  # noqa: E402

# A run that takes longer than this ends by itself.
LIMIT_SECONDS = 2400
DESCRIPTORS = 8192
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)


def prepare(options: argparse.Namespace, folder: Path) -> Settings:
    """Makes the cluster that each scenario copies: migrations, an app, a session, a token."""
    server = make_template(folder)
    setup = RelaySetup(options.binary, folder, server.url)
    setup.command(
        "app", "put", "chaos", "--app-key", "key-chaos", "--secret-file", str(setup.secret_file), "--default"
    )  # fmt: skip
    setup.command("session", "put", "chaos", "demo", "--session-file", str(setup.session_file), "--default")
    setup.add_token()
    if server.stop() != 0:
        raise BenchError(f"the prepared cluster did not stop:\n{server.log_end()}")
    return Settings(
        setup=setup,
        template=server.data,
        secret=setup.secret_file.read_text(encoding="ascii"),
        session=setup.session_file.read_text(encoding="ascii"),
        token=(folder / "token").read_text(encoding="ascii"),
        seed=options.seed,
        replicas=options.replicas,
        calls_per_second=options.rate,
        after_seconds=options.seconds,
        time_scale=float(os.environ.get("TEST_TIME_SCALE", "1")),
    )


def run_one(scenario: Scenario, unanswered: bool, settings: Settings, folder: Path, logs: Path | None) -> Result:
    folder.mkdir()
    os.chmod(folder, 0o711)
    stage = Stage(scenario, unanswered, settings, folder)
    try:
        return stage.run()
    finally:
        stage.discard()
        Process.stop_all()
        if logs is not None:
            stage.keep_logs(logs / folder.name)
        shutil.rmtree(folder, ignore_errors=True)


def run(options: argparse.Namespace, folder: Path) -> tuple[list[Result], Settings]:
    print("preparing the database …", file=sys.stderr)
    settings = prepare(options, folder)
    results = []
    for scenario in options.scenarios:
        for unanswered in options.twins:
            started = time.monotonic()
            name = scenario.name + ("-unanswered" if unanswered else "")
            result = run_one(scenario, unanswered, settings, folder / name, options.keep)
            if unanswered and results and results[-1].scenario == scenario.name:
                result.twin_first_success = results[-1].first_success
            results.append(result)
            broken = result.broken_promises(settings.time_scale)
            verdict = "FAILED" if broken else "kept"
            print(
                f"{verdict}: {result.title}: {result.calls} calls, {result.good} as planned, {result.faults} faults,"
                f" first success after {report.seconds(result.first_success)} s,"
                f" took {time.monotonic() - started:.0f} s",
                file=sys.stderr,
            )
            for sentence in broken:
                print(f"    {sentence}", file=sys.stderr)
    return results, settings


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/toprelay", help="the relay to check")
    parser.add_argument("--short", action="store_true", help="fewer scenarios, each with unanswered calls alone")
    parser.add_argument("--scenario", action="append", type=find, metavar="NAME", help="only this one; repeatable")
    parser.add_argument("--twin", choices=["plain", "unanswered"], help="only this twin of each scenario")
    parser.add_argument("--list", action="store_true", help="list the scenarios, and do nothing")
    parser.add_argument("--seconds", type=float, default=2.5, help="of calls after each fault, at least")
    parser.add_argument("--rate", type=float, default=100, help="calls a second")
    parser.add_argument("--replicas", type=int, default=2, choices=[2, 3])
    parser.add_argument("--seed", type=int, default=1, help="decides verdicts, delays and the replica that is struck")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table there, between the markers")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the logs of all processes there")
    options = parser.parse_args()
    options.scenarios = options.scenario or [one for one in SCENARIOS if one.is_short or not options.short]
    twin = options.twin or ("unanswered" if options.short else None)
    options.twins = [False, True] if twin is None else [twin == "unanswered"]
    return options


def end(number: int, _frame: object) -> None:
    # A second signal must not interrupt the cleaning up.
    for other in ENDING_SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    if number == signal.SIGALRM:
        print(f"chaos: the run did not end within {LIMIT_SECONDS} s", file=sys.stderr)
    raise SystemExit(128 + number)


def main() -> int:
    options = arguments()
    if options.list:
        for scenario in SCENARIOS:
            print(f"{scenario.name:22}{'short ' if scenario.is_short else '      '}{scenario.about}")
        return 0
    options.binary = options.binary.resolve()
    for number in ENDING_SIGNALS:
        signal.signal(number, end)
    signal.alarm(LIMIT_SECONDS)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, DESCRIPTORS), hard))
    folder = Path(tempfile.mkdtemp(prefix="toprelay-chaos-"))
    # The user of PostgreSQL passes through it.
    os.chmod(folder, 0o711)
    try:
        check_binary(options.binary)
        results, settings = run(options, folder)
    except BenchError as error:
        print(f"chaos: {error}", file=sys.stderr)
        return 1
    finally:
        Process.stop_all()
        MemoryGroup.remove_all()
        unmount_below(folder)
        shutil.rmtree(folder, ignore_errors=True)
    kind = "release" if "release" in options.binary.parts else "debug"
    said = report.lines(results, settings.seed, settings.time_scale, kind)
    print("\n".join(said))
    if options.write:
        report.write(options.write, said)
    return 1 if any(result.broken_promises(settings.time_scale) for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
