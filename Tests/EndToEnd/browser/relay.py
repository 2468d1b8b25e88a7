"""Calls through the relay, and the faults of the gateway behind it."""

from __future__ import annotations

import http.client
import json
import random
from typing import Any
from urllib.parse import urlsplit

CAR = "/v1/aliauto/car-profiles"
RENTAL = "/v1/rentcar/store-vehicle-models"
ADDRESS = "/v1/logistics/address-abilities"
CAR_METHOD = "tmall.aliauto.carprofile.sync"
RENTAL_METHOD = "alitrip.rentcar.commodity.storevehmodel.base.change.notify"


def new_marker() -> str:
    return f"m{random.getrandbits(60):x}"


class Relay:
    """What callers and operators do while somebody looks at the console."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.origin: str = config["relay"]
        self.gateway: str = config["gateway"]
        self.caller: str = config["caller"]
        self.auditor: str = config["auditor"]

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None, *, token: str = "",
        origin: str = "",
    ) -> dict[str, Any]:
        parts = urlsplit(origin or self.origin)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        text = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        # Headers go out as bytes: document numbers may be Chinese.
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in ({"Authorization": "Bearer " + (token or self.caller)} | (headers or {})).items():
            connection.putheader(name, value.encode())
        if text is not None:
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(text)))
        connection.endheaders(text)
        answer = connection.getresponse().read()
        connection.close()
        return dict(json.loads(answer)) if answer else {}

    def order(self, kind: str, **options: object) -> None:
        self.ask("POST", "/_fault", {"kind": kind, "count": 1} | options, origin=self.gateway)

    def release(self) -> None:
        self.ask("POST", "/_release", {}, origin=self.gateway)

    def audit(self, path: str) -> dict[str, Any]:
        return self.ask("GET", path, token=self.auditor)

    def car(self, marker: str = "", *, acid: object = 50006718, refs: str = "", headers: dict[str, str] | None = None) -> dict[str, Any]:
        """A call that writes; `marker` is its business key channel_profile_id."""
        number = f"{random.randrange(10**8):08d}"
        car = {
            "car_license": "浙A" + number[:5], "acid": acid, "channel_profile_id": marker or new_marker(), "mileage": 100,
            "engine_no": number, "reg_time": "2010-01-01 00:00:00", "gmt_modified": "2010-01-01 00:00:00",
            "issue_time": "2010-01-01 00:00:00", "car_vin": "LSVAA4182E" + number, "gmt_create": "2010-01-01 00:00:00",
            "operate_type": 1, "car_profile_id": int(number) + 2,
        }
        body = {"list": car, "channel_id": "1", "channel_type": 1, "phone": "137" + number}
        return self.ask("POST", CAR, body, (headers or {}) | ({"Top-Ref": refs} if refs else {}))

    def rental(self, marker: str = "", *, refs: str = "") -> dict[str, Any]:
        info = {
            "vehicle_model_code": "100001", "deleted": 0, "company_code": "122", "store_code": marker or new_marker(),
            "mileage_limit_info": {"exist_mileage_limit": True, "mileage_limit": 5000, "over_mileage_fee": 50},
            "credit_deposit_info": {"illegal_amount": "1000.00", "support_credit": True, "damage_amount": "1000.00"},
        }
        body = {"store_vehicle_model_info_list": info, "extra": "{}"}
        return self.ask("POST", RENTAL, body, {"Top-Ref": refs} if refs else {})

    def address(self, marker: str = "") -> dict[str, Any]:
        """A call that TOP accepts, and reports on later."""
        request = {
            "request_time": 1656674541000, "request_id": new_marker(), "supplier_id": "10000000001",
            "outer_code": marker or new_marker(), "service_type": "2", "ability_type": "2", "address_type": "1",
            "address_ids": [{
                "address_id": "330110005", "ability_status": "1", "cooperation_delivery_code": "STO",
                "reason": "ABNORMAL_WEATHER", "detail_reason": "站点临时关停",
            }],
        }
        return self.ask("POST", ADDRESS, {"address_ability_async_request": request})
