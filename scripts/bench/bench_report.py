"""The report of `make bench`: a table for each upstream, the ratios, memory, and the promises."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from load import Sample, median, median_ratio
from markdown import Report, machine, today
from upstreams import Upstream

UPSTREAM, NGINX, GO, RELAY = "upstream itself", "nginx", "Go", "relay"

# What the project promises. --check fails if one is missed.
LIMIT_CPU_MICROSECONDS = 62.0
LIMIT_GO_RATIO = 1.15
LIMIT_ADDED_MILLISECONDS = 0.7
LIMIT_MEGABYTES = {256: 60.0, 1000: 80.0}
LIMIT_IN_FLIGHT_RATIO = 1.25

MEMORY_CONNECTIONS = (64, 256, 1000, 3000)


@dataclass
class Flight:
    """Memory of a fresh process with calls in flight, in MB."""

    idle: float
    peak: float
    sample: Sample


class Results:
    """All samples of a run, by upstream, connections and server."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.samples: dict[tuple[Upstream, int], dict[str, list[Sample]]] = {}
        self.flights: dict[tuple[str, int], Flight] = {}
        self.rows: dict[str, int] = {}

    def add(self, name: str, upstream: Upstream, connections: int, sample: Sample) -> None:
        self.samples.setdefault((upstream, connections), {}).setdefault(name, []).append(sample)

    def add_memory(self, name: str, connections: int, idle: float, peak: float, sample: Sample) -> None:
        self.flights[(name, connections)] = Flight(idle, peak, sample)

    def of(self, name: str, connections: int, delay_ms: int = 0) -> list[Sample]:
        """The samples with a plain upstream; empty if there are none."""
        for (upstream, count), by_name in self.samples.items():
            if count == connections and upstream.delay_ms == delay_ms and not upstream.tls:
                return by_name.get(name, [])
        return []

    def upstreams(self) -> list[Upstream]:
        return list(dict.fromkeys(upstream for upstream, _ in self.samples))

    def all(self, name: str) -> list[Sample]:
        return [sample for by_name in self.samples.values() for sample in by_name.get(name, [])]

    def errors(self) -> int:
        samples = [sample for name in (UPSTREAM, *self.names) for sample in self.all(name)]
        return sum(sample.errors for sample in samples + [flight.sample for flight in self.flights.values()])


def make_report(options: argparse.Namespace, results: Results, postgres_version: str) -> Report:
    report = Report()
    report.say(f"Measured {today()} on {machine()}; PostgreSQL {postgres_version}, fsync on.")
    report.say(f"Medians of {options.rounds} rounds of {options.seconds} s each; command: `make bench`.")
    for upstream in results.upstreams():
        _say_samples(report, results, upstream)
    _say_ratios(report, results)
    _say_memory(report, results)
    report.say()
    report.say("### Promises")
    report.say()
    _say_promises(report, results)
    _say_counts(report, results)
    return report


def _say_samples(report: Report, results: Results, upstream: Upstream) -> None:
    report.say()
    report.say(f"### Upstream with {upstream.title}")
    report.say()
    heads = ["server", "connections", "calls/s", "p50 ms", "p99 ms", "CPU µs/call", "PostgreSQL µs/call"]
    rows = []
    for (of, connections), by_name in results.samples.items():
        for name, samples in by_name.items() if of == upstream else ():
            database = f"{median(samples, 'database_cpu'):.1f}" if name in (GO, RELAY) else ""
            rows.append([
                name, f"{connections:,}", f"{median(samples, 'calls_per_second'):,.0f}", f"{median(samples, 'p50'):.3f}",
                f"{median(samples, 'p99'):.3f}", f"{median(samples, 'cpu'):.1f}", database,
            ])  # fmt: skip
    report.table(heads, rows)


def _say_ratios(report: Report, results: Results) -> None:
    others = [name for name in (GO, NGINX) if name in results.names]
    if RELAY not in results.names or not others:
        return
    report.say()
    report.say("### Ratios")
    report.say()
    report.say("Each is the relay's figure divided by the other server's, as the median of the rounds' own ratios.")
    report.say()
    heads = ["upstream", "connections"]
    for other in others:
        heads += [f"calls/s ÷ {other}", f"CPU ÷ {other}"]
    rows = []
    for (upstream, connections), by_name in results.samples.items():
        row = [upstream.title, f"{connections:,}"]
        for other in others:
            for field in ("calls_per_second", "cpu"):
                row.append(f"{median_ratio(by_name[RELAY], by_name[other], field):.2f}")
        rows.append(row)
    report.table(heads, rows)


def _say_memory(report: Report, results: Results) -> None:
    if not results.flights:
        return
    report.say()
    report.say("### Memory with calls in flight")
    report.say()
    report.say("A fresh process for each row, with an upstream of 200 ms. MB are 10^6 bytes of resident memory.")
    report.say()
    rows = [
        [
            name, f"{connections:,}", f"{flight.idle:.1f}", f"{flight.peak:.1f}",
            f"{flight.sample.calls_per_second:,.0f}", f"{flight.sample.p50:.0f}",
        ]
        for (name, connections), flight in results.flights.items()
    ]  # fmt: skip
    report.table(["server", "in flight", "MB before", "MB at most", "calls/s", "p50 ms"], rows)


def _say_promises(report: Report, results: Results) -> None:
    relay, go = results.of(RELAY, 64), results.of(GO, 64)
    if relay:
        report.at_most("CPU a call at 64 connections", median(relay, "cpu"), LIMIT_CPU_MICROSECONDS, "µs")
    if relay and go:
        ratio = median_ratio(relay, go, "calls_per_second")
        report.at_least("calls a second beside Go at 64 connections", ratio, LIMIT_GO_RATIO, "×")
    if one := results.of(RELAY, 1):
        base = median(results.of(UPSTREAM, 1), "p50")
        report.at_most("added to one caller at the median", median(one, "p50") - base, LIMIT_ADDED_MILLISECONDS, "ms")
        for name in (name for name in (GO, NGINX) if name in results.names):
            report.say(f"- added by {name} to one caller: {median(results.of(name, 1), 'p50') - base:.2f} ms")
    for connections, limit in LIMIT_MEGABYTES.items():
        if flight := results.flights.get((RELAY, connections)):
            report.at_most(f"memory with {connections:,} calls in flight", flight.peak, limit, "MB")
    many = results.of(RELAY, 1000, delay_ms=200)
    if relay and many:
        ratio = median_ratio(many, relay, "cpu")
        report.at_most("CPU a call with 1,000 in flight and 200 ms, beside 64", ratio, LIMIT_IN_FLIGHT_RATIO, "×")


def _say_counts(report: Report, results: Results) -> None:
    errors = results.errors()
    if errors:
        report.missed.append("every call succeeds")
    report.say(f"- failed calls of all servers: **{errors}**, none promised: {'MISSED' if errors else 'kept'}")
    for name, rows in results.rows.items():
        # wrk drops what is in flight when its time is over: there may be more rows than answers, never fewer.
        answered = sum(sample.calls for sample in results.all(name))
        report.say(f"- {name}: {answered:,} calls answered, {rows:,} rows stored")
        if rows < answered:
            report.missed.append(f"{name}: a row for every call")
            report.say(f"- MISSED: {answered - rows:,} calls of {name} without a row")
