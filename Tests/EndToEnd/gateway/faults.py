"""Orders for faults. Each kind (kinds.py) turns the good answer to a call into the steps that the client gets to see.

Options that every kind takes: `method` ("*" is any), `count` (how many calls, 1 if left out, 0 for all until reset),
`after` (let so many matching calls pass first), `contains` (only calls whose raw body holds this text), `warm` (only
calls on a connection that has answered before), `ms` (wait so long first).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import wire
from checks import Fault as TOPFault
from methods import root_name
from wire import Answer, Step, Wait

Tree = dict[str, Any]
_COMMON = frozenset({"method", "kind", "count", "after", "contains", "warm", "ms"})


@dataclass
class Call:
    """A call that passed every check, and the good answer to it."""

    method: str
    parameters: dict[str, str]
    raw: bytes
    is_warm: bool
    request_id: str
    tree: Tree

    @property
    def root(self) -> str:
        return root_name(self.method)

    def answer(self, tree: Tree | None = None) -> Answer:
        """The good answer, or the same with another inner object."""
        return Answer(wire.encode_top_json({self.root: self.tree if tree is None else tree}))

    def error(self, fault: TOPFault) -> Answer:
        return error_answer(fault, self.request_id)


def error_answer(fault: TOPFault, request_id: str) -> Answer:
    members = fault.members() | {"request_id": request_id}
    return Answer(wire.encode_top_json({"error_response": members}))


@dataclass
class FaultOrder:
    """A fault that was ordered; it counts down as calls meet it."""

    kind: str
    method: str = "*"
    count: int = 1
    after: int = 0
    contains: str = ""
    warm: bool = False
    ms: int = 0
    options: Tree = field(default_factory=dict)
    met: int = 0

    @staticmethod
    def read(document: Any) -> FaultOrder:
        """From the body of `POST /_fault`; ValueError says what is wrong with it."""
        if not isinstance(document, dict) or document.get("kind") not in KINDS:
            raise ValueError(f"kind must be one of {sorted(KINDS)}")
        kind, allowed = document["kind"], KINDS[document["kind"]].options
        unknown = set(document) - _COMMON - allowed
        if unknown:
            raise ValueError(f"{kind} does not take {sorted(unknown)}; it takes {sorted(allowed | _COMMON)}")
        return FaultOrder(
            kind=kind,
            method=str(document.get("method", "*")),
            count=int(document.get("count", 1)),
            after=int(document.get("after", 0)),
            contains=str(document.get("contains", "")),
            warm=bool(document.get("warm", kind == "cut_warm")),
            ms=int(document.get("ms", 0)),
            options={name: document[name] for name in allowed if name in document},
        )

    def meets(self, call: Call) -> bool:
        """Whether the fault strikes this call; counts it if so."""
        if self.method not in ("*", call.method) or (self.warm and not call.is_warm):
            return False
        if self.contains and self.contains.encode() not in call.raw:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.count > 0 and self.met >= self.count:
            return False
        self.met += 1
        return True

    def is_spent(self) -> bool:
        return self.count > 0 and self.met >= self.count

    def steps(self, call: Call) -> list[Step]:
        wait: list[Step] = [Wait(self.ms / 1000)] if self.ms else []
        return wait + KINDS[self.kind].make(call, self.options)

    def summary(self) -> Tree:
        return {"kind": self.kind, "method": self.method, "count": self.count, "met": self.met} | self.options


@dataclass(frozen=True)
class Kind:
    """How a kind makes its steps, and the options it takes beside the common ones."""

    make: Callable[[Call, Tree], list[Step]]
    options: frozenset[str] = frozenset()


KINDS: dict[str, Kind] = {}


Make = Callable[[Call, Tree], list[Step]]


def kind(name: str, *options: str) -> Callable[[Make], Make]:
    """Registers a function as a kind of fault."""

    def register(make: Make) -> Make:
        KINDS[name] = Kind(make, frozenset(options))
        return make

    return register
