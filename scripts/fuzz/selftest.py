"""Checks that the fuzz harness finds what it looks for, with servers that misbehave on purpose."""

from __future__ import annotations

import asyncio
import random
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.append(str(Path(__file__).resolve().parents[1] / "bench"))

import attack  # noqa: E402
from fuzz import reports  # noqa: E402
from inputs import good, smuggling  # noqa: E402
from mutation import mutate, pieces  # noqa: E402
from upstream import Upstream  # noqa: E402


def violations(answer: bytes | None) -> list[str]:
    """What clients find at a server that gives one answer to everything, or never ends."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read(-1)
            if answer is None:
                await asyncio.sleep(60)
            else:
                writer.write(answer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort() if answer is None else writer.close()

    async def run() -> list[str]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        clients = attack.Attack(server.sockets[0].getsockname()[1], 1, "token")
        await clients.run(4, asyncio.get_running_loop().time() + 0.3)
        return clients.violations

    return asyncio.run(run())


class AttackTests(unittest.TestCase):
    def test_http_passes(self) -> None:
        self.assertEqual(violations(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), [])

    def test_an_end_without_an_answer_passes(self) -> None:
        self.assertEqual(violations(b""), [])

    def test_what_is_not_http_is_found(self) -> None:
        self.assertTrue(all(text.startswith("answer:") for text in violations(b"HTTP/1.1 2")))
        self.assertTrue(violations(b"garbage"))

    def test_an_internal_error_is_found(self) -> None:
        self.assertIn("status 500", violations(b"HTTP/1.1 500 Oops\r\n\r\n")[0])

    def test_a_hang_is_found(self) -> None:
        limit = attack.ANSWER_SECONDS
        attack.ANSWER_SECONDS = 0.2
        try:
            self.assertIn("hang", violations(None)[0])
        finally:
            attack.ANSWER_SECONDS = limit


class ReportTests(unittest.TestCase):
    def test_reports_of_sanitizers_and_traps_are_found(self) -> None:
        for line in [
            "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x1",
            "WARNING: ThreadSanitizer: data race (pid=1)",
            "a.c:1:2: runtime error: signed integer overflow",
            "Swift/Array.swift:1: Fatal error: Index out of range",
        ]:
            self.assertEqual(reports(f"first\n{line}\nmore\n"), [f"{line}\nmore"])

    def test_a_quiet_log_has_none(self) -> None:
        self.assertEqual(reports('{"level":"warning","message":"TOP gave no answer"}\n'), [])


class InputTests(unittest.TestCase):
    def test_a_seed_repeats_every_input(self) -> None:
        def inputs(seed: int) -> list[tuple[str, bytes]]:
            source = random.Random(seed)
            return [attack.choose(source, good("t"), smuggling()) for _ in range(300)]

        self.assertEqual(inputs(1), inputs(1))
        self.assertNotEqual(inputs(1), inputs(2))
        self.assertEqual(len({kind for kind, _ in inputs(1)}), 6)

    def test_pieces_make_up_the_message(self) -> None:
        source = random.Random(1)
        for length in [0, 1, 2, 50, 500]:
            message = source.randbytes(length)
            for _ in range(50):
                self.assertEqual(b"".join(pieces(source, message)), message)

    def test_changes_are_bounded(self) -> None:
        source = random.Random(1)
        corpus = Upstream(1).corpus
        for _ in range(300):
            self.assertLessEqual(len(mutate(source, source.choice(corpus), corpus)), 1 << 18)


def main() -> int:
    result = unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]))
    if not result.wasSuccessful():
        return 1
    print(f"{result.testsRun} checks passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
