"""Tests of the gateway itself: published and computed signing vectors, every check and every kind of fault."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import zlib
from typing import Any

import checks
import faults
import multipart
import signing

_ITEM = {
    "method": "taobao.item.seller.get",
    "app_key": "12345678",
    "session": "test",
    "timestamp": "2016-01-01 12:00:00",
    "format": "json",
    "v": "2.0",
    "fields": "num_iid,title,nick,price,num",
    "num_iid": "11223344",
}
_MIXED = _ITEM | {
    "title": "混合 品+&=%20😀",
    "memo": "@abc",
    "A_upper": "Z",
    "a-dash": "1",
    "a.dot": "2",
    "aZ": "3",
}
_ORDER = {"foo": "1", "bar": "2", "foo_bar": "3", "foobar": "4"}
_JSON_BODY = '{"a":"中文😀","n":9007199254740993}'

# (secret, parameters, body, method, sign, value of sign_method or None)
_VECTORS: list[tuple[str, dict[str, str], str, str, str, str | None]] = [
    ("helloworld", _ITEM, "", "md5", "66987CB115214E59E6EC978214934FB8", "md5"),
    ("helloworld", _ITEM, "", "hmac", "B4DDA503460D60A86B16E950E5D303E9", "md5"),
    ("helloworld", _ITEM, "", "hmac", "D56D7858309C31B6251083A874D48273", "hmac"),
    (
        "helloworld",
        _ITEM,
        "",
        "hmac-sha256",
        "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8",
        "hmac-sha256",
    ),
    ("秘密 secret", _MIXED, "", "md5", "61E664A162979F3FCE5E2376B55D410D", "md5"),
    ("秘密 secret", _MIXED, "", "hmac", "698BE7DE0BB0BD4C78AA69CCBAA86A1C", "hmac"),
    (
        "秘密 secret",
        _MIXED,
        "",
        "hmac-sha256",
        "2313F59A19360B203316D439E6C356FEFA37EEE811A440079820203678F3628A",
        "hmac-sha256",
    ),
    ("helloworld", _ITEM, _JSON_BODY, "md5", "9BDEF48700CA30576957F6CAA85E73AB", "md5"),
    ("helloworld", _ITEM, _JSON_BODY, "hmac", "6FF0E4A2B083F6AF11FBF597E204CD1E", "hmac"),
    ("helloworld", _ORDER, "", "md5", "5AAF1C690262A24768F5478B084C2C8A", None),
    ("helloworld", _ORDER, "", "hmac", "E687005F819D6F9E6ED085311C8ACC75", None),
]

_APPS = {"4272": {"secret": "秘密 secret", "sessions": ["good"], "expired_sessions": ["old"]}}

_PROFILE = {
    "acid": 50006718,
    "channel_profile_id": "7001",
    "gmt_modified": "2010-01-01 00:00:00",
    "gmt_create": "2010-01-01 00:00:00",
    "operate_type": 1,
}
_CAR = {
    "list": json.dumps(_PROFILE),
    "channel_id": "混合 品+&=%20😀",
    "channel_type": "1",
    "phone": "13700000000",
    "data_source": "XKZ",
}
_ADDRESS = {
    "request_time": 1656674541000,
    "request_id": "r1",
    "supplier_id": "1",
    "outer_code": "1",
    "service_type": "2",
    "ability_type": "2",
    "address_type": "1",
    "address_ids": [{"address_id": "330110005", "ability_status": "1"}],
}
_CARDS = {"physical_card_ids": ["111", "222"], "request_id": "r2", "brand_id": "1", "shop_id": "2", "operator_id": "3"}
_RENTAL = {
    "vehicle_model_code": "100001",
    "credit_deposit_info": {"illegal_amount": "1000.00", "support_credit": True, "damage_amount": "1000.00"},
    "deleted": 0,
    "store_code": "10001",
}
_LEASE = {
    "pre_end_time": "2019.06.20 12:00:00",
    "pre_start_time": "2019.06.10 12:00:00",
    "item_id": "2321321",
    "time_range_list": "[]",
}

_CALLS: dict[str, tuple[str | None, dict[str, str]]] = {
    "tmall.aliauto.carprofile.sync": ("good", _CAR),
    "alitrip.rentcar.commodity.storevehmodel.base.change.notify": (
        None,
        {"store_vehicle_model_info_list": json.dumps(_RENTAL)},
    ),
    "tmall.car.lease.freedownpayment.put": ("good", _LEASE),
    "taobao.logistics.address.ability.tms.async": (None, {"address_ability_async_request": json.dumps(_ADDRESS)}),
    "alibaba.alsc.crm.card.batch.sell": (None, {"param_batch_open_card_open_req": json.dumps(_CARDS)}),
}
_CAR_METHOD = "tmall.aliauto.carprofile.sync"


def _timestamp(offset_seconds: float = 0) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 8 * 3600 + offset_seconds))


def _form(method: str, changes: dict[str, str | None] | None = None, sign_method: str = "hmac-sha256") -> bytes:
    """A signed form for the method; a change of None leaves the parameter out, and `sign` is changed after signing."""
    session, business = _CALLS.get(method, (None, {}))
    values: dict[str, str | None] = {
        "method": method,
        "app_key": "4272",
        "session": session,
        "timestamp": _timestamp(),
        "v": "2.0",
        "format": "json",
        "sign_method": sign_method,
        **business,
        **(changes or {}),
    }
    parameters = [(name, value) for name, value in values.items() if value is not None and name != "sign"]
    if not (changes and "sign" in changes):
        parameters.append(("sign", signing.sign("秘密 secret", parameters, sign_method)))
    elif changes["sign"] is not None:
        parameters.append(("sign", changes["sign"]))
    return urllib.parse.urlencode(parameters).encode()


def _raw_request(form: bytes, extra: str = "") -> bytes:
    head = f"POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n"
    return (head + extra + "\r\n").encode() + form


class SigningTests(unittest.TestCase):
    def test_vectors(self) -> None:
        for secret, parameters, body, method, expected, name in _VECTORS:
            named = parameters if name is None else parameters | {"sign_method": name}
            with self.subTest(method=method, expected=expected):
                self.assertEqual(signing.sign(secret, named.items(), method, body.encode()), expected)

    def test_empty_values_are_signed_as_received(self) -> None:
        with_empty = signing.base_string([("b", ""), ("a", "1"), ("sign", "X")])
        self.assertEqual(with_empty, b"a1b")

    def test_forms(self) -> None:
        hostile = [("名", "混合 品+&=%20😀"), ("empty", ""), ("n", "\x00\r\n")]
        self.assertEqual(signing.parse_form(urllib.parse.urlencode(hostile).encode()), hostile)
        for broken in (b"a=%", b"a=%4", b"a=%zz", b"a=%ff", b"a=\xff", b"a"):
            with self.subTest(broken=broken), self.assertRaises(signing.FormError):
                signing.parse_form(broken)

    def test_multipart(self) -> None:
        head = '--b\r\nContent-Disposition: form-data; name="f"; filename="图.png"\r\nContent-Type: image/png\r\n\r\n'
        part = '--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\n图\r\n\r\n'
        kind = "multipart/form-data;charset=UTF-8;boundary=b"
        parameters, files = multipart.parse((part + head + "\r\n--\r\n\r\n--b--\r\n").encode(), kind)
        self.assertEqual(parameters, [("a", "图\r\n")])
        digest = hashlib.sha256(b"\r\n--\r\n").hexdigest()
        self.assertEqual(files, {"f": {"length": 6, "sha256": digest, "filename": "图.png", "type": "image/png"}})
        for broken in ("", part, part + "--b--", "x" + part + "--b--\r\n", head + "1\r\n" + head + "1\r\n--b--\r\n"):
            with self.subTest(broken=broken), self.assertRaises(signing.FormError):
                multipart.parse(broken.encode(), kind)

    def test_timestamps(self) -> None:
        self.assertEqual(checks.epoch_of_timestamp("1970-01-01 08:00:00"), 0)
        for broken in ("2016-02-30 00:00:00", "2016-1-1 00:00:00", "2016-01-01T00:00:00", "1451620800000", ""):
            self.assertIsNone(checks.epoch_of_timestamp(broken))


class GatewayTests(unittest.TestCase):
    process: subprocess.Popen[str]
    port: int
    folder: tempfile.TemporaryDirectory[str]

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        apps = os.path.join(cls.folder.name, "apps.json")
        with open(apps, "w", encoding="utf-8") as file:
            json.dump(_APPS, file)
        cls.log = os.path.join(cls.folder.name, "calls.log")
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gateway.py")
        command = [sys.executable, script, "--apps", apps, "--log", cls.log, "--lifetime", "120", "--with-parent"]
        cls.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert cls.process.stdout is not None
        cls.port = int(cls.process.stdout.readline())

    @classmethod
    def tearDownClass(cls) -> None:
        cls.process.terminate()
        cls.process.wait(10)
        assert cls.process.stdout is not None
        cls.process.stdout.close()
        cls.folder.cleanup()

    def setUp(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        self.control("POST", "/_reset")

    def tearDown(self) -> None:
        self.connection.close()

    def control(self, verb: str, path: str, document: Any = None, status: int = 200) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(verb, path, None if document is None else json.dumps(document))
        response = connection.getresponse()
        body = response.read()
        connection.close()
        self.assertEqual(response.status, status, body)
        return json.loads(body)

    def send(self, form: bytes, path: str = "/router/rest", verb: str = "POST") -> http.client.HTTPResponse:
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
        self.connection.request(verb, path, form, headers)
        return self.connection.getresponse()

    def call(self, method: str = _CAR_METHOD, changes: dict[str, str | None] | None = None) -> Any:
        response = self.send(_form(method, changes))
        self.assertEqual(response.status, 200)
        return json.loads(response.read())

    def last(self) -> Any:
        return self.control("GET", "/_calls?limit=1")["calls"][0]

    def test_every_method_with_every_sign_method(self) -> None:
        for method, (_, business) in _CALLS.items():
            for sign_method in signing.SIGN_METHODS:
                with self.subTest(method=method, sign_method=sign_method):
                    answer = json.loads(self.send(_form(method, None, sign_method)).read())
                    self.assertEqual(list(answer), [faults.root_name(method)])
                    record = self.last()
                    self.assertTrue(record["sign_ok"])
                    self.assertEqual(record["parameters"] | business, record["parameters"])
                    self.assertEqual(answer[faults.root_name(method)]["request_id"], record["request_id"])

    def test_wire_form_of_the_car_profile_answer(self) -> None:
        inner = self.call()["tmall_aliauto_carprofile_sync_response"]
        self.assertEqual(inner["data"]["id_mapping"]["entry"][0]["channel_profile_id"], "7001")
        self.assertIs(inner["is_success"], True)

    def test_every_check(self) -> None:
        broken: list[tuple[dict[str, str | None], int]] = [
            ({"method": None}, 21),
            ({"method": "taobao.no.such"}, 22),
            ({"format": "xml"}, 23),
            ({"format": None}, 23),
            ({"sign": None}, 24),
            ({"sign": "0" * 64}, 25),
            ({"sign": ""}, 25),
            ({"sign_method": "sha1"}, 25),
            ({"session": None}, 26),
            ({"session": "old"}, 27),
            ({"session": "other"}, 27),
            ({"app_key": None}, 28),
            ({"app_key": "1"}, 29),
            ({"timestamp": None}, 30),
            ({"timestamp": _timestamp(-700)}, 31),
            ({"timestamp": _timestamp(700)}, 31),
            ({"timestamp": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())}, 31),
            ({"v": None}, 32),
            ({"v": "1.0"}, 33),
            ({"phone": None}, 40),
            ({"list": json.dumps({**_PROFILE, "gmt_create": None})}, 41),
            ({"list": json.dumps({n: v for n, v in _PROFILE.items() if n != "acid"})}, 40),
            ({"list": json.dumps({**_PROFILE, "colour": "red"})}, 41),
            ({"list": json.dumps([_PROFILE])}, 41),
            ({"list": "{"}, 41),
            ({"list": '{"acid":1,"acid":2}'}, 41),
            ({"channel_type": "one"}, 41),
            ({"data_source": ""}, 41),
            ({"colour": "red"}, 41),
        ]
        for changes, code in broken:
            with self.subTest(changes=changes):
                sign_method = "sha1" if changes.get("sign_method") == "sha1" else "hmac-sha256"
                if sign_method == "sha1":
                    changes = changes | {"sign": "x"}
                answer = json.loads(self.send(_form(_CAR_METHOD, changes)).read())
                self.assertEqual(answer["error_response"]["code"], code)
                self.assertEqual(self.last()["fault"]["code"], code)

    def test_forms_that_are_none(self) -> None:
        for form, code in ((b"a=%ff", 47), (_form(_CAR_METHOD) + b"&phone=1", 41)):
            answer = json.loads(self.send(form).read())
            self.assertEqual(answer["error_response"]["code"], code)
        answer = json.loads(self.send(_form(_CAR_METHOD), verb="PUT").read())
        self.assertEqual(answer["error_response"]["code"], 9)

    def test_log_is_written_before_the_answer(self) -> None:
        self.call()
        with open(self.log, encoding="utf-8") as file:
            record = json.loads(file.readlines()[-1])
        self.assertEqual(record["parameters"]["channel_id"], _CAR["channel_id"])
        self.assertIn("phone=13700000000", record["raw"])

    def fault(self, **order: Any) -> None:
        self.control("POST", "/_fault", order)

    def test_bad_orders_are_refused(self) -> None:
        for order in ({}, {"kind": "nonsense"}, {"kind": "cut", "colour": 1}, [], {"kind": "cut", "count": "x"}):
            self.assertIn("error", self.control("POST", "/_fault", order, 400))

    def test_counts_order_and_scope(self) -> None:
        self.fault(kind="error", method=_CAR_METHOD, count=2, after=1, code=10)
        other = self.call("alibaba.alsc.crm.card.batch.sell")
        self.assertIn("alibaba_alsc_crm_card_batch_sell_response", other)
        codes = [self.call().get("error_response", {}).get("code") for _ in range(4)]
        self.assertEqual(codes, [None, 10, 10, None])
        self.assertEqual(self.control("GET", "/_faults"), [])
        self.fault(kind="empty", contains="phone=13900000000")
        self.assertIn("tmall_aliauto_carprofile_sync_response", self.call())
        self.assertEqual(self.send(_form(_CAR_METHOD, {"phone": "13900000000"})).read(), b"")

    def test_errors(self) -> None:
        self.fault(kind="ban", seconds=7)
        error = self.call()["error_response"]
        self.assertEqual((error["code"], error["sub_msg"]), (7, "This ban will last for 7 more seconds"))
        self.fault(kind="error", code="27", msg="Invalid session", sub_code="session-expired")
        self.assertEqual(self.call()["error_response"]["sub_code"], "session-expired")
        self.fault(kind="error_last")
        self.assertEqual(list(self.call()), ["tmall_aliauto_carprofile_sync_response", "error_response"])
        self.fault(kind="echo")
        self.assertIn("13700000000", self.call()["error_response"]["sub_msg"])
        self.fault(kind="echo", field="channel_profile_id")
        self.assertIn("7001", self.call()["error_response"]["sub_msg"])

    def test_answers_that_are_not_tops(self) -> None:
        self.fault(kind="http_status", status=502)
        response = self.send(_form(_CAR_METHOD))
        self.assertEqual((response.status, response.read()[:6]), (502, b"<html>"))
        self.fault(kind="html")
        self.assertIn("系统繁忙", self.send(_form(_CAR_METHOD)).read().decode())
        self.fault(kind="custom", status=403, body="no $request_id", headers={"X-A": "b"})
        response = self.send(_form(_CAR_METHOD))
        self.assertEqual((response.status, response.getheader("X-A")), (403, "b"))
        self.assertIn(b"no 16fx", response.read())
        self.fault(kind="gzip")
        self.assertIn(b"is_success", gzip.decompress(self.send(_form(_CAR_METHOD)).read()))
        self.fault(kind="gzip_garbage")
        with self.assertRaises((OSError, EOFError, zlib.error)):
            gzip.decompress(self.send(_form(_CAR_METHOD)).read())
        self.fault(kind="gzip_bomb", bytes=2_000_000)
        self.assertLess(len(self.send(_form(_CAR_METHOD)).read()), 20_000)
        self.fault(kind="big")
        self.assertGreater(len(self.send(_form(_CAR_METHOD)).read()), 20_000_000)
        self.fault(kind="chunked")
        self.assertIn("tmall_aliauto_carprofile_sync_response", self.call())
        self.fault(kind="trickle", pieces=4, pause_ms=5)
        self.assertIn("tmall_aliauto_carprofile_sync_response", self.call())
        self.fault(kind="latency", ms=20)
        started = time.monotonic()
        self.call()
        self.assertGreaterEqual(time.monotonic() - started, 0.02)

    def test_odd_trees(self) -> None:
        root = "tmall_aliauto_carprofile_sync_response"
        self.fault(kind="change", set={"is_success": False, "data.extra": 1}, remove=["errcode"])
        inner = self.call()[root]
        self.assertEqual((inner["is_success"], inner["data"]["extra"], "errcode" in inner), (False, 1, False))
        self.fault(kind="other_root", root="x_response")
        self.assertEqual(list(self.call()), ["x_response"])
        self.fault(kind="other_item", item="thing")
        self.assertEqual(list(self.call()[root]["data"]["id_mapping"]), ["thing"])
        self.fault(kind="plain_lists")
        self.assertIsInstance(self.call()[root]["data"]["id_mapping"], list)
        self.fault(kind="missing_lists")
        self.assertEqual(self.call()[root]["data"], {})
        self.fault(kind="big_ids")
        self.assertGreater(self.call()[root]["data"]["id_mapping"]["entry"][0]["car_profile_id"], 10**18)

    def test_raw_bytes(self) -> None:
        wanted = {
            "control_characters": b"line1\nline2\ttab\x01end",
            "gbk": "系统错误".encode("gbk"),
            "invalid_utf8": b"\xff\xfe\xc3",
            "nul": b"raw \x00 escaped \\u0000",
        }
        for name, raw in wanted.items():
            for method in _CALLS:
                with self.subTest(kind=name, method=method):
                    self.fault(kind=name)
                    self.assertIn(raw, self.send(_form(method)).read())
        self.fault(kind="gbk", where="error")
        body = self.send(_form(_CAR_METHOD)).read()
        self.assertTrue(body.startswith(b'{"error_response"') and "系统错误".encode("gbk") in body)

    def test_cuts(self) -> None:
        for name in ("cut", "reset", "half", "half_chunked"):
            with self.subTest(kind=name):
                self.fault(kind=name)
                with self.assertRaises((http.client.HTTPException, OSError)):
                    self.send(_form(_CAR_METHOD)).read()
                self.connection.close()
                self.assertEqual(self.last()["injected"], name)

    def test_a_head_that_breaks_off(self) -> None:
        self.fault(kind="half_head")
        with socket.create_connection(("127.0.0.1", self.port), 20) as peer:
            peer.sendall(_raw_request(_form(_CAR_METHOD)))
            received = b"".join(iter(lambda: peer.recv(4096), b""))
        self.assertTrue(received.startswith(b"HTTP/1.1 200") and b"\r\n\r\n" not in received)

    def test_cut_of_a_warm_connection(self) -> None:
        self.fault(kind="cut_warm")
        self.call()
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.call()
        self.connection.close()
        self.assertEqual(self.last()["nth"], 2)
        self.fault(kind="close_after")
        self.call()
        self.connection.sock.settimeout(5)
        self.assertEqual(self.connection.sock.recv(1), b"")

    def test_requests_in_pieces_and_with_expect(self) -> None:
        form = _form(_CAR_METHOD)
        whole = _raw_request(form, "Expect: 100-continue\r\n")
        with socket.create_connection(("127.0.0.1", self.port), 20) as peer:
            peer.sendall(whole[: -len(form)])
            self.assertEqual(peer.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            peer.sendall(form[:50])
            peer.sendall(form[50:])
            self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 200"))

    def test_what_is_no_request(self) -> None:
        for junk in (b"nonsense\r\n\r\n", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"x" * 70_000):
            with socket.create_connection(("127.0.0.1", self.port), 20) as peer:
                peer.sendall(junk)
                self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 400"))

    def test_hanging_calls(self) -> None:
        self.fault(kind="hang", count=2)
        for action, closes in (("/_release", False), ("/_reset", True)):
            with self.subTest(action=action), socket.create_connection(("127.0.0.1", self.port), 20) as peer:
                peer.sendall(_raw_request(_form(_CAR_METHOD)))
                while self.control("GET", "/_stats")["hanging"] == 0:
                    time.sleep(0.01)
                self.control("POST", action)
                self.assertEqual(peer.recv(12), b"" if closes else b"HTTP/1.1 200")


def run() -> int:
    """Runs all tests; 0 if they pass."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
    return 0 if unittest.TextTestRunner().run(suite).wasSuccessful() else 1
