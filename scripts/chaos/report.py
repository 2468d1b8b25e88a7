"""The table of a run, in Markdown."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from pathlib import Path

from results import ANSWER_LIMIT_SECONDS, IDLE_CPU_LIMIT_PERCENT, RECOVERY_LIMIT_SECONDS, Result

BEGIN = "<!-- The table below is written by make chaos. -->"
END = "<!-- The table above is written by make chaos. -->"

COLUMNS = [
    "scenario", "calls", "faults", "lost", "doubled", "mismatched", "stuck", "first success s", "last failure s",
    "slowest s", "idle CPU %", "peak MB", "exit", "livez", "readyz", "verdict",
]  # fmt: skip


def lines(results: list[Result], seed: int, time_scale: float, binary: str) -> list[str]:
    """The table, the totals, notes and broken promises."""
    cores = os.cpu_count()
    said = [
        f"Run of {datetime.now(timezone.utc):%Y-%m-%d}, {binary} build, {cores} cores, Linux {platform.release()},"
        f" seed {seed}.",
        f"Limits: recovery {RECOVERY_LIMIT_SECONDS * time_scale:g} s, answers {ANSWER_LIMIT_SECONDS * time_scale:g} s,"
        f" idle CPU {IDLE_CPU_LIMIT_PERCENT:g} % of a core.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|---|" + "---:|" * 11 + "---|" * 4,
    ]
    said += [table_line(result, time_scale) for result in results]
    said += ["", totals(results), ""]
    for result in results:
        said += [f"- {result.title}: {note}" for note in result.notes]
    for result in results:
        said += [f"- **{result.title}**: {sentence}" for sentence in result.broken_promises(time_scale)]
    while said[-1] == "":
        said.pop()
    return said


def table_line(result: Result, time_scale: float) -> str:
    found = result.findings
    cells = [
        result.title,
        f"{result.calls:,}",
        f"{result.faults:,}",
        *(str(len(kind)) for kind in (found.lost, found.doubled, found.mismatched, found.stuck)),
        seconds(result.first_success),
        seconds(result.last_failure),
        seconds(result.slowest_answer),
        " ".join(f"{percent:.0f}" for percent in result.idle_cpu_percent),
        f"{result.peak_megabytes:.0f}",
        " ".join(str(code) for code in result.exit_codes),
        health(result.livez),
        health(result.readyz),
        "**failed**" if result.broken_promises(time_scale) else "kept",
    ]
    return "| " + " | ".join(cells) + " |"


def totals(results: list[Result]) -> str:
    """One sentence over all scenarios."""
    found = [result.findings for result in results]
    names = ("lost", "doubled", "mismatched", "stuck")
    counts = {name: sum(len(getattr(one, name)) for one in found) for name in names}
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    calls, faults = sum(result.calls for result in results), sum(result.faults for result in results)
    return f"{calls:,} calls under {faults:,} faults in {len(results)} scenarios: {told}."


def seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f}"


def health(replicas: list[list[int]]) -> str:
    """The statuses during the fault, of each replica whose course differs. A dash means no answer."""
    courses = ["→".join(str(status or "–") for status in course) for course in replicas]
    return ", ".join(dict.fromkeys(courses))


def write(path: Path, report: list[str]) -> None:
    """Puts the report between the markers of the document; ValueError where it has none."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path} does not have both markers")
    path.write_text(before + begin + "\n\n" + "\n".join(report) + "\n\n" + end + after, encoding="utf-8")
