"""Checks the checker: records with a planted fault must be found, and records without one must pass.

    python3 scripts/chaos/selftest.py

Nothing of the relay runs. The gateway and the proxy are tried on loopback.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.append(str(Path(__file__).resolve().parents[1] / "bench"))

import report  # noqa: E402
from clients import take_answer  # noqa: E402
from join import Findings, Join  # noqa: E402
from plan import Plan, number_of_reference, reference  # noqa: E402
from records import Call, Intent, Receipt, Row, Trail  # noqa: E402
from results import Result  # noqa: E402
from scenarios import SCENARIOS  # noqa: E402
from selftest_wire import WireTests  # noqa: E402, F401  (found by name)


class Records:
    """The three sources of ten calls without any fault."""

    def __init__(self) -> None:
        numbers = range(10)
        self.calls = [Call(n, n % 2, 0.0, 0.1, "answered", 200, f"id-{n}", "success") for n in numbers]
        self.receipts = [Receipt(n, "success", answered=True) for n in numbers]
        self.rows = [Row(f"id-{n}", n, 1, "success", 200) for n in numbers]
        self.intents = [Intent(f"id-{n}", n) for n in numbers]

    def join(self, replicas_died: bool = False) -> Findings:
        return Join(self.calls, self.receipts, Trail(self.rows, self.intents), replicas_died).run()


class JoinTests(unittest.TestCase):
    """One planted fault each."""

    def setUp(self) -> None:
        self.records = Records()

    def expect(self, lost: int = 0, doubled: int = 0, mismatched: int = 0, stuck: int = 0, died: bool = False) -> None:
        found = self.records.join(died)
        counts = (len(found.lost), len(found.doubled), len(found.mismatched), len(found.stuck))
        self.assertEqual(counts, (lost, doubled, mismatched, stuck), found.lines())

    def answer(self, number: int, status: int, outcome: str | None, id: str | None) -> None:
        call = self.records.calls[number]
        call.status, call.outcome, call.id = status, outcome, id

    def drop_row(self, number: int) -> None:
        self.records.rows = [row for row in self.records.rows if row.number != number]

    def drop_intent(self, number: int) -> None:
        self.records.intents = [intent for intent in self.records.intents if intent.number != number]

    def test_records_without_a_fault_pass(self) -> None:
        self.expect()

    def test_a_received_call_without_row_and_intent_is_lost(self) -> None:
        self.drop_row(3)
        self.drop_intent(3)
        self.records.calls[3].state = "cut"
        self.expect(lost=1, stuck=1)

    def test_a_received_call_without_intent_is_lost(self) -> None:
        self.drop_intent(3)
        self.expect(lost=1)

    def test_an_answer_whose_id_has_no_row_is_lost(self) -> None:
        self.answer(3, 200, "success", "id-elsewhere")
        self.expect(lost=1)

    def test_a_call_that_the_gateway_received_twice_is_doubled(self) -> None:
        self.records.receipts.append(dataclasses.replace(self.records.receipts[3]))
        self.expect(doubled=1)

    def test_a_call_with_two_ids_is_doubled(self) -> None:
        self.records.rows.append(Row("id-again", 3, 1, "success", 200))
        self.records.intents.append(Intent("id-again", 3))
        self.expect(doubled=1)

    def test_another_outcome_in_the_row_is_a_mismatch(self) -> None:
        self.records.rows[3].outcome = "rejected"
        self.records.receipts[3].verdict = "rejected"
        self.expect(mismatched=1)

    def test_another_status_in_the_row_is_a_mismatch(self) -> None:
        self.records.rows[3].status = 502
        self.expect(mismatched=1)

    def test_an_outcome_that_the_gateway_did_not_give_is_a_mismatch(self) -> None:
        self.records.receipts[3].verdict = "rejected"
        self.expect(mismatched=1)

    def test_an_outcome_of_a_call_that_the_gateway_did_not_answer_is_a_mismatch(self) -> None:
        self.records.receipts[3].answered = False
        self.expect(mismatched=1)

    def test_not_sent_of_a_received_call_is_a_mismatch(self) -> None:
        self.records.rows[3].outcome, self.records.rows[3].status = "not_sent", 502
        self.answer(3, 502, "not_sent", "id-3")
        self.expect(mismatched=1)

    def test_503_of_a_received_call_is_a_mismatch(self) -> None:
        self.answer(3, 503, None, None)
        self.expect(mismatched=1)

    def test_a_refusal_needs_no_row_and_its_row_says_not_sent(self) -> None:
        self.records.receipts = [receipt for receipt in self.records.receipts if receipt.number != 3]
        self.answer(3, 503, None, "id-3")
        self.expect(mismatched=2)
        self.records.rows[3].outcome, self.records.rows[3].status = "not_sent", 503
        self.expect()
        self.drop_row(3)
        self.expect(stuck=1)
        self.drop_intent(3)
        self.expect()

    def test_an_outcome_without_an_id_is_a_mismatch(self) -> None:
        self.answer(3, 200, "success", None)
        self.expect(mismatched=1)

    def test_the_id_of_another_call_is_a_mismatch(self) -> None:
        self.answer(3, 200, "success", "id-4")
        self.expect(mismatched=1)

    def test_a_wrong_sign_is_a_mismatch(self) -> None:
        self.records.receipts[3].sign_is_right = False
        self.expect(mismatched=1)

    def test_a_request_that_no_client_made_is_a_mismatch(self) -> None:
        del self.records.calls[3]
        self.expect(mismatched=1)

    def test_the_reconcilers_row_after_an_answer_needs_the_death_of_a_replica(self) -> None:
        self.records.rows[3] = Row("id-3", 3, 0, "unknown", 504)
        self.expect(mismatched=1)
        self.expect(died=True)

    def test_the_result_of_the_replica_counts_more_than_the_reconcilers_row(self) -> None:
        self.records.rows.append(Row("id-3", 3, 0, "unknown", 504))
        self.expect()

    def test_a_late_result_after_outcome_unknown_passes(self) -> None:
        self.answer(3, 504, "unknown", "id-3")
        self.expect()

    def test_an_open_intent_is_stuck(self) -> None:
        self.drop_row(3)
        self.expect(stuck=1)

    def test_a_client_without_an_answer_is_stuck(self) -> None:
        self.records.calls[3].state = "silent"
        self.expect(stuck=1)

    def test_a_recorded_call_that_is_cut_off_is_stuck_unless_a_replica_died(self) -> None:
        self.records.calls[3].state = "cut"
        self.expect(stuck=1)
        self.expect(died=True)

    def test_a_connection_that_is_refused_passes(self) -> None:
        self.drop_row(3)
        self.drop_intent(3)
        self.records.receipts = [receipt for receipt in self.records.receipts if receipt.number != 3]
        for state in ("refused", "cut"):
            self.records.calls[3].state = state
            self.expect()


class ResultTests(unittest.TestCase):
    """Each broken promise ends the run with 1 and shows in the table."""

    def good(self) -> Result:
        return Result("quiet", False, calls=10, first_success=0.1, idle_cpu_percent=[0, 1], exit_codes=[0, 0])

    def test_a_good_result_breaks_no_promise(self) -> None:
        self.assertEqual(self.good().broken_promises(1), [])
        self.assertTrue(report.table_line(self.good(), 1).endswith("| kept |"))

    def test_each_fault_breaks_a_promise(self) -> None:
        faults = {
            "first_success": None,
            "last_failure": 6.0,
            "twin_first_success": -2.0,
            "slowest_answer": 5.5,
            "idle_cpu_percent": [0.0, 97.0],
            "exit_codes": [0, 1],
            "crashes": ["crash: replica 0 ended with -4"],
            "findings": Findings(lost=["a call"]),
            "error": "not carried out",
        }
        for name, value in faults.items():
            result = dataclasses.replace(self.good(), **{name: value})
            self.assertEqual(len(result.broken_promises(1)), 1, name)
            self.assertTrue(report.table_line(result, 1).endswith("| **failed** |"), name)

    def test_a_time_scale_stretches_recovery(self) -> None:
        slow = dataclasses.replace(self.good(), first_success=6.0)
        self.assertEqual(len(slow.broken_promises(1)), 1)
        self.assertEqual(slow.broken_promises(2), [])

    def test_the_table_goes_between_the_markers(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "page.md"
            path.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
            report.write(path, report.lines([self.good()], 1, 1, "debug"))
            text = path.read_text(encoding="utf-8")
            self.assertNotIn("old", text)
            self.assertIn("| quiet |", text)
            self.assertTrue(text.startswith("before\n") and text.endswith("after\n"))
            path.write_text("nothing\n", encoding="utf-8")
            with self.assertRaises(ValueError):
                report.write(path, ["line"])


class PlanTests(unittest.TestCase):
    def test_one_call_in_a_hundred_is_unanswered_and_each_replica_has_its_share(self) -> None:
        for replicas in (2, 3):
            plan = Plan(1, replicas, True)
            numbers = [number for number in range(600) if plan.is_unanswered(number)]
            self.assertEqual(len(numbers), 6)
            self.assertEqual({number % replicas for number in numbers}, set(range(replicas)))
        self.assertFalse(any(Plan(1, 2, False).is_unanswered(number) for number in range(600)))

    def test_a_seed_repeats_the_plan(self) -> None:
        verdicts = [[Plan(seed, 2, False).verdict(n) for n in range(200)] for seed in (1, 1, 2)]
        self.assertEqual(verdicts[0], verdicts[1])
        self.assertNotEqual(verdicts[0], verdicts[2])
        self.assertEqual(set(verdicts[0]), {"success", "business_failure", "rejected", "platform_error"})

    def test_a_reference_holds_the_number(self) -> None:
        self.assertEqual(number_of_reference(reference(42)), 42)


class ScenarioTests(unittest.TestCase):
    def test_names_differ_and_the_document_lists_each(self) -> None:
        names = [scenario.name for scenario in SCENARIOS]
        self.assertEqual(len(names), len(set(names)))
        document = (Path(__file__).resolve().parents[2] / "docs/reliability.md").read_text(encoding="utf-8")
        for scenario in SCENARIOS:
            self.assertIn(f"| `{scenario.name}` | {scenario.about} |", document)
        self.assertIn(report.BEGIN, document)
        self.assertIn(report.END, document)


class AnswerTests(unittest.TestCase):
    def test_a_whole_response_is_an_answer_and_a_part_is_a_cut(self) -> None:
        whole = b'HTTP/1.1 504 X\r\n\r\n{"type":"/problems/outcome-unknown","id":"i","outcome":"unknown"}'
        call = Call(1, 0, 0.0)
        take_answer(call, whole)
        seen = (call.state, call.status, call.id, call.outcome, call.problem)
        self.assertEqual(seen, ("answered", 504, "i", "unknown", "outcome-unknown"))
        for part in (b"", whole[:10], whole[:-5]):
            call = Call(1, 0, 0.0)
            take_answer(call, part)
            self.assertEqual((call.state, call.status), ("cut", None))


def main() -> int:
    result = unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]))
    if not result.wasSuccessful():
        return 1
    print(f"{result.testsRun} checks passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
