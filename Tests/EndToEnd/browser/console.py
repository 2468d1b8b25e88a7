#!/usr/bin/env python3
"""Uses the console as its readers do. One scenario a run:

    python3 console.py CONFIG SCENARIO

CONFIG is a JSON file: `relay` and `gateway` (origins), `caller`, `auditor` and `leaving` (tokens), `folder` (for
screenshots and signals to the test). Exit status 0 when all that was expected was seen.
"""

from __future__ import annotations

import json
import sys

import living  # noqa: F401 (its scenarios enter the table)
import reading  # noqa: F401
from stage import SCENARIOS, Stage


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        stage = Stage(json.load(file))
    SCENARIOS[sys.argv[2]](stage)


if __name__ == "__main__":
    main()
