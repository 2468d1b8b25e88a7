"""What a scenario showed, and which of it breaks a promise."""

from __future__ import annotations

from dataclasses import dataclass, field

from join import Findings

IDLE_CPU_LIMIT_PERCENT = 20.0
RECOVERY_LIMIT_SECONDS = 5.0
# How much later than its twin a scenario with unanswered calls may recover.
TWIN_LIMIT_SECONDS = 2.0
# The call timeout, a second for the row, and as much again for a busy machine.
ANSWER_LIMIT_SECONDS = 5.0


@dataclass
class Result:
    """One line of the table. A time of None means that it never happened."""

    scenario: str
    unanswered: bool
    calls: int = 0
    # Calls with the outcome that the gateway decided, and calls that the gateway never answers on purpose.
    good: int = 0
    withheld: int = 0
    faults: int = 0
    findings: Findings = field(default_factory=Findings)
    # Seconds from the end of the fault: to the first good call of the slowest replica, and to the last failed call.
    first_success: float | None = None
    last_failure: float = 0.0
    # What the twin without unanswered calls had as `first_success`, where it ran.
    twin_first_success: float | None = None
    # The longest wait of a client for its answer, and the seconds for which the fault itself holds up answers.
    slowest_answer: float = 0.0
    held_up: float = 0.0
    idle_cpu_percent: list[float] = field(default_factory=list)
    peak_megabytes: float = 0.0
    exit_codes: list[int] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    livez: list[list[int]] = field(default_factory=list)
    readyz: list[list[int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # A scenario that could not be carried out counts as failed.
    error: str | None = None

    @property
    def title(self) -> str:
        return self.scenario + (" + unanswered" if self.unanswered else "")

    def broken_promises(self, time_scale: float) -> list[str]:
        """One sentence for each promise that the scenario broke. `time_scale` stretches the recovery's limit."""
        if self.error is not None:
            return [self.error]
        broken = self.findings.lines() + self.crashes
        limit = RECOVERY_LIMIT_SECONDS * time_scale
        if self.first_success is None:
            broken.append("recovery: a replica had no good call after the fault")
        elif self.first_success > limit:
            broken.append(f"recovery: first good call after {self.first_success:.1f} s, the limit is {limit:g} s")
        elif self.twin_first_success is not None:
            later = self.first_success - self.twin_first_success
            if later > TWIN_LIMIT_SECONDS * time_scale:
                broken.append(f"recovery: first good call {later:.1f} s later than without unanswered calls")
        if self.last_failure > limit:
            broken.append(f"recovery: last failed call after {self.last_failure:.1f} s, the limit is {limit:g} s")
        if self.slowest_answer > ANSWER_LIMIT_SECONDS * time_scale + self.held_up:
            broken.append(f"answers: a client waited {self.slowest_answer:.1f} s")
        for number, percent in enumerate(self.idle_cpu_percent):
            if percent > IDLE_CPU_LIMIT_PERCENT:
                broken.append(f"idle CPU: replica {number} used {percent:.0f} % of a core")
        if any(code != 0 for code in self.exit_codes):
            broken.append(f"exit codes after SIGTERM: {', '.join(map(str, self.exit_codes))}; 0 is promised")
        return broken
