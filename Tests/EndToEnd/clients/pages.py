"""Generates a client and models from a document with many methods, and checks that nothing of it is lost.

    pages.py TOOLS DOCUMENT FOLDER
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys

from generate import CLIENT, MODELS, check_examples, generate


def main(tools: str, path: str, folder: str) -> None:
    with open(path) as file:
        document = json.load(file)
    generate(tools, path, folder)
    client = importlib.import_module(CLIENT)
    modules = [module.name for module in pkgutil.walk_packages(client.__path__, CLIENT + ".")]
    for module in modules:
        importlib.import_module(module)
    functions = [name for name in modules if name.startswith(CLIENT + ".api.") and name.count(".") == 3]
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    assert len(functions) == len(operations), f"{len(functions)} functions, {len(operations)} operations"
    models = importlib.import_module(MODELS)
    for name in document["components"]["schemas"]:
        assert hasattr(models, name), name
    examples = check_examples(document, models)
    calls = sum(1 for path in document["paths"] if path.startswith("/v1/top/"))
    assert examples >= 2 * calls, f"{examples} examples of {calls} methods"


main(*sys.argv[1:])
