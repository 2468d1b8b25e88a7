"""The kinds of faults: each takes a call and its options, and returns the steps that the client gets to see."""

from __future__ import annotations

import base64
import copy
import gzip
import json
from collections.abc import Callable
from typing import Any

import wire
from checks import Fault as TOPFault
from faults import Call, Tree, kind
from methods import METHODS
from wire import Answer, Close, Hang, Step, Wait, Write

# A private-use character stands for bytes that no JSON text could hold, until the answer is encoded.
_MARK = "\ue000"


# ── Time ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@kind("latency")
def _latency(call: Call, options: Tree) -> list[Step]:
    """The good answer; the common option `ms` says when."""
    return call.answer().steps()


@kind("hang")
def _hang(call: Call, options: Tree) -> list[Step]:
    """No answer until `/_release`, then the good one."""
    return [Hang(), *call.answer().steps()]


@kind("trickle", "pieces", "pause_ms")
def _trickle(call: Call, options: Tree) -> list[Step]:
    """The good answer in small pieces with pauses between them."""
    whole = call.answer().bytes()
    size = max(1, len(whole) // int(options.get("pieces", 10)))
    steps: list[Step] = []
    for start in range(0, len(whole), size):
        steps += [Write(whole[start : start + size]), Wait(int(options.get("pause_ms", 50)) / 1000)]
    return steps


# ── TOP's own errors ────────────────────────────────────────────────────────────────────────────────────────────────


@kind("ban", "seconds", "sub_code")
def _ban(call: Call, options: Tree) -> list[Step]:
    """Code 7 with the text from which a client reads how long to wait."""
    seconds = int(options.get("seconds", 1))
    sub_code = str(options.get("sub_code", "accesscontrol.limited-by-app-api-access-count"))
    text = f"This ban will last for {seconds} more seconds"
    return call.error(TOPFault(7, "App Call Limited", sub_code, text)).steps()


@kind("error", "code", "msg", "sub_code", "sub_msg")
def _error(call: Call, options: Tree) -> list[Step]:
    """Any error_response; `code` may be a number or a text, and is sent as given."""
    members = {name: options[name] for name in ("code", "msg", "sub_code", "sub_msg") if name in options}
    members = {"code": 15, "msg": "Remote service error"} | members | {"request_id": call.request_id}
    return Answer(wire.encode_top_json({"error_response": members})).steps()


@kind("error_last", "code", "msg", "sub_code", "sub_msg")
def _error_last(call: Call, options: Tree) -> list[Step]:
    """An error_response behind a good-looking object at the root."""
    members = {name: options[name] for name in ("code", "msg", "sub_code", "sub_msg") if name in options}
    members = {"code": 15, "msg": "Remote service error", "sub_code": "isv.invalid-parameter"} | members
    return Answer(wire.encode_top_json({call.root: call.tree, "error_response": members})).steps()


@kind("echo", "field", "code", "sub_code")
def _echo(call: Call, options: Tree) -> list[Step]:
    """An error text that repeats a value of the request (the phone number, if no `field` is named)."""
    name = str(options.get("field", "phone"))
    value = find_value(call.parameters, name) or "nothing"
    sub_code = str(options.get("sub_code", f"isv.invalid-parameter:{name}"))
    fault = TOPFault(int(options.get("code", 15)), "Remote service error", sub_code, f"{name}={value}不合法")
    return call.error(fault).steps()


# ── What is not TOP's answer ────────────────────────────────────────────────────────────────────────────────────────

_HTML = "<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"


@kind("http_status", "status", "location")
def _http_status(call: Call, options: Tree) -> list[Step]:
    """A status other than 200 with a page in HTML (500 if none is given)."""
    status = int(options.get("status", 500))
    page = _HTML.format(title=f"{status} {wire.REASONS.get(status, 'Status')}").encode()
    headers = {"Content-Type": "text/html"}
    if "location" in options:
        headers["Location"] = str(options["location"])
    return Answer(page, status, headers).steps()


@kind("html")
def _html(call: Call, options: Tree) -> list[Step]:
    """A page in HTML with status 200, as login and block pages come."""
    return Answer(_HTML.format(title="系统繁忙").encode(), 200, {"Content-Type": "text/html;charset=UTF-8"}).steps()


@kind("empty")
def _empty(call: Call, options: Tree) -> list[Step]:
    return Answer(b"").steps()


@kind("custom", "status", "body", "body_base64", "content_type", "headers")
def _custom(call: Call, options: Tree) -> list[Step]:
    """A literal answer; `$request_id` in the text is replaced."""
    if "body_base64" in options:
        body = base64.b64decode(str(options["body_base64"]), validate=True)
    else:
        body = str(options.get("body", "")).replace("$request_id", call.request_id).encode()
    headers = {"Content-Type": str(options.get("content_type", "text/javascript;charset=UTF-8"))}
    headers |= {str(name): str(value) for name, value in options.get("headers", {}).items()}
    return Answer(body, int(options.get("status", 200)), headers).steps()


@kind("gzip")
def _gzip(call: Call, options: Tree) -> list[Step]:
    return _encoded(gzip.compress(call.answer().body))


@kind("gzip_garbage")
def _gzip_garbage(call: Call, options: Tree) -> list[Step]:
    """Announced as gzip, begins like gzip, and is not."""
    return _encoded(gzip.compress(call.answer().body)[:12] + b"\xff\x00garbage" * 20)


@kind("gzip_bomb", "bytes")
def _gzip_bomb(call: Call, options: Tree) -> list[Step]:
    """Small on the wire, large when inflated."""
    return _encoded(gzip.compress(_big_body(call, int(options.get("bytes", 20_000_000)))))


def _encoded(body: bytes) -> list[Step]:
    headers = {"Content-Type": "text/javascript;charset=UTF-8", "Content-Encoding": "gzip"}
    return Answer(body, 200, headers).steps()


@kind("big", "bytes")
def _big(call: Call, options: Tree) -> list[Step]:
    """A good answer with one very long text in it (20 MB if `bytes` is not given)."""
    return Answer(_big_body(call, int(options.get("bytes", 20_000_000)))).steps()


def _big_body(call: Call, size: int) -> bytes:
    return call.answer(call.tree | {"padding": "x" * size}).body


# ── Connections ─────────────────────────────────────────────────────────────────────────────────────────────────────


@kind("cut")
def _cut(call: Call, options: Tree) -> list[Step]:
    """Reads the whole request, then closes without a byte."""
    return [Close()]


@kind("cut_warm")
def _cut_warm(call: Call, options: Tree) -> list[Step]:
    """The same, but only on a connection that has answered before: where libcurl would send a POST again."""
    return [Close()]


@kind("reset")
def _reset(call: Call, options: Tree) -> list[Step]:
    """Closes with RST instead of an answer."""
    return [Close(reset=True)]


@kind("close_after")
def _close_after(call: Call, options: Tree) -> list[Step]:
    """The good answer, after which the connection is closed without having been announced."""
    return [*call.answer().steps(), Close()]


@kind("half")
def _half(call: Call, options: Tree) -> list[Step]:
    """The whole head, half the body, then the end."""
    answer = call.answer()
    return [Write(answer.head() + answer.body[: len(answer.body) // 2]), Close()]


@kind("half_head")
def _half_head(call: Call, options: Tree) -> list[Step]:
    """A head that breaks off."""
    return [Write(call.answer().head()[:25]), Close()]


@kind("chunked")
def _chunked(call: Call, options: Tree) -> list[Step]:
    """The good answer in chunks."""
    return _chunks(call.answer().body) + [Write(b"0\r\n\r\n")]


@kind("half_chunked")
def _half_chunked(call: Call, options: Tree) -> list[Step]:
    """Chunks whose last one never comes."""
    return [*_chunks(call.answer().body), Close()]


def _chunks(body: bytes) -> list[Step]:
    head = Answer(b"", 200, {"Content-Type": "text/javascript;charset=UTF-8", "Transfer-Encoding": "chunked"}).head()
    pieces = [body[start : start + 40] for start in range(0, len(body), 40)]
    return [Write(head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces))]


# ── Odd but readable answers ────────────────────────────────────────────────────────────────────────────────────────


@kind("change", "set", "remove")
def _change(call: Call, options: Tree) -> list[Step]:
    """The good answer with members set or removed by dotted path: how any business failure is made."""
    tree = copy.deepcopy(call.tree)
    for path in options.get("remove", []):
        parent, name = walk(tree, str(path))
        parent.pop(name, None)
    for path, value in options.get("set", {}).items():
        parent, name = walk(tree, str(path))
        parent[name] = value
    return call.answer(tree).steps()


@kind("other_root", "root")
def _other_root(call: Call, options: Tree) -> list[Step]:
    """The good answer under another name than the documented one."""
    root = str(options.get("root", "some_other_response"))
    return Answer(wire.encode_top_json({root: call.tree})).steps()


@kind("other_item", "item")
def _other_item(call: Call, options: Tree) -> list[Step]:
    """List wrappers whose inner name is not the documented one."""
    item = str(options.get("item", "item"))
    return call.answer(map_lists(call.tree, lambda name, elements: {item: elements})).steps()


@kind("plain_lists")
def _plain_lists(call: Call, options: Tree) -> list[Step]:
    """Lists without their wrapper, as with simplify=true."""
    return call.answer(map_lists(call.tree, lambda name, elements: elements)).steps()


@kind("missing_lists")
def _missing_lists(call: Call, options: Tree) -> list[Step]:
    """Lists that are left out altogether."""
    return call.answer(map_lists(call.tree, lambda name, elements: None)).steps()


@kind("big_ids")
def _big_ids(call: Call, options: Tree) -> list[Step]:
    """Every number becomes one of 19 digits, but for codes that say what happened."""
    tree = copy.deepcopy(call.tree)
    tree["trace_number"] = 0
    return call.answer(_enlarge(tree)).steps()


def _enlarge(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {inner: _enlarge(member, inner) for inner, member in value.items()}
    if isinstance(value, list):
        return [_enlarge(element) for element in value]
    if type(value) is int and not name.endswith("_code"):
        return 9_007_199_254_740_993_001 + value % 1000
    return value


@kind("control_characters")
def _control_characters(call: Call, options: Tree) -> list[Step]:
    """Raw newline, tab and U+0001 inside a string, which strict JSON parsers refuse."""
    return _raw_text(call, b"line1\nline2\ttab\x01end", options)


@kind("gbk", "where")
def _gbk(call: Call, options: Tree) -> list[Step]:
    """A text in GBK inside an answer that claims UTF-8 (`where`: "answer" or "error")."""
    return _raw_text(call, "系统错误".encode("gbk"), options)


@kind("invalid_utf8", "where")
def _invalid_utf8(call: Call, options: Tree) -> list[Step]:
    return _raw_text(call, b"bad \xff\xfe\xc3 bytes", options)


@kind("nul", "where")
def _nul(call: Call, options: Tree) -> list[Step]:
    """A raw NUL and an escaped one."""
    return _raw_text(call, b"raw \x00 escaped \\u0000 end", options)


def _raw_text(call: Call, raw: bytes, options: Tree) -> list[Step]:
    """The answer with its free text (or an error's sub_msg) replaced by bytes."""
    if options.get("where") == "error":
        answer = call.error(TOPFault(15, "Remote service error", "isv.invalid-parameter", _MARK))
    else:
        tree = copy.deepcopy(call.tree)
        parent, name = walk(tree, METHODS[call.method].text_path)
        parent[name] = _MARK
        answer = call.answer(tree)
    answer.body = answer.body.replace(_MARK.encode(), raw)
    return answer.steps()


# ── Trees ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def walk(tree: Tree, path: str) -> tuple[Tree, str]:
    """The object that holds the last name of a dotted path; objects on the way are made where they are missing."""
    *parents, name = path.split(".")
    for parent in parents:
        tree = tree.setdefault(parent, {})
    return tree, name


def map_lists(tree: Any, change: Callable[[str, list[Any]], Any]) -> Any:
    """Replaces every list wrapper (`{"name": {"item": […]}}`) by what `change` returns; None leaves it out."""
    if not isinstance(tree, dict):
        return tree
    mapped: Tree = {}
    for name, value in tree.items():
        if isinstance(value, dict) and len(value) == 1 and isinstance(next(iter(value.values())), list):
            value = change(name, next(iter(value.values())))
            if value is None:
                continue
        mapped[name] = map_lists(value, change)
    return mapped


def find_value(parameters: dict[str, str], name: str) -> str | None:
    """The text of the named parameter, or of a member of that name inside a JSON parameter."""
    if name in parameters:
        return parameters[name]
    for value in parameters.values():
        if value[:1] in ("{", "["):
            try:
                found = _find_member(json.loads(value), name)
            except ValueError:
                continue
            if found is not None:
                return found
    return None


def _find_member(value: Any, name: str) -> str | None:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(value, dict) and name in value:
        return str(value[name])
    for child in children:
        found = _find_member(child, name)
        if found is not None:
            return found
    return None
