"""Joins what clients were answered, what the gateway received and what the trail holds.

The number of a call is in all three: as `item_id` at the gateway and as `Top-Ref` in the trail. The rules are those of
the contract: one row for every call that the gateway received, nothing is sent twice, and a client's answer agrees
with its row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from records import Call, Intent, Receipt, Row, Trail

LISTED_FINDINGS = 5


@dataclass
class Findings:
    """The faults that a join found, each as one sentence."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    mismatched: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    def count(self) -> int:
        return len(self.lost) + len(self.doubled) + len(self.mismatched) + len(self.stuck)

    def lines(self) -> list[str]:
        """The first findings of each kind, and the number of the others."""
        lines = []
        for name, found in vars(self).items():
            lines += [f"{name}: {sentence}" for sentence in found[:LISTED_FINDINGS]]
            if len(found) > LISTED_FINDINGS:
                lines.append(f"{name}: {len(found) - LISTED_FINDINGS} more")
        return lines


class Join:
    """One scenario's join. `replicas_died` allows what only the death of a replica explains."""

    def __init__(self, calls: list[Call], receipts: list[Receipt], trail: Trail, replicas_died: bool) -> None:
        self.calls = calls
        self.receipts: dict[int, list[Receipt]] = defaultdict(list)
        for receipt in receipts:
            self.receipts[receipt.number].append(receipt)
        self.rows = final_rows(trail.rows)
        self.numbers_with_row = {row.number for row in self.rows.values()}
        self.intents: dict[str, Intent] = {intent.id: intent for intent in trail.intents}
        self.open_numbers = {intent.number for intent in trail.intents if intent.id not in self.rows}
        self.replicas_died = replicas_died
        self.findings = Findings()

    def run(self) -> Findings:
        self._check_receipts()
        self._check_ids()
        self._check_rows()
        for call in self.calls:
            self._check_call(call)
        for intent in self.intents.values():
            if intent.id not in self.rows:
                self.findings.stuck.append(f"call {intent.number} ({intent.id}) is still open in the trail")
        return self.findings

    def _check_receipts(self) -> None:
        known = {call.number for call in self.calls}
        with_intent = {intent.number for intent in self.intents.values()}
        for number, receipts in self.receipts.items():
            if number not in known:
                self.findings.mismatched.append(f"the gateway received call {number}, which no client made")
            if len(receipts) > 1:
                self.findings.doubled.append(f"the gateway received call {number} {len(receipts)} times")
            if number not in with_intent:
                self.findings.lost.append(f"the gateway received call {number}, which has no intent")
            elif number not in self.numbers_with_row and number not in self.open_numbers:
                self.findings.lost.append(f"the gateway received call {number}, which has no row")
            if not all(receipt.sign_is_right for receipt in receipts):
                self.findings.mismatched.append(f"the sign of call {number} is wrong")

    def _check_ids(self) -> None:
        """A client sends each call once, so each number has one id."""
        ids = {(row.id, row.number) for row in self.rows.values()}
        ids |= {(intent.id, intent.number) for intent in self.intents.values()}
        for number, count in Counter(number for _, number in ids).items():
            if count > 1:
                self.findings.doubled.append(f"call {number} has {count} ids in the trail")

    def _check_rows(self) -> None:
        for row in self.rows.values():
            receipts = self.receipts.get(row.number, [])
            if row.outcome == "not_sent" and receipts:
                self.findings.mismatched.append(f"the gateway received call {row.number}, whose row is not_sent")
            elif row.outcome not in ("not_sent", "unknown"):
                answers = {receipt.verdict for receipt in receipts if receipt.answered}
                if row.outcome not in answers:
                    said = ", ".join(sorted(answers)) or "nothing"
                    self.findings.mismatched.append(
                        f"the row of call {row.number} is {row.outcome}, and the gateway answered {said}"
                    )

    def _check_call(self, call: Call) -> None:
        on_record = call.number in self.numbers_with_row or call.number in self.open_numbers
        was_received = call.number in self.receipts
        if call.state in ("waiting", "silent"):
            self.findings.stuck.append(f"call {call.number} to replica {call.replica} was never answered")
        elif call.state == "cut" and (on_record or was_received) and not self.replicas_died:
            self.findings.stuck.append(f"call {call.number} to replica {call.replica} was cut off without an answer")
        elif call.state == "answered":
            self._check_answer(call, was_received)

    def _check_answer(self, call: Call, was_received: bool) -> None:
        mismatched = self.findings.mismatched
        if call.status == 503 and was_received:
            mismatched.append(f"call {call.number} was answered 503, and the gateway received it")
        if call.outcome is not None and call.id is None:
            mismatched.append(f"call {call.number} was answered {call.outcome} without an id")
        if call.id is None:
            return
        row = self.rows.get(call.id)
        if row is None:
            # A refusal because the intent could not be committed has an id. It needs a row only if the commit was in
            # doubt, and then the intent may be there.
            is_refusal = call.status == 503 and call.outcome is None
            if call.id not in self.intents and not is_refusal:
                self.findings.lost.append(f"call {call.number} was answered with the id {call.id}, which has no row")
            return
        if row.number != call.number:
            mismatched.append(f"call {call.number} was answered with the id of call {row.number}")
        if self._may_differ(call, row):
            return
        outcome = call.outcome or "not_sent"
        if outcome != row.outcome:
            mismatched.append(f"call {call.number} was answered {outcome}, and its row is {row.outcome}")
        elif call.status != row.status:
            mismatched.append(f"call {call.number} was answered {call.status}, and its row says {row.status}")

    def _may_differ(self, call: Call, row: Row) -> bool:
        """Section 2 of the contract: an answer may be ahead of its row by a replica's death, and a row may learn more.

        The reconciler's `unknown` stands for the result of a replica that died. A call that was answered
        `outcome-unknown` may get its result later.
        """
        if row.source == 0 and row.outcome == "unknown":
            return self.replicas_died or call.outcome == "unknown"
        return call.outcome == "unknown" and row.source == 1


def final_rows(rows: list[Row]) -> dict[str, Row]:
    """The row that counts for each id: the one with the highest source."""
    final: dict[str, Row] = {}
    for row in rows:
        if row.id not in final or row.source > final[row.id].source:
            final[row.id] = row
    return final
