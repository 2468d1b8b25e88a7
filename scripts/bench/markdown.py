"""What a bench prints and writes: lines of Markdown, promises kept or missed, and sections of a page."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from pathlib import Path

from processes import BenchError


class Report:
    """Lines of Markdown, and the promises that were missed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.missed: list[str] = []

    def say(self, line: str = "") -> None:
        self.lines.append(line)

    def table(self, heads: list[str], rows: list[list[str]], text_columns: int = 1) -> None:
        """A table whose first columns are text and whose others are numbers."""
        self.say("| " + " | ".join(heads) + " |")
        self.say("|" + "---|" * text_columns + "---:|" * (len(heads) - text_columns))
        for row in rows:
            self.say("| " + " | ".join(row) + " |")

    def at_most(self, name: str, value: float, limit: float, unit: str) -> None:
        self._compare(name, shown(value, unit), value <= limit, f"at most {limit:,g}")

    def at_least(self, name: str, value: float, limit: float, unit: str) -> None:
        self._compare(name, shown(value, unit), value >= limit, f"at least {limit:,g}")

    def _compare(self, name: str, value: str, kept: bool, promise: str) -> None:
        self.say(f"- {name}: **{value}**, {promise} promised: {'kept' if kept else 'MISSED'}")
        if not kept:
            self.missed.append(name)


def shown(value: float, unit: str) -> str:
    return (f"{value:,.0f} {unit}" if value >= 1000 else f"{value:.2f} {unit}").rstrip()


def machine() -> str:
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} cores of {model}, Linux {platform.release()}"


def today() -> str:
    return f"{datetime.now(timezone.utc):%Y-%m-%d}"


def write_section(path: Path, name: str, lines: list[str]) -> None:
    """Replaces what stands between a section's two markers, and leaves the rest of the page as it is."""
    start, end = f"<!-- {name}: start -->\n", f"<!-- {name}: end -->"
    text = path.read_text(encoding="utf-8")
    before, found, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise BenchError(f"{path} has no markers of the section {name}")
    path.write_text(before + start + "\n" + "\n".join(lines).strip("\n") + "\n\n" + closed + after, encoding="utf-8")
