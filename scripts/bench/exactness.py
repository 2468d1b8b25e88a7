"""Checks that a release build sends, seals and finds texts of every length without changing a byte.

    make check-release                                   (builds first)

The test suite runs a debug build, and an optimiser can break code that is correct in a debug build. This check makes
calls with texts of 1 to 40 bytes. For each it compares what TOP would receive and its sign, the unmasked request, and
what the trail finds by business key, document number and X-Request-Id.
"""

from __future__ import annotations

import argparse
import hmac
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

from processes import BenchError, Process
from servers import PATH, REQUEST, Postgres, Relay, RelaySetup
from upstreams import encoded
from yardstick import Probe, signature

ROOT = Path(__file__).resolve().parents[2]
LENGTHS = range(1, 41)
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Check:
    """A relay, an upstream that keeps what it gets, and a token that may do everything here."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.probe = Probe()
        setup = RelaySetup(binary, folder, Postgres(folder).url)
        setup.add_app("probe", self.probe.url, default=True)
        scopes = [word for name in ("relay", "audit:read", "audit:unmask") for word in ("--scope", name)]
        self.token = setup.command("token", "create", "checker", *scopes)
        self.secret = setup.secret_file.read_text(encoding="ascii")
        self.relay = Relay("relay", setup)

    def run(self) -> None:
        for length in LENGTHS:
            for text in (ALPHABET[-length:], "浙A" + ALPHABET[:length]):
                self.try_text(text, ALPHABET[:length])
        self.relay.stop_and_expect_zero()
        self.probe.stop()

    def try_text(self, text: str, name: str) -> None:
        """Makes a call with the text as a parameter, and with the name as a document number and X-Request-Id."""
        profile = REQUEST["list"]
        assert isinstance(profile, dict)
        body = REQUEST | {"phone": text, "data_source": text[::-1], "list": profile | {"car_vin": text}}
        reference = f"{name}-{len(text.encode())}"
        answer = self.ask(PATH, body, {"Top-Ref": reference, "X-Request-Id": reference})
        form = self.probe.form
        sign = form.pop("sign", "")
        expect(f"the sign for {text!r}", hmac.compare_digest(sign, signature(form, self.secret)), True)
        expect("a scalar", form["phone"], text)
        expect("another scalar", form["data_source"], text[::-1])
        expect("a member of an object", json.loads(form["list"])["car_vin"], text)
        self.expect_found(answer["id"], {"key": f"phone:{text}"})
        self.expect_found(answer["id"], {"ref": reference})
        self.expect_found(answer["id"], {"client_request_id": reference})
        opened = self.ask(f"/v1/audit/calls/{answer['id']}/unmask", {"reason": "A check of the release build."})
        expect("the unmasked scalar", opened["parameters"]["phone"], text)

    def expect_found(self, call: str, query: dict[str, str]) -> None:
        found = self.ask(f"/v1/audit/calls?{urllib.parse.urlencode(query)}&limit=10")
        if call not in [row["id"] for row in found["data"]]:
            raise BenchError(f"the trail does not find the call by {query}")

    def ask(self, path: str, body: object = None, headers: dict[str, str] | None = None) -> dict[str, object]:
        request = urllib.request.Request(
            self.relay.url() + path,
            data=None if body is None else encoded(body),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"} | (headers or {}),
            method="GET" if body is None else "POST",
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


def expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise BenchError(f"{what} is {found!r}, not {wanted!r}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/toprelay", help="the relay to check")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="toprelay-exactness-"))
    os.chmod(folder, 0o711)
    try:
        Check(options.binary.resolve(strict=True), folder).run()
    except (BenchError, OSError, subprocess.SubprocessError, KeyError) as error:
        print(f"check-release: {error}", file=sys.stderr)
        return 1
    finally:
        Process.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"check-release: texts of {LENGTHS[0]}–{LENGTHS[-1]} bytes and longer ones stay as they are")
    return 0


if __name__ == "__main__":
    sys.exit(main())
