"""Hooks of schemathesis. HTTP allows headers that the document does not name, so a request with one is not wrong."""

from __future__ import annotations

import schemathesis


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    return not any(name.lower().startswith("x-schemathesis-unknown") for name in case.headers or {})
