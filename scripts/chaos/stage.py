"""One scenario from the start of its servers to its result."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from clients import SILENT_SECONDS, Health, Load, statuses_between
from clusters import Cluster
from crowd import Crowd
from join import Join
from plan import Plan
from processes import BenchError
from records import Call
from replica import Replica
from results import RECOVERY_LIMIT_SECONDS, Result
from servers import RelaySetup
from tcp_proxy import Proxy
from top_gateway import Gateway
from traffic import Traffic

if TYPE_CHECKING:
    from scenarios import Scenario

Value = TypeVar("Value")

CALL_TIMEOUT_SECONDS = 2
# How long calls are made before the fault. Those without an answer have to time out on every replica first.
WARM_UP_SECONDS = 1.5
WARM_UP_UNANSWERED_SECONDS = CALL_TIMEOUT_SECONDS + 1.5
CALM_SECONDS = 1.5
IDLE_SECONDS = 3.0
# An intent that is open 15 s after its deadline becomes `unknown`. The leader looks every 5 s, and a new leader needs
# a moment.
INTENT_GRACE_SECONDS = 15.0
INTENT_MARGIN_SECONDS = 20.0


@dataclass
class Settings:
    """What all scenarios of a run share."""

    setup: RelaySetup
    template: Path
    secret: str
    session: str
    token: str
    seed: int
    replicas: int
    calls_per_second: float
    # Seconds for which calls are made after the fault, at least.
    after_seconds: float
    time_scale: float


class Stage:
    """The servers of one scenario, and what happened on them."""

    def __init__(self, scenario: Scenario, unanswered: bool, settings: Settings, folder: Path) -> None:
        self.scenario = scenario
        self.settings = settings
        self.folder = folder
        self.plan = Plan(settings.seed, settings.replicas, unanswered)
        self.random = random.Random(f"{settings.seed}/{scenario.name}")
        self.traffic = Traffic()
        self.gateway = Gateway(self.plan, settings.secret, settings.session)
        self.proxies: dict[str, Proxy] = {}
        self.replicas: list[Replica] = []
        self.clusters: list[Cluster] = []
        self.health: list[Health] = []
        self.crowd: Crowd | None = None
        self.exit_codes: list[int] = []
        self.notes: list[str] = []
        self.result = Result(scenario.name, unanswered, held_up=scenario.holds_up_seconds)

    # ── What faults use ──

    @property
    def cluster(self) -> Cluster:
        """The cluster that holds the trail."""
        return self._cluster

    @cluster.setter
    def cluster(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def standby(self) -> Cluster:
        return self.clusters[1]

    def database_proxy(self) -> Proxy:
        return self.proxies["database"]

    def top_proxy(self) -> Proxy:
        return self.proxies["top"]

    def choose_replica(self) -> Replica:
        return self.random.choice(self.replicas)

    def do(self, work: Coroutine[Any, Any, Value]) -> Value:
        """Runs work on the thread of clients, gateway and proxies."""
        return self.traffic.do(work)

    async def enter(self, crowd: Crowd) -> int:
        self.crowd = crowd
        return await crowd.enter()

    async def leave_crowd(self) -> None:
        if self.crowd is not None:
            await self.crowd.leave()
            self.crowd = None

    @staticmethod
    def pause(seconds: float) -> None:
        time.sleep(seconds)

    # ── The course of a scenario ──

    def run(self) -> Result:
        try:
            self._start()
            self._play()
        except BenchError as error:
            self.result.error = f"not carried out: {error}"
        self.result.notes = self.notes
        return self.result

    def _start(self) -> None:
        scenario = self.scenario
        self.cluster = Cluster.copy(self.settings.template, "db", self.folder, scenario.is_on_tmpfs)
        self.clusters.append(self.cluster)
        if scenario.has_standby:
            self.clusters.append(self.cluster.make_standby("db2"))
        self.do(self.gateway.open())
        top_port = self.gateway.port
        hosts = ",".join(str(cluster.home) for cluster in self.clusters)
        url = f"postgresql://bench@/postgres?host={hosts}"
        if scenario.has_standby:
            url += "&target_session_attrs=read-write"
        if scenario.proxies_database:
            url = f"postgresql://bench@127.0.0.1:{self._proxy('database', self.cluster.socket)}/postgres"
        if scenario.proxies_top:
            top_port = self._proxy("top", top_port)
        relay_settings = {
            "DATABASE_URL": url,
            "TOPRELAY_GATEWAY_URL": f"http://127.0.0.1:{top_port}/router/rest",
            "TOPRELAY_CALL_TIMEOUT": str(CALL_TIMEOUT_SECONDS),
            "TOPRELAY_DRAIN_DELAY": "1",
            "TOPRELAY_WORKERS": "1",
        }
        for number in range(self.settings.replicas):
            self.replicas.append(Replica(number, self.settings.setup, self.folder, relay_settings, scenario.limits))
        for replica in self.replicas:
            replica.start()
        for replica in self.replicas:
            replica.wait_until_ready()
        if scenario.limits.memory_megabytes and any(replica.group is None for replica in self.replicas):
            self.notes.append("memory was only measured, because no cgroup could be made")

    def _proxy(self, name: str, target: int | str) -> int:
        proxy = self.proxies[name] = Proxy(target)
        self.do(proxy.open())
        return proxy.port

    def _play(self) -> None:
        settings, result = self.settings, self.result
        ports = [replica.port for replica in self.replicas]
        load = Load(self.plan, ports, settings.token, settings.calls_per_second)
        self.health = [Health(port) for port in ports]
        polls = [self.traffic.start(health.run()) for health in self.health]
        running = self.traffic.start(load.run())
        warm_up = WARM_UP_UNANSWERED_SECONDS if self.plan.unanswered else WARM_UP_SECONDS
        self.pause(warm_up + self.random.random() / 2)
        fault_start = time.monotonic()
        self._check_warm_up(load, fault_start)
        result.faults = self.scenario.fault(self)
        fault_end = time.monotonic()
        self._wait_for_recovery(load, fault_end)
        load.is_stopping = True
        self._wait_for_answers(running)
        for health in self.health:
            health.is_stopping = True
        for poll in polls:
            poll.result(10)
        result.faults += self.gateway.unanswered
        self._measure_recovery(load, fault_end)
        result.livez = [statuses_between(health.livez, fault_start, fault_end) for health in self.health]
        result.readyz = [statuses_between(health.readyz, fault_start, fault_end) for health in self.health]
        self._measure_idle()
        self._wait_for_intents()
        self._end_replicas()
        findings = Join(load.calls, self.gateway.receipts, self.cluster.trail(), self.scenario.replicas_die).run()
        result.findings = findings

    def _check_warm_up(self, load: Load, now: float) -> None:
        """A scenario shows something only if calls succeed before its fault."""
        ended = [call for call in list(load.calls) if call.started < now - 1]
        ended = [call for call in ended if not self.plan.is_unanswered(call.number)]
        good = sum(load.is_good(call) for call in ended)
        if good < 0.9 * len(ended):
            raise BenchError(f"only {good} of {len(ended)} calls before the fault had the right outcome")

    def _wait_for_recovery(self, load: Load, fault_end: float) -> None:
        """Goes on until all replicas answer well again, or the limit is over."""
        limit = fault_end + RECOVERY_LIMIT_SECONDS * self.settings.time_scale + CALL_TIMEOUT_SECONDS
        least = fault_end + self.settings.after_seconds
        while (now := time.monotonic()) < limit:
            calls = [call for call in list(load.calls) if call.started >= fault_end]
            latest = [call for call in calls if now - CALM_SECONDS - 1 <= call.started < now - 1]
            is_calm = not self._failed(load, latest)
            is_back = {call.replica for call in calls if load.is_good(call)} == set(range(len(self.replicas)))
            if now > least and is_calm and is_back:
                return
            time.sleep(0.1)

    def _wait_for_answers(self, running: Future[None]) -> None:
        try:
            running.result(2 * SILENT_SECONDS)
        except TimeoutError as error:
            raise BenchError("the clients did not end") from error

    def _measure_recovery(self, load: Load, fault_end: float) -> None:
        result = self.result
        result.calls = len(load.calls)
        result.good = sum(load.is_good(call) for call in load.calls)
        result.withheld = sum(self.plan.is_unanswered(call.number) for call in load.calls)
        after = [call for call in load.calls if call.started >= fault_end]
        firsts = [
            min((call.ended or 0 for call in after if call.replica == number and load.is_good(call)), default=None)
            for number in range(len(self.replicas))
        ]
        found = [first for first in firsts if first is not None]
        result.first_success = max(found) - fault_end if len(found) == len(firsts) else None
        waits = [(call.ended or 0) - call.started for call in load.calls]
        result.slowest_answer = max(waits, default=0.0)
        failed = self._failed(load, after)
        result.last_failure = max((call.started - fault_end for call in failed), default=0.0)
        for name, count in sorted(failures(failed).items()):
            self.notes.append(f"after the fault: {count} × {name}")

    def _failed(self, load: Load, calls: list[Call]) -> list[Call]:
        """The calls that should have been good. A replica over its capacity may refuse some of them, but not most."""
        failed = [call for call in calls if not load.is_good(call) and not self.plan.is_unanswered(call.number)]
        others = [call for call in failed if call.problem != "overloaded"]
        is_excused = self.scenario.is_over_capacity and 2 * (len(failed) - len(others)) < len(calls)
        return others if is_excused else failed

    def _measure_idle(self) -> None:
        """Without calls a replica must use no CPU."""
        time.sleep(0.5)
        started = time.monotonic()
        before = [replica.process.cpu_seconds() for replica in self.replicas]
        time.sleep(IDLE_SECONDS)
        elapsed = time.monotonic() - started
        for replica, used in zip(self.replicas, before):
            self.result.idle_cpu_percent.append(100 * (replica.process.cpu_seconds() - used) / elapsed)
            self.result.peak_megabytes = max(self.result.peak_megabytes, replica.process.memory().peak)

    def _wait_for_intents(self) -> None:
        limit = time.monotonic() + (
            CALL_TIMEOUT_SECONDS + INTENT_GRACE_SECONDS + INTENT_MARGIN_SECONDS * self.settings.time_scale
        )
        while self.cluster.open_intents() != 0 and time.monotonic() < limit:
            time.sleep(0.5)

    def _end_replicas(self) -> None:
        for replica in self.replicas:
            if replica.has_crashed():
                code = replica.process.child.returncode
                self.result.crashes.append(f"crash: replica {replica.number} ended with {code}")
        running = [replica for replica in self.replicas if replica.process.child.poll() is None]
        for replica in running:
            replica.signal(signal.SIGTERM)
        self.result.exit_codes = self.exit_codes + [replica.wait_for_exit() for replica in running]

    def discard(self) -> None:
        """Ends everything at once."""
        for replica in self.replicas:
            replica.discard()
        for cluster in self.clusters:
            cluster.discard()
        self.traffic.stop()

    def keep_logs(self, folder: Path) -> None:
        """Copies the logs of the processes."""
        folder.mkdir(parents=True, exist_ok=True)
        for log in self.folder.glob("*.log"):
            shutil.copy(log, folder)


def failures(calls: list[Call]) -> dict[str, int]:
    """How calls failed, counted by what their clients saw."""
    counted: dict[str, int] = {}
    for call in calls:
        name = f"{call.status} {call.problem or call.outcome}" if call.state == "answered" else call.state
        counted[name] = counted.get(name, 0) + 1
    return counted
