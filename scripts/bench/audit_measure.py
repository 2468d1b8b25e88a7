#!/usr/bin/env python3
"""Times the questions of a dashboard against a running relay with a seeded trail (scripts/bench/audit_seed.sql).

    audit_measure.py http://127.0.0.1:8080 TOKEN DATABASE_URL_OF_PSQL [ROUNDS [WORDS]]

Values that exist are drawn from the trail by psql, another for each round; those that do not exist are made up. With WORDS only the questions whose title holds them
are asked. Prints a table in Markdown.
"""

import http.client
import json
import subprocess
import sys
import time
import urllib.parse


def values(database, column, condition="true"):
    """Values of a column, drawn all over the trail."""
    sql = (
        f"SELECT DISTINCT v FROM (SELECT {column} AS v FROM audit.calls TABLESAMPLE SYSTEM (0.02) "
        f"WHERE {condition}) AS s WHERE v IS NOT NULL LIMIT 60"
    )
    out = subprocess.run(["psql", database, "-Atc", sql], capture_output=True, text=True, check=True)
    return out.stdout.split("\n")[:-1]


class Relay:
    def __init__(self, url, token):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        self.headers = {"Authorization": "Bearer " + token}

    def get(self, path, **query):
        started = time.perf_counter()
        self.connection.request("GET", path + "?" + urllib.parse.urlencode(query), headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        spent = (time.perf_counter() - started) * 1000
        if answer.status == 400 and b"Counting this takes too long" in body:
            return spent, {"data": []}
        if answer.status != 200:
            raise SystemExit(f"{path} {query}: {answer.status} {body[:300]}")
        return spent, json.loads(body)


def main():
    relay, database = Relay(sys.argv[1], sys.argv[2]), sys.argv[3]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 30
    calls, stats = "/v1/audit/calls", "/v1/audit/stats"
    now = time.time()
    ago = lambda days: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - days * 86400))
    cases = [("no filter", calls, {}, None)]
    for name, column, condition in [
        ("method", "method", "true"), ("app", "app", "true"), ("seller", "seller", "true"), ("caller", "caller", "true"),
        ("outcome", "outcome", "true"), ("status", "status", "true"), ("code", "code", "true"), ("sub_code", "sub_code", "outcome <> 'success'"),
        ("top_request_id", "top_request_id", "true"), ("client_request_id", "client_request_id", "true"),
        ("ref", "refs[1]", "true"), ("from", "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')", "true"),
        ("to", "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')", "true"),
    ]:
        cases.append((name, calls, {}, (name, values(database, column, condition))))
    cases += [(f"{name}, none there", calls, {name: "absent"}, None)
              for name in ["method", "app", "seller", "caller", "code", "sub_code", "top_request_id", "client_request_id", "ref"]]
    cases += [
        ("min_duration_ms", calls, {}, ("min_duration_ms", ["100", "1000", "3000", "10000", "15000"])),
        ("method glob", calls, {"method": "demo.*.n3"}, None),
        ("key, none there", calls, {"key": "order_id:none"}, None),
        ("oldest first, a seller", calls, {"order": "oldest"}, ("seller", values(database, "seller"))),
    ]
    busiest = values(database, "seller", "seller IS NOT NULL")[:1] + ["absent"]
    counts = "count,errors,error_rate"
    for title, days, query in [
        ("a day by 1m", 1, {"bucket": "1m"}),
        ("a day by 1m and method", 1, {"bucket": "1m", "dimensions": "method"}),
        ("a day by 1m and method, counts", 1, {"bucket": "1m", "dimensions": "method", "measures": counts}),
        ("a day by 1m, method and outcome, counts", 1, {"bucket": "1m", "dimensions": "method,outcome", "measures": counts}),
        ("a day by 1m, method and outcome", 1, {"bucket": "1m", "dimensions": "method,outcome"}),
        ("a day by 1m of a seller", 1, {"bucket": "1m", "seller": busiest[0]}),
        ("a day by 1m of a method", 1, {"bucket": "1m", "method": "demo.method.n3"}),
        ("10 days by 5m", 10, {"bucket": "5m"}),
        ("30 days by 15m and outcome", 30, {"bucket": "15m", "dimensions": "outcome"}),
        ("30 days by 1h and method", 30, {"bucket": "1h", "dimensions": "method"}),
        ("30 days by 1h, method and outcome", 30, {"bucket": "1h", "dimensions": "method,outcome"}),
        ("30 days by 1h of a method", 30, {"bucket": "1h", "method": "demo.method.n3"}),
        ("30 days by 1h of a method, by outcome", 30, {"bucket": "1h", "method": "demo.method.n3", "dimensions": "outcome"}),
        ("30 days by 1h of a glob, counts", 30, {"bucket": "1h", "method": "demo.*", "measures": counts}),
        ("30 days by 1h of a status, by method", 30, {"bucket": "1h", "status": "504", "dimensions": "method"}),
        ("30 days by 1d, method, app and outcome, counts", 30, {"bucket": "1d", "dimensions": "method,app,outcome", "measures": counts}),
        ("30 days by 1d, method, app and outcome", 30, {"bucket": "1d", "dimensions": "method,app,outcome"}),
        ("30 days by 1d and seller", 30, {"bucket": "1d", "dimensions": "seller", "measures": "count"}),
        ("30 days by 1h of a seller", 30, {"bucket": "1h", "seller": busiest[0]}),
        ("30 days by 1h of a seller, by method", 30, {"bucket": "1h", "seller": busiest[0], "dimensions": "method"}),
        ("30 days in all by method, caller and outcome, counts", 30,
         {"bucket": "all", "dimensions": "method,caller,outcome", "measures": counts}),
        ("30 days in all by method", 30, {"bucket": "all", "dimensions": "method"}),
        ("the last hour's failures by sub_code", 1 / 24, {"bucket": "all", "dimensions": "sub_code", "outcome": "rejected"}),
        ("30 days of a document", 30, {"bucket": "1d", "ref": "SO1"}),
        ("30 days of slow calls by method", 30, {"bucket": "1d", "dimensions": "method", "min_duration_ms": "10000"}),
    ]:
        cases.append(("stats, " + title, stats, {"from": ago(days)} | query, None))
    if len(sys.argv) > 5:
        cases = [case for case in cases if sys.argv[5] in case[0]]
    print("| question | p50 ms | p95 ms | rows |\n|---|---|---|---|")
    for title, path, fixed, varied in cases:
        spent, rows = [], 0
        for number in range(rounds):
            query = dict(fixed)
            if varied:
                query[varied[0]] = varied[1][number % len(varied[1])]
            taken, answer = relay.get(path, **query)
            spent.append(taken)
            rows = len(answer["data"])
        spent.sort()
        print(f"| {title} | {spent[len(spent) // 2]:.1f} | {spent[min(len(spent) - 1, int(len(spent) * 0.95))]:.1f} | {rows} |", flush=True)


if __name__ == "__main__":
    main()
