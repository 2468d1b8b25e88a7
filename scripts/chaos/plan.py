"""What is going to happen to each call, decided by its number and the seed, so that a run can be repeated."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

METHOD = "tmall.car.lease.freedownpayment.put"
PATH = "/v1/car-lease/zero-down-payments"
ROOT_MEMBER = "tmall_car_lease_freedownpayment_put_response"

# One call in this many is never answered by TOP, in the twins that have such calls.
UNANSWERED_EVERY = 100
_FIRST_ITEM = 700_000_000
_REF_PREFIX = "chaos-"


@dataclass
class Plan:
    """The plan of one scenario's calls."""

    seed: int
    replicas: int
    unanswered: bool

    def verdict(self, number: int) -> str:
        """The outcome that the gateway's answer stands for: mostly success, with some of each other kind."""
        roll = self._random(number, "verdict").random()
        if roll < 0.80:
            return "success"
        if roll < 0.88:
            return "business_failure"
        return "rejected" if roll < 0.94 else "platform_error"

    def delay(self, number: int) -> float:
        """Seconds until the gateway answers. Some are slow, so that faults strike calls in progress."""
        roll = self._random(number, "delay").random()
        return 0.4 * roll if roll > 0.9 else 0.03 * roll

    def is_unanswered(self, number: int) -> bool:
        """One call of each hundred, at a place that moves so that every replica gets its share."""
        block, place = divmod(number, UNANSWERED_EVERY)
        return self.unanswered and place == 10 + block % self.replicas

    def _random(self, number: int, purpose: str) -> random.Random:
        return random.Random(f"{self.seed}/{purpose}/{number}")


def reference(number: int) -> str:
    """The `Top-Ref` of a call."""
    return f"{_REF_PREFIX}{number}"


def number_of_reference(text: str) -> int:
    return int(text.removeprefix(_REF_PREFIX))


def number_of_item(item_id: str) -> int:
    return int(item_id) - _FIRST_ITEM


def request_body(number: int) -> bytes:
    """The JSON that a client posts."""
    document = {
        "item_id": _FIRST_ITEM + number,
        "pre_start_time": "2019.06.10 12:00:00",
        "pre_end_time": "2019.06.20 12:00:00",
        "time_range_list": [{"amount": 100, "startTime": "2019.06.17 10:00:00", "endTime": "2019.06.17 12:00:00"}],
        "ref_activity_id": reference(number),
    }
    return json.dumps(document).encode()


def response_body(verdict: str, number: int) -> bytes:
    """The JSON with which the gateway tells a verdict."""
    request_id = f"16fx{number:08d}"
    if verdict in ("success", "business_failure"):
        done = verdict == "success"
        result = {"success": done, "object": done, "msg_code": "1", "msg_info": "ok", "cost_time": 3}
        return json.dumps({ROOT_MEMBER: {"result": result, "request_id": request_id}}).encode()
    sub_code = "isv.item-not-exist" if verdict == "rejected" else "isp.lease-service-unavailable"
    error = {"code": 15, "msg": "Remote service error", "sub_code": sub_code, "request_id": request_id}
    return json.dumps({"error_response": error}).encode()
