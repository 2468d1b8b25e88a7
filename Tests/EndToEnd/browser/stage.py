"""What the scenarios share."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from browser import Browser
from relay import Relay

SCENARIOS: dict[str, Callable[[Stage], None]] = {}


class Stage:
    """The relay with its calls, and browsers to look at them."""

    def __init__(self, config: dict[str, str]) -> None:
        self.config = config
        self.relay = Relay(config)
        self.secrets = [config[name] for name in ("caller", "auditor", "leaving") if config[name]]

    def browser(self, **options: object) -> Browser:
        return Browser(self.config["relay"], self.secrets, **options)  # type: ignore[arg-type]

    def signal(self, name: str) -> None:
        """Asks the test for something, and waits until it is done."""
        path = os.path.join(self.config["folder"], name)
        open(path, "w").close()
        end = time.monotonic() + 60
        while os.path.exists(path):
            assert time.monotonic() < end, f"nobody did {name}"
            time.sleep(0.02)


def scenario(function: Callable[[Stage], None]) -> Callable[[Stage], None]:
    SCENARIOS[function.__name__] = function
    return function


def expect(value: object, wanted: object, what: str = "") -> None:
    assert value == wanted, f"{what}: {value!r} and not {wanted!r}"
