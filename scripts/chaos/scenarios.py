"""The scenarios: what each one needs, and the fault that it injects.

A fault runs while calls are made. It returns the number of injected faults, and has ended when it returns: recovery is
measured from then on.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field

import top_gateway
from crowd import Crowd
from replica import Limits
from stage import Stage

MEMORY_MEGABYTES = 512
CROWD_WITH_BODIES = 800
BODY_BYTES = 1 << 20


@dataclass
class Scenario:
    """One kind of fault."""

    name: str
    about: str
    fault: Callable[[Stage], int]
    is_short: bool = False
    proxies_database: bool = False
    proxies_top: bool = False
    has_standby: bool = False
    is_on_tmpfs: bool = False
    # The scenario ends replicas without warning: clients may be cut off, and the reconciler closes their calls.
    replicas_die: bool = False
    # A suspended replica answers only after it goes on. Clients that send many bodies keep the harness itself busy.
    holds_up_seconds: float = 0.0
    # The limits let a replica make fewer calls at once than its clients ask for, with or without a fault.
    is_over_capacity: bool = False
    limits: Limits = field(default_factory=Limits)


# ── Replicas ──


def no_fault(stage: Stage) -> int:
    stage.pause(1)
    return 0


def kill_replica(stage: Stage) -> int:
    replica = stage.choose_replica()
    replica.signal(signal.SIGKILL)
    replica.wait_for_exit()
    stage.pause(1)
    replica.start()
    return 1


def terminate_replica(stage: Stage) -> int:
    replica = stage.choose_replica()
    replica.signal(signal.SIGTERM)
    stage.exit_codes.append(replica.wait_for_exit())
    replica.start()
    return 1


def suspend_replica(stage: Stage) -> int:
    replica = stage.choose_replica()
    replica.signal(signal.SIGSTOP)
    stage.pause(3)
    replica.signal(signal.SIGCONT)
    return 1


# ── PostgreSQL ──


def kill_postgres(stage: Stage) -> int:
    stage.cluster.stop(signal.SIGQUIT)
    stage.pause(2)
    stage.cluster.start()
    return 1


def restart_postgres(stage: Stage) -> int:
    stage.cluster.stop(signal.SIGINT)
    stage.pause(3)
    stage.cluster.start()
    return 1


def terminate_backends(stage: Stage) -> int:
    ended = 0
    for _ in range(5):
        ended += stage.cluster.terminate_backends()
        stage.pause(0.5)
    return ended


def promote_standby(stage: Stage) -> int:
    stage.cluster.stop(signal.SIGQUIT)
    stage.pause(1.5)
    stage.cluster = stage.standby()
    stage.cluster.command("SELECT pg_promote()")
    return 1


def fill_disk(stage: Stage) -> int:
    stage.notes.append(stage.cluster.fill_disk())
    stage.pause(3)
    stage.cluster.free_disk()
    stage.cluster.ensure_running()
    return 1


def cut_database(stage: Stage) -> int:
    stage.do(stage.database_proxy().start_cutting())
    stage.pause(2)
    stage.do(stage.database_proxy().stop_cutting())
    return stage.database_proxy().cut


def freeze_database(up: bool, down: bool) -> Callable[[Stage], int]:
    def freeze(stage: Stage) -> int:
        stage.do(stage.database_proxy().freeze(up, down))
        stage.pause(3)
        stage.do(stage.database_proxy().thaw())
        return stage.database_proxy().frozen

    return freeze


# ── TOP ──


def cut_top(stage: Stage) -> int:
    stage.do(stage.top_proxy().start_cutting())
    stage.pause(2)
    stage.do(stage.top_proxy().stop_cutting())
    return stage.top_proxy().cut


def freeze_top(up: bool, down: bool) -> Callable[[Stage], int]:
    def freeze(stage: Stage) -> int:
        stage.do(stage.top_proxy().freeze(up, down))
        stage.pause(3)
        stage.do(stage.top_proxy().thaw())
        return stage.top_proxy().frozen

    return freeze


def gateway_mode(mode: str) -> Callable[[Stage], int]:
    def strike(stage: Stage) -> int:
        stage.gateway.mode = mode
        stage.pause(2)
        stage.gateway.mode = top_gateway.ANSWER
        return stage.gateway.struck

    return strike


def refuse_at_gateway(stage: Stage) -> int:
    stage.do(stage.gateway.close())
    stage.pause(2)
    stage.do(stage.gateway.open())
    return 1


# ── Limits ──


def idle_connections(each: int) -> Callable[[Stage], int]:
    """Connections without a request, as many to each replica."""

    def crowd(stage: Stage) -> int:
        opened = stage.do(stage.enter(Crowd([replica.port for replica in stage.replicas], each, b"")))
        # Longer than a client may wait: a replica without free descriptors has to refuse calls, and not to delay them.
        stage.pause(6)
        stage.do(stage.leave_crowd())
        return opened

    return crowd


def few_descriptors(stage: Stage) -> int:
    """More connections than descriptors: idle ones first, then ones that ask for something, come and go."""
    opened = idle_connections(120)(stage)
    ask = b"GET /metrics HTTP/1.1\r\nHost: relay\r\n\r\n"
    for _ in range(10):
        opened += stage.do(stage.enter(Crowd([replica.port for replica in stage.replicas], 60, ask)))
        stage.pause(0.4)
        stage.do(stage.leave_crowd())
    return opened


def bodies_without_token(stage: Stage) -> int:
    head = "POST /v1/aliauto/car-profiles HTTP/1.1\r\nHost: relay\r\nContent-Type: application/json\r\n"
    start = f"{head}Content-Length: {BODY_BYTES}\r\n\r\n".encode() + bytes(BODY_BYTES - 1)
    opened = stage.do(stage.enter(Crowd([stage.replicas[0].port], CROWD_WITH_BODIES, start)))
    stage.pause(2)
    stage.do(stage.leave_crowd())
    return opened


SCENARIOS = [
    Scenario("quiet", "no fault at all", no_fault),
    Scenario("replica-kill", "one replica gets SIGKILL and is started again", kill_replica, True, replicas_die=True),
    Scenario("replica-terminate", "one replica gets SIGTERM and is started again", terminate_replica, True),
    Scenario("replica-suspend", "one replica is stopped for 3 s (SIGSTOP, SIGCONT)", suspend_replica,
             holds_up_seconds=3),
    Scenario("database-kill", "PostgreSQL stops at once, and recovers after 2 s", kill_postgres),
    Scenario("database-restart", "PostgreSQL is stopped for 3 s", restart_postgres, True),
    Scenario("database-terminate", "pg_terminate_backend of every session, five times", terminate_backends),
    Scenario("database-promote", "the primary stops; its synchronous standby is promoted", promote_standby, True,
             has_standby=True),
    Scenario("database-full", "PostgreSQL's disk is full for 3 s", fill_disk, is_on_tmpfs=True),
    Scenario("database-cut", "connections to PostgreSQL are cut for 2 s", cut_database, proxies_database=True),
    Scenario("database-frozen-up", "nothing reaches PostgreSQL for 3 s", freeze_database(True, False),
             proxies_database=True),
    Scenario("database-frozen-down", "nothing comes from PostgreSQL for 3 s", freeze_database(False, True), True,
             proxies_database=True),
    Scenario("top-cut", "connections to TOP are cut for 2 s", cut_top, True, proxies_top=True),
    Scenario("top-frozen-up", "nothing reaches TOP for 3 s", freeze_top(True, False), proxies_top=True),
    Scenario("top-frozen-down", "nothing comes from TOP for 3 s", freeze_top(False, True), proxies_top=True),
    Scenario("gateway-hang", "TOP does not answer for 2 s", gateway_mode(top_gateway.HANG)),
    Scenario("gateway-refuse", "TOP refuses connections for 2 s", refuse_at_gateway),
    Scenario("gateway-cut-before", "TOP closes before it answers, for 2 s", gateway_mode(top_gateway.CUT_BEFORE)),
    Scenario("gateway-cut-within", "TOP closes within the answer, for 2 s", gateway_mode(top_gateway.CUT_WITHIN)),
    Scenario("gateway-cut-after", "TOP closes after each answer, for 2 s", gateway_mode(top_gateway.CUT_AFTER)),
    Scenario("descriptors-64", "64 descriptors a replica, and more connections than that for 10 s",
             few_descriptors, True, is_over_capacity=True, limits=Limits(descriptors="64:64")),
    Scenario("descriptors-1024", "1,024 descriptors a replica, and 1,200 idle connections to each for 6 s",
             idle_connections(1200), limits=Limits(descriptors="1024:1024")),
    Scenario("memory-512", f"{MEMORY_MEGABYTES} MiB a replica, and {CROWD_WITH_BODIES} bodies of 1 MiB without a token",
             bodies_without_token, holds_up_seconds=5, limits=Limits(memory_megabytes=MEMORY_MEGABYTES)),
]  # fmt: skip


def find(name: str) -> Scenario:
    """The scenario of that name; ValueError where there is none."""
    for scenario in SCENARIOS:
        if scenario.name == name:
            return scenario
    raise ValueError(f"no scenario is called {name!r}; --list shows them")
