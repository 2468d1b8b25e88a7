#!/usr/bin/env python3
"""Times the questions of a dashboard against a running relay with a seeded trail (scripts/bench/audit_seed.sql).

    audit_measure.py http://127.0.0.1:8080 TOKEN_FILE DATABASE_URL_OF_PSQL [ROUNDS]

Values that exist are drawn from the trail by psql, another for each round; those that do not exist are made up. Keys
are asked for where the table bench_things names things that real calls touched. Prints a table in Markdown.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

CALLS, STATS = "/v1/audit/calls", "/v1/audit/stats"
INSTANT = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"

# Filters with the SQL of a value that exists, and a condition on the rows that it is drawn from.
FILTERS = [
    ("method", "method", "true"),
    ("app", "app", "true"),
    ("seller", "seller", "seller IS NOT NULL"),
    ("caller", "caller", "true"),
    ("outcome", "outcome", "true"),
    ("status", "status", "true"),
    ("code", "code", "code IS NOT NULL"),
    ("sub_code", "sub_code", "sub_code IS NOT NULL"),
    ("top_request_id", "top_request_id", "true"),
    ("client_request_id", "client_request_id", "client_request_id IS NOT NULL"),
    ("ref", "refs[1]", "refs IS NOT NULL"),
    ("from", INSTANT, "true"),
    ("to", INSTANT, "true"),
]
# Questions with several filters: nothing is promised of them.
MIXTURES = [
    ("seller", "outcome"),
    ("caller", "sub_code"),
    ("method", "seller", "app"),
    ("seller", "status"),
    ("method", "to"),
    ("seller", "from", "method"),
]
MILLISECONDS = {"page": 20.0, "key": 10.0, "stats by 1m": 50.0, "stats by 1h": 200.0}


@dataclass
class Case:
    """One question: fixed parameters, and sets of parameters. Each round takes another set."""

    title: str
    path: str = CALLS
    kind: str = "page"
    fixed: dict[str, str] = field(default_factory=dict)
    varied: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Timing:
    title: str
    kind: str
    p50: float
    p95: float
    rows: float


class Trail:
    """The relay's database, queried with psql."""

    def __init__(self, database: str, programs: str = "") -> None:
        self.command = [programs + "psql", "-X", "-A", "-t", "-q", "-d", database, "-c"]

    def rows(self, sql: str) -> list[list[str]]:
        done = subprocess.run(self.command + [sql], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
        return [line.split("|") for line in done.stdout.splitlines() if line]

    def drawn(self, columns: list[str], condition: str = "true") -> list[list[str]]:
        """Values from rows all over the trail."""
        return self.rows(
            f"SELECT {', '.join(columns)} FROM (SELECT * FROM audit.calls TABLESAMPLE SYSTEM (0.05) WHERE {condition}) AS s"
            " ORDER BY md5(id::text) LIMIT 60"
        )


class Relay:
    def __init__(self, url: str, token: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self.headers = {"Authorization": "Bearer " + token}

    def get(self, path: str, query: dict[str, str]) -> tuple[float, dict]:
        started = time.perf_counter()
        self.connection.request("GET", path + "?" + urllib.parse.urlencode(query), headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        spent = (time.perf_counter() - started) * 1000
        if answer.status == 400 and b"Counting takes too long" in body:
            return spent, {"data": []}
        if answer.status != 200:
            raise SystemExit(f"{path} {query}: {answer.status} {body[:300]!r}")
        return spent, json.loads(body)


def cases(trail: Trail) -> list[Case]:
    sql = {name: (column, condition) for name, column, condition in FILTERS}
    ago = lambda days: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86400))
    found = [Case("no filter"), Case("oldest first", fixed={"order": "oldest"})]
    for name, column, condition in FILTERS:
        found.append(Case(name, varied=[{name: row[0]} for row in trail.drawn([column], condition)]))
    for name in ["method", "app", "seller", "caller", "code", "sub_code", "top_request_id", "client_request_id", "ref"]:
        found.append(Case(f"{name}, none there", fixed={name: "absent"}))
    found.append(Case("status, none there", fixed={"status": "418"}))
    for names in MIXTURES:
        conditions = " AND ".join(sql[name][1] for name in names)
        rows = trail.drawn([sql[name][0] for name in names], conditions)
        found.append(Case(" + ".join(names), kind="mixture", varied=[dict(zip(names, row)) for row in rows]))
    found += [
        Case("min_duration_ms", varied=[{"min_duration_ms": text} for text in ["100", "1000", "3000", "10000", "15000"]]),
        Case("method glob", fixed={"method": "demo.*.n3"}),
        Case("seller, oldest first", fixed={"order": "oldest"}, varied=[{"seller": r[0]} for r in trail.drawn(["seller"], "seller IS NOT NULL")]),
        Case("deep cursor", varied=[{"cursor": "o" + r[0]} for r in trail.drawn(["id::text"])]),
        Case("deep cursor, newer", varied=[{"cursor": "n" + r[0]} for r in trail.drawn(["id::text"])]),
        Case(
            "deep cursor + seller",
            kind="mixture",
            varied=[{"cursor": "o" + r[0], "seller": r[1]} for r in trail.drawn(["id::text", "seller"], "seller IS NOT NULL")],
        ),
        Case("include both texts", fixed={"include": "request,response"}),
        Case("key, none there", kind="key", fixed={"key": "phone:13999999999"}),
    ]
    things = trail.rows("SELECT n FROM public.bench_things ORDER BY n LIMIT 60")
    if things:
        found.append(Case("key", kind="key", varied=[{"key": f"phone:{thing_phone(int(n))}"} for (n,) in things]))
        found.append(Case("key of every thing's call", kind="key", fixed={"key": "channel_id:1"}))
    found += [Case(f"stats, {title}", STATS, kind, {"from": ago(days)} | query) for title, kind, days, query in stats(trail)]
    ids = trail.drawn(["id::text"])
    return found + [Case("one call by its id", CALLS + "/{id}", "key", varied=[{"id": row[0]} for row in ids])]


def stats(trail: Trail) -> list[tuple[str, str, float, dict[str, str]]]:
    """Title, what is promised, days back, query."""
    seller = trail.drawn(["seller"], "seller IS NOT NULL")[0][0]
    counts = "count,errors,error_rate"
    return [
        ("a day by 1m", "stats by 1m", 1, {"bucket": "1m"}),
        ("a day by 1m and method", "stats", 1, {"bucket": "1m", "dimensions": "method"}),
        ("a day by 1m, method and outcome, counts", "stats", 1, {"bucket": "1m", "dimensions": "method,outcome", "measures": counts}),
        ("a day by 1m of a seller", "stats", 1, {"bucket": "1m", "seller": seller}),
        ("a day by 1m of a method", "stats", 1, {"bucket": "1m", "method": "demo.method.n3"}),
        ("10 days by 5m", "stats", 10, {"bucket": "5m"}),
        ("30 days by 15m and outcome", "stats", 30, {"bucket": "15m", "dimensions": "outcome"}),
        ("30 days by 1h and method", "stats by 1h", 30, {"bucket": "1h", "dimensions": "method"}),
        ("30 days by 1h, method and outcome", "stats", 30, {"bucket": "1h", "dimensions": "method,outcome"}),
        ("30 days by 1h of a method, by outcome", "stats", 30, {"bucket": "1h", "method": "demo.method.n3", "dimensions": "outcome"}),
        ("30 days by 1h of a glob, counts", "stats", 30, {"bucket": "1h", "method": "demo.*", "measures": counts}),
        ("30 days by 1h of a status, by method", "stats", 30, {"bucket": "1h", "status": "504", "dimensions": "method"}),
        ("30 days by 1d, method, app and outcome", "stats", 30, {"bucket": "1d", "dimensions": "method,app,outcome"}),
        ("30 days by 1d and seller, counts", "stats", 30, {"bucket": "1d", "dimensions": "seller", "measures": "count"}),
        ("30 days by 1h of a seller", "stats", 30, {"bucket": "1h", "seller": seller}),
        ("30 days by 1h of a seller, by method", "stats", 30, {"bucket": "1h", "seller": seller, "dimensions": "method"}),
        ("30 days in all by method", "stats", 30, {"bucket": "all", "dimensions": "method"}),
        ("the last hour's failures by sub_code", "stats", 1 / 24, {"bucket": "all", "dimensions": "sub_code", "outcome": "rejected"}),
        ("30 days of slow calls by method", "stats", 30, {"bucket": "1d", "dimensions": "method", "min_duration_ms": "10000"}),
    ]


def thing_phone(number: int) -> str:
    """The phone of a thing: what the call about it said."""
    return f"139{number:08d}"


def measure(relay: Relay, case: Case, rounds: int) -> Timing:
    spent, rows = [], 0
    for number in range(-3, rounds):
        query = dict(case.fixed)
        if case.varied:
            query |= case.varied[number % len(case.varied)]
        path = case.path
        if "{id}" in path:
            path = path.replace("{id}", query.pop("id"))
        taken, answer = relay.get(path, query)
        # The first ones only warm the connection's caches.
        if number >= 0:
            spent.append(taken)
            rows += len(answer["data"]) if "data" in answer else 1
    spent.sort()
    return Timing(case.title, case.kind, spent[len(spent) // 2], spent[int((len(spent) - 1) * 0.95)], rows / rounds)


def table(timings: list[Timing]) -> list[str]:
    lines = ["| question | p50 ms | p95 ms | promised | rows a page |", "|---|---:|---:|---:|---:|"]
    for timing in timings:
        limit = MILLISECONDS.get(timing.kind)
        promised = "" if limit is None else f"{limit:.0f}" + ("" if timing.p95 <= limit else " MISSED")
        lines.append(f"| {timing.title} | {timing.p50:.1f} | {timing.p95:.1f} | {promised} | {timing.rows:.0f} |")
    return lines


def run(url: str, token: str, trail: Trail, rounds: int) -> list[Timing]:
    relay = Relay(url, token)
    timings = []
    for case in cases(trail):
        timings.append(measure(relay, case, rounds))
        print(f"{case.title}: {timings[-1].p50:.1f} ms, p95 {timings[-1].p95:.1f} ms", file=sys.stderr, flush=True)
    return timings


def main() -> None:
    token = Path(sys.argv[2]).read_text(encoding="ascii").strip()
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 30
    print("\n".join(table(run(sys.argv[1], token, Trail(sys.argv[3]), rounds))))


if __name__ == "__main__":
    main()
