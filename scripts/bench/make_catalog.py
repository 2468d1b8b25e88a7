"""Makes up catalog entries, so that a catalog of thousands can be measured. The same seed gives the same files.

    python3 scripts/bench/make_catalog.py FOLDER [--count 5000] [--seed 1]
    python3 scripts/bench/make_catalog.py FOLDER --pages --binary .build/release/toprelay [--count 5000] [--seed 1]

Without --pages it writes entries as `toprelay catalog import` would. With --pages it writes documentation pages, made of
the ones in Tests/Fixtures/pages, to FOLDER/pages and lets `toprelay catalog import` make an entry of each.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_DOMAINS = ("taobao", "tmall", "alitrip", "alibaba", "cainiao")
_NOUNS = (
    "item sku order trade refund seller buyer shop store stock price coupon card member vehicle model address area "
    "logistics package waybill invoice bill account contract activity channel brand category picture video comment"
).split()
_VERBS = "get query list add update delete sync put cancel confirm notify search batch.get batch.update".split()
_TAILS = "id name code type status time count amount no title desc url list info flag level".split()
_WORDS = "商品 订单 门店 车辆 价格 库存 会员 卡券 活动 渠道 地址 时间 编号 名称 状态 类型 数量 说明 可选值 必须 不可为空 例如 外部 系统 业务".split()
_SCALARS = ("String", "String", "String", "Number", "Number", "Boolean", "Date", "Price")
_EXAMPLES = {
    "String": "abc-1024", "Number": "10086", "Boolean": "true", "Date": "2019-06-17 10:00:00", "Price": "19.90",
}  # fmt: skip


@dataclass
class Field:
    """A parameter, as its row of a page says."""

    name: str
    type: str
    required: bool
    description: str
    children: list[Field] = field(default_factory=list)

    def lines(self, indent: int, in_request: bool) -> Iterator[str]:
        pad = " " * indent
        required = f", required: {str(self.required).lower()}" if in_request else ""
        if not self.children:
            example = _EXAMPLES[self.type.removesuffix(" []")]
            kind = f"'{self.type}'" if self.type.endswith("[]") else self.type
            yield f"{pad}- {{name: {self.name}, type: {kind}{required}, example: '{example}', description: '{self.description}'}}"
            return
        yield f"{pad}- name: {self.name}"
        yield f"{pad}  type: {self.type}" if not self.type.endswith("[]") else f"{pad}  type: '{self.type}'"
        if in_request:
            yield f"{pad}  required: {str(self.required).lower()}"
        yield f"{pad}  description: '{self.description}'"
        yield f"{pad}  children:"
        for child in self.children:
            yield from child.lines(indent + 4, in_request)


class Maker:
    """Makes methods up, one after the other."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.methods: set[str] = set()

    def method(self) -> str:
        while True:
            nouns = self.random.sample(_NOUNS, 3)
            name = ".".join([self.random.choice(_DOMAINS), *nouns, self.random.choice(_VERBS)])
            if name not in self.methods:
                self.methods.add(name)
                return name

    def words(self, least: int, most: int) -> str:
        return "".join(self.random.choice(_WORDS) for _ in range(self.random.randint(least, most)))

    def fields(self, count: int, depth: int) -> list[Field]:
        names: dict[str, None] = {}
        while len(names) < count:
            names[f"{self.random.choice(_NOUNS)}_{self.random.choice(_TAILS)}"] = None
        return [self.field(name, depth) for name in names]

    def field(self, name: str, depth: int) -> Field:
        is_list = self.random.random() < 0.15
        made = Field(name, "", self.random.random() < 0.4, self.words(3, 14))
        if depth < 3 and self.random.random() < 0.15:
            made.type = "".join(part.capitalize() for part in name.split("_")) + "DTO"
            made.children = self.fields(self.random.randint(2, 6), depth + 1)
        else:
            made.type = self.random.choice(_SCALARS)
        made.type += " []" if is_list else ""
        return made

    def entry(self) -> tuple[str, str]:
        """The method's name, and the entry's text."""
        method = self.method()
        root = method.removeprefix("taobao.").replace(".", "_") + "_response"
        lines = [
            f"method: {method}",
            f"title: '{self.words(3, 6)}'",
            f"category: '{self.words(2, 3)}'",
            f"description: '{self.words(5, 20)}'",
            f"session: {self.random.choice(('required', 'optional', 'none'))}",
            "request:",
        ]
        for made in self.fields(self.random.randint(2, 9), 1):
            lines += made.lines(2, True)
        lines += [f"response_root: {root}", "response:"]
        for made in self.fields(self.random.randint(2, 6), 1):
            lines += made.lines(2, False)
        return method, "\n".join(lines) + "\n"


def class_name(method: str) -> str:
    """`AlibabaAlscCrmCardBatchSell`, as the page's Java example names the request; `taobao.` is left out."""
    return "".join(part.capitalize() for part in method.removeprefix("taobao.").split("."))


def root_name(method: str) -> str:
    return method.removeprefix("taobao.").replace(".", "_")


def page(template: str, known: str, method: str) -> str:
    """A page of another method, made of a known one's."""
    for name in (str, class_name, root_name):
        template = re.sub(re.escape(name(known)), name(method), template)
    return template


def templates() -> list[tuple[str, str]]:
    """The pages of the repository: methods and texts."""
    found = sorted((ROOT / "Tests/Fixtures/pages").glob("*.txt"))
    return [(path.stem, path.read_text(encoding="utf-8")) for path in found]


def write_entries(folder: Path, count: int, seed: int) -> int:
    """Writes entries, and returns their bytes."""
    maker = Maker(seed)
    total = 0
    for _ in range(count):
        method, text = maker.entry()
        total += (folder / f"{method}.yaml").write_bytes(text.encode())
    return total


def import_pages(folder: Path, count: int, seed: int, binary: Path) -> list[float]:
    """Writes pages, has entries made of them, and returns the seconds that each import took."""
    maker = Maker(seed)
    known = templates()
    pages = folder / "pages"
    pages.mkdir(exist_ok=True)
    seconds: list[float] = []
    for number in range(count):
        method = maker.method()
        path = pages / f"{method}.txt"
        name, text = known[number % len(known)]
        path.write_text(page(text, name, method), encoding="utf-8")
        command = [str(binary), "catalog", "import", str(path), "-o", str(folder / f"{method}.yaml")]
        start = time.monotonic()
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        seconds.append(time.monotonic() - start)
        if done.returncode != 0:
            raise SystemExit(f"{path}: {done.stderr.strip()}")
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", action="store_true", help="write pages and import them")
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/toprelay")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    if options.pages:
        seconds = sorted(import_pages(options.folder, options.count, options.seed, options.binary.resolve()))
        print(f"{len(seconds)} pages imported: median {seconds[len(seconds) // 2] * 1000:.1f} ms, most {seconds[-1] * 1000:.1f} ms")
    else:
        total = write_entries(options.folder, options.count, options.seed)
        print(f"{options.count} entries, {total / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
