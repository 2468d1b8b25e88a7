"""What the three sources of a scenario record: the clients, the gateway and the trail."""

from __future__ import annotations

from dataclasses import dataclass

# The outcomes that the gateway's answers stand for. The relay has to find the same.
VERDICTS = ("success", "business_failure", "rejected", "platform_error")


@dataclass
class Call:
    """One call as its client saw it. The client sends it once and never repeats it."""

    number: int
    replica: int
    started: float
    ended: float | None = None
    # waiting, answered, refused (no connection), cut (closed without a whole response) or silent (no answer in time)
    state: str = "waiting"
    status: int | None = None
    id: str | None = None
    outcome: str | None = None
    problem: str | None = None


@dataclass
class Receipt:
    """One request as the gateway received it, whole."""

    number: int
    verdict: str
    sign_is_right: bool = True
    # Whether the gateway gave the whole response to the kernel.
    answered: bool = False


@dataclass
class Row:
    """One row of audit.calls. Source 1 is the replica that made the call, source 0 the reconciler."""

    id: str
    number: int
    source: int
    outcome: str
    status: int


@dataclass
class Intent:
    """One row of audit.intents."""

    id: str
    number: int


@dataclass
class Trail:
    """The trail of one scenario, read after it."""

    rows: list[Row]
    intents: list[Intent]
