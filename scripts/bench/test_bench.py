"""Tests of the benches' own logic. They start no server of the project: python3 -m unittest discover -s scripts/bench"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import resource
import socket
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request
from pathlib import Path

import bench
import instructions
from bench_report import GO, NGINX, RELAY, UPSTREAM, Results, make_report
from fixed_load import FixedLoad, request_bytes
from load import Sample, median_ratio
from markdown import write_section
from processes import BenchError, Process, process_clock, raise_descriptor_limit
from servers import REQUEST
from upstreams import UPSTREAMS, encoded
from yardstick import Probe, expect_same_call, signature


def sample(rate: float, cpu: float = 50.0, errors: int = 0) -> Sample:
    return Sample(
        calls=100, calls_per_second=rate, p50=1.0, p99=2.0, cpu=cpu, memory=10.0, errors=errors, database_cpu=5.0
    )  # fmt: skip


class OptionTests(unittest.TestCase):
    def test_the_default_run_takes_about_ten_minutes(self) -> None:
        self.assertLess(bench.estimated_minutes(bench.parse([])), 11)
        self.assertGreater(bench.estimated_minutes(bench.parse([])), 5)

    def test_a_subset_is_shorter_and_keeps_the_order(self) -> None:
        options = bench.parse(["--only", "relay,go", "--connections", "64", "--rounds", "1", "--upstreams", "0"])
        self.assertEqual(options.only, ["go", "relay"])
        self.assertLess(bench.estimated_minutes(options), 0.2)

    def test_wrong_values_are_refused(self) -> None:
        for function, text in [
            (bench.server_names, "apache"), (bench.upstream_names, "500"), (bench.numbers, "0"),
            (bench.numbers, "5000"), (bench.positive, "0"),
        ]:  # fmt: skip
            with self.subTest(text=text), self.assertRaises(argparse.ArgumentTypeError):
                function(text)


class ReportTests(unittest.TestCase):
    def results(self, relay: Sample) -> Results:
        results = Results([NGINX, GO, RELAY])
        for _ in range(2):
            results.add(UPSTREAM, UPSTREAMS[0], 1, sample(9000))
            for connections in (1, 64):
                results.add(NGINX, UPSTREAMS[0], connections, sample(20_000, 10))
                results.add(GO, UPSTREAMS[0], connections, sample(1000, 100))
                results.add(RELAY, UPSTREAMS[0], connections, relay)
        results.rows = {RELAY: 400, GO: 400}
        return results

    def report(self, results: Results) -> tuple[str, list[str]]:
        report = make_report(bench.parse([]), results, "15")
        return "\n".join(report.lines), report.missed

    def test_kept_promises(self) -> None:
        text, missed = self.report(self.results(sample(1200)))
        self.assertEqual(missed, [])
        self.assertIn("| 0 ms | 64 | 1.20 | 0.50 | 0.06 | 5.00 |", text)

    def test_missed_promises(self) -> None:
        _, missed = self.report(self.results(sample(1000, cpu=70, errors=1)))
        self.assertEqual(len(missed), 3, missed)

    def test_a_call_without_a_row_is_missed(self) -> None:
        results = self.results(sample(1200))
        results.rows[RELAY] = 399
        self.assertEqual(self.report(results)[1], ["relay: a row for every call"])

    def test_a_ratio_compares_samples_of_the_same_round(self) -> None:
        ours = [sample(10), sample(100), sample(1000)]
        theirs = [sample(20), sample(50), sample(500)]
        self.assertEqual(median_ratio(ours, theirs, "calls_per_second"), 2.0)

    def test_a_section_is_replaced_and_the_rest_stays(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.md"
            page.write_text("before\n<!-- x: start -->\nold\n<!-- x: end -->\nafter\n", encoding="utf-8")
            write_section(page, "x", ["new"])
            self.assertEqual(
                page.read_text(encoding="utf-8"), "before\n<!-- x: start -->\n\nnew\n\n<!-- x: end -->\nafter\n"
            )
            with self.assertRaises(BenchError):
                write_section(page, "y", ["new"])

    def test_the_page_has_every_section(self) -> None:
        text = instructions.PAGE.read_text(encoding="utf-8")
        for name in ("calls", "instructions", "catalog"):
            self.assertEqual(text.count(f"<!-- {name}: start -->"), 1)
            self.assertEqual(text.count(f"<!-- {name}: end -->"), 1)


class InstructionTests(unittest.TestCase):
    def test_growth_over_five_percent_fails(self) -> None:
        recorded = {"instructions": 100_000.0}
        self.assertEqual(instructions.judge({"instructions": 105_000.0}, recorded), [])
        self.assertEqual(instructions.judge({"instructions": 50_000.0}, recorded), [])
        self.assertEqual(len(instructions.judge({"instructions": 105_100.0}, recorded)), 1)

    def test_a_missing_record_fails(self) -> None:
        self.assertEqual(len(instructions.judge({"instructions": 1.0}, {})), 1)

    def test_the_check_compares_with_what_was_recorded(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file, page = Path(folder) / "record.json", Path(folder) / "page.md"
            page.write_text("<!-- instructions: start -->\n<!-- instructions: end -->\n", encoding="utf-8")
            figures = {"instructions": 1000.004, "system calls": 5.0}
            instructions.record(figures, ["the figures"], file, page)
            self.assertIn("the figures", page.read_text(encoding="utf-8"))
            self.assertEqual(instructions.check(figures, file), 0)
            with contextlib.redirect_stderr(io.StringIO()) as said:
                self.assertEqual(instructions.check({"instructions": 1060.0, "system calls": 5.0}, file), 1)
            self.assertIn("6.0 % more", said.getvalue())

    def test_the_record_has_the_figures(self) -> None:
        recorded = json.loads(instructions.RECORD.read_text(encoding="utf-8"))
        self.assertEqual(set(recorded), {tracer.name for tracer in instructions.TRACERS})

    def test_totals_are_read(self) -> None:
        self.assertEqual(instructions.callgrind_total("events: Ir\nfn=(1)\n1 5\n\ntotals: 12345\n"), 12345)
        table = "% time seconds usecs/call calls errors syscall\n 60.0 0.1 5 20 1 read\n100.00 0.2 5 246 12 total\n"
        self.assertEqual(instructions.strace_total(table), 246)

    def test_a_file_without_a_total_is_an_error(self) -> None:
        for read in (instructions.callgrind_total, instructions.strace_total):
            with self.assertRaises(BenchError):
                read("nothing\n")


class SignTests(unittest.TestCase):
    def test_a_known_sign(self) -> None:
        form = {"foo": "1", "bar": "2", "foo_bar": "3", "foobar": "4"}
        self.assertEqual(
            signature(form, "helloworld"), "339676BF36C50A8BD3D8F6B4A81B2F9AA614B05BFCFEBEFC169CB830D6B77D3B"
        )


class Poster:
    """A client that sends the form of a service."""

    def __init__(self, url: str, name: str, form: dict[str, str], sign: str | None = None) -> None:
        self.url, self.name, self.form = url, name, form
        self.sign = sign or signature(form, "secret")

    def one_call(self, _app: str) -> None:
        data = urllib.parse.urlencode(self.form | {"sign": self.sign}).encode()
        with urllib.request.urlopen(self.url, data=data, timeout=10) as answer:
            answer.read()


class ProbeTests(unittest.TestCase):
    def setUp(self) -> None:
        self.probe = Probe()
        self.addCleanup(self.probe.stop)
        form = {"list": '{"a":1,"b":2}', "phone": "1", "timestamp": "2020-01-01 00:00:00"}
        self.relay = Poster(self.probe.url, "relay", form)
        self.go = Poster(self.probe.url, "Go", form | {"list": '{"b":2, "a":1}', "timestamp": "2020-01-01 00:00:01"})

    def test_the_same_call_passes(self) -> None:
        expect_same_call(self.probe, self.relay, self.go, "secret")

    def test_other_parameters_are_an_error(self) -> None:
        self.go = Poster(self.probe.url, "Go", self.go.form | {"phone": "2"})
        with self.assertRaisesRegex(BenchError, "phone"):
            expect_same_call(self.probe, self.relay, self.go, "secret")

    def test_a_wrong_sign_is_an_error(self) -> None:
        self.go.sign = "0" * 64
        with self.assertRaisesRegex(BenchError, "sign"):
            expect_same_call(self.probe, self.relay, self.go, "secret")


class FixedLoadTests(unittest.TestCase):
    """Against a socket that answers each request with the given text."""

    def serve(self, answer: bytes, close: bool = False) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        self.requests = 0

        def connection(peer: socket.socket) -> None:
            with peer:
                while data := peer.recv(65536):
                    self.requests += data.count(b"POST ")
                    peer.sendall(answer)
                    if close:
                        return

        def accept() -> None:
            try:
                while True:
                    peer, _ = listener.accept()
                    threading.Thread(target=connection, args=(peer,), daemon=True).start()
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1]

    def load(self, port: int, calls: int) -> None:
        FixedLoad(port, request_bytes("/", "token", encoded(REQUEST)), 3, calls).run()

    def test_it_makes_exactly_the_calls(self) -> None:
        self.load(self.serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), 50)
        self.assertEqual(self.requests, 50)

    def test_a_refusal_is_an_error(self) -> None:
        with self.assertRaises(BenchError):
            self.load(self.serve(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"), 50)

    def test_a_closed_connection_is_an_error(self) -> None:
        with self.assertRaises(BenchError):
            self.load(self.serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", close=True), 50)


class ProcessTests(unittest.TestCase):
    def test_the_clock_of_a_process_is_its_cpu_time(self) -> None:
        before = time.process_time()
        measured = process_clock(os.getpid())
        self.assertGreaterEqual(measured, before)
        self.assertLessEqual(measured, time.process_time())

    def test_a_process_that_fails_is_an_error(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            process = Process("failing", ["/bin/sh", "-c", "echo the reason; exit 3"], Path(folder))
            process.child.wait(30)
            for expect in (process.check, process.stop_and_expect_zero):
                with self.assertRaisesRegex(BenchError, "ended with 3(.|\n)*the reason"):
                    expect()

    def test_an_idle_process_is_waited_for(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            script = "import time\nwhile time.process_time() < 0.5: pass\ntime.sleep(60)"
            process = Process("busy", [sys.executable, "-c", script], Path(folder))
            self.addCleanup(process.stop)
            process.wait_until(lambda: process.cpu_seconds() > 0.1, "starting")
            process.wait_until_idle()
            self.assertGreaterEqual(process.cpu_seconds(), 0.5)

    def test_an_ended_process_has_no_time(self) -> None:
        self.assertEqual(process_clock(2**22 - 1), 0.0)

    def test_the_limit_of_open_files_is_raised(self) -> None:
        raise_descriptor_limit()
        self.assertGreaterEqual(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 16_384)


if __name__ == "__main__":
    unittest.main()
