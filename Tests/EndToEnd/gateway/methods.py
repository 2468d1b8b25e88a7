"""The five methods, and one with a file: what each takes on the wire, and what TOP answers when all is well.

The fields are written down from the documentation pages by hand, on purpose apart from the relay's catalog.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from checks import Fault

Tree = dict[str, Any]
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")


@dataclass(frozen=True)
class Field:
    """A parameter or member of an object.

    `kind` is text, number, boolean, date, texts (a JSON list of strings), object, objects (a JSON list of them), or
    file (a part of its own, outside the sign).
    """

    kind: str
    required: bool = False
    members: dict[str, Field] | None = None


def text(required: bool = False) -> Field:
    return Field("text", required)


def number(required: bool = False) -> Field:
    return Field("number", required)


ANY: dict[str, Field] = {}
"""Fields of a method that takes whatever it is given."""


class Refused(Exception):
    """A parameter is not as documented."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.msg)
        self.fault = fault


def _missing(name: str) -> Refused:
    return Refused(Fault(40, "Missing required arguments", f"isv.missing-parameter:{name}", f"{name} is required"))


def _invalid(name: str, why: str) -> Refused:
    return Refused(Fault(41, "Invalid arguments", f"isv.invalid-parameter:{name}", f"{name} {why}"))


def check_parameters(fields: dict[str, Field], sent: dict[str, str], files: Iterable[str] = ()) -> Tree:
    """The business parameters with JSON ones parsed; raises Refused for an unknown, missing or ill-typed one."""
    if fields is ANY:
        return dict(sent)
    parsed: Tree = {}
    for name in (*sent, *files):
        if name not in fields:
            raise _invalid(name, "is not known")
    for name, field in fields.items():
        if (field.kind == "file") != (name in files) and (name in sent or name in files):
            raise _invalid(name, "is a file" if field.kind == "file" else "is no file")
        if name in files:
            continue
        if name not in sent:
            if field.required:
                raise _missing(name)
            continue
        if not sent[name].strip():
            raise _invalid(name, "is blank: an empty parameter is never sent")
        parsed[name] = _check_top(name, field, sent[name])
    return parsed


def _check_top(name: str, field: Field, value: str) -> Any:
    if field.kind in ("object", "objects"):
        try:
            document = json.loads(value, object_pairs_hook=_no_duplicates, parse_int=Lexeme, parse_float=Lexeme)
        except ValueError as error:
            raise _invalid(name, f"is not JSON: {error}") from error
        _check_value(name, field, document)
        return document
    if field.kind == "number" and not _NUMBER.match(value):
        raise _invalid(name, "is not a number")
    return value


class Lexeme(str):
    """A JSON number exactly as written."""


def _no_duplicates(pairs: list[tuple[str, Any]]) -> Tree:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members


def _check_value(name: str, field: Field, value: Any) -> None:
    """A value inside JSON: the kinds must be JSON's own."""
    if field.kind == "objects":
        if not isinstance(value, list):
            raise _invalid(name, "is not a list")
        for element in value:
            _check_object(name, field, element)
    elif field.kind == "object":
        _check_object(name, field, value)
    elif field.kind == "texts":
        if not isinstance(value, list) or not all(type(element) is str for element in value):
            raise _invalid(name, "is not a list of strings")
    elif field.kind == "number":
        if not isinstance(value, Lexeme) or not _NUMBER.match(value):
            raise _invalid(name, "is not a plain number")
    elif field.kind == "boolean":
        if not isinstance(value, bool):
            raise _invalid(name, "is not a boolean")
    elif type(value) is not str:
        raise _invalid(name, "is not a string")
    elif field.kind == "date" and not re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\Z", value):
        raise _invalid(name, "is not yyyy-MM-dd HH:mm:ss")


def _check_object(name: str, field: Field, value: Any) -> None:
    if not isinstance(value, dict):
        raise _invalid(name, "is not an object")
    members = field.members or {}
    for inner in value:
        if inner not in members:
            raise _invalid(f"{name}.{inner}", "is not known")
    for inner, expected in members.items():
        if inner in value:
            _check_value(f"{name}.{inner}", expected, value[inner])
        elif expected.required:
            raise _missing(f"{name}.{inner}")


@dataclass(frozen=True)
class Method:
    """A TOP method: whether it needs a session, its fields, its answer, and the answer's free text."""

    name: str
    session: str
    fields: dict[str, Field]
    answer: Callable[[Tree], Tree]
    text_path: str

    @property
    def root(self) -> str:
        return root_name(self.name)


def root_name(method: str) -> str:
    return method.removeprefix("taobao.").replace(".", "_") + "_response"


def _car_profile_answer(sent: Tree) -> Tree:
    profile = sent["list"]
    entries = []
    if profile["operate_type"] in ("1", "2"):
        identity = int(profile.get("car_profile_id", 0)) or 700_000 + len(profile["channel_profile_id"])
        entries.append({"channel_profile_id": profile["channel_profile_id"], "car_profile_id": identity})
    return {"data": {"id_mapping": {"entry": entries}}, "is_success": True, "errcode": "0000", "errmsg": "成功"}


def _rental_answer(sent: Tree) -> Tree:
    return {"message_code": 0, "message": "成功"}


def _picture_answer(sent: Tree) -> Tree:
    title = sent.get("title", sent["image_input_title"])
    return {"picture": {"picture_id": 1013390000000007421, "title": title, "deleted": "unfroze", "status": 0}}


def _lease_answer(sent: Tree) -> Tree:
    return {
        "result": {
            "gmt_current_time": 1561003200000,
            "msg_code": "1",
            "msg_info": "ok",
            "object": True,
            "success": True,
            "cost_time": 12,
        }
    }


def _address_answer(sent: Tree) -> Tree:
    return {
        "address_ability_async_response": {"success": True, "code": "200", "message": "SUCCESS", "is_retry": False}
    }


def _cards_answer(sent: Tree) -> Tree:
    cards = sent["param_batch_open_card_open_req"]["physical_card_ids"]
    return {
        "result": {
            "result": {
                "result_map": json.dumps({card: "SUCCESS" for card in cards}, separators=(",", ":")),
                "all_success": "true",
            },
            "result_code": "200",
            "result_view": "",
            "biz_success": True,
            "result_desc": "成功",
        }
    }


_PROFILE = {
    "car_license": text(),
    "acid": number(True),
    "channel_profile_id": text(True),
    "mileage": number(),
    "engine_no": text(),
    "reg_time": text(),
    "gmt_modified": Field("date", True),
    "issue_time": text(),
    "car_vin": text(),
    "gmt_create": Field("date", True),
    "operate_type": number(True),
    "car_profile_id": number(),
}

_RENTAL = {
    "vehicle_model_code": text(True),
    "mileage_limit_info": Field(
        "object",
        members={"exist_mileage_limit": Field("boolean"), "mileage_limit": number(), "over_mileage_fee": number()},
    ),
    "credit_deposit_info": Field(
        "object",
        required=True,
        members={"illegal_amount": text(True), "support_credit": Field("boolean", True), "damage_amount": text(True)},
    ),
    "deleted": number(True),
    "company_code": text(),
    "store_code": text(True),
}

_ADDRESSES = {
    "request_time": number(True),
    "request_id": text(True),
    "supplier_id": text(True),
    "outer_code": text(True),
    "service_type": text(True),
    "ability_type": text(True),
    "address_type": text(True),
    "address_ids": Field(
        "objects",
        members={
            name: text()
            for name in ("address_id", "ability_status", "cooperation_delivery_code", "reason", "detail_reason")
        },
    ),
    "address_names": Field(
        "objects",
        members={
            name: text()
            for name in ("province", "city", "area", "town", "aility_status", "cooperation_delivery_code")
        },
    ),
}

_CARDS = {
    "physical_card_ids": Field("texts", True),
    "out_brand_id": text(),
    "request_id": text(True),
    "brand_id": text(),
    "out_shop_id": text(),
    "shop_id": text(),
    "operator_id": text(True),
}

def _person_answer(_: Tree) -> Tree:
    return {"ok": True, "message": "fine"}


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            "tmall.aliauto.carprofile.sync",
            "required",
            {
                "list": Field("object", True, _PROFILE),
                "channel_id": text(True),
                "channel_type": number(True),
                "phone": text(True),
                "data_source": text(),
            },
            _car_profile_answer,
            "errmsg",
        ),
        Method(
            "alitrip.rentcar.commodity.storevehmodel.base.change.notify",
            "none",
            {"store_vehicle_model_info_list": Field("object", True, _RENTAL), "extra": text()},
            _rental_answer,
            "message",
        ),
        Method(
            "tmall.car.lease.freedownpayment.put",
            "required",
            {
                "pre_end_time": text(True),
                "pre_start_time": text(True),
                "item_id": number(True),
                "time_range_list": text(True),
                "ref_activity_id": text(),
            },
            _lease_answer,
            "result.msg_info",
        ),
        Method(
            "taobao.logistics.address.ability.tms.async",
            "none",
            {"address_ability_async_request": Field("object", True, _ADDRESSES)},
            _address_answer,
            "address_ability_async_response.message",
        ),
        Method(
            "alibaba.alsc.crm.card.batch.sell",
            "none",
            {"param_batch_open_card_open_req": Field("object", True, _CARDS)},
            _cards_answer,
            "result.result_desc",
        ),
        # No method of TOP's: one for tests that bring an entry of their own, with answers that they order.
        Method("toprelay.test.person.put", "none", ANY, _person_answer, "message"),
        Method(
            "taobao.picture.upload",
            "required",
            {
                "picture_category_id": number(True),
                "img": Field("file", True),
                "image_input_title": text(True),
                "title": text(),
                "client_type": text(),
                "is_https": text(),
            },
            _picture_answer,
            "picture.title",
        ),
    )
}


def find(name: str) -> Method | None:
    """A method by its name. Names that begin with `demo.` are methods of tests' own, which take anything."""
    if name.startswith("demo."):
        return Method(name, "none", ANY, _person_answer, "message")
    return METHODS.get(name)
