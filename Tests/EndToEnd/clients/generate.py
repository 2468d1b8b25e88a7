"""Generates a Python client and models from an OpenAPI document. A warning of a generator is a failure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

CLIENT = "relay_client"
MODELS = "relay_models"


def generate(tools: str, document: str, folder: str) -> None:
    """Writes the package `relay_client` and the module `relay_models` into a folder."""
    config = os.path.join(folder, "client.json")
    with open(config, "w") as file:
        json.dump({"post_hooks": []}, file)
    _run(
        [f"{tools}/bin/openapi-python-client", "generate", "--path", document, "--meta", "none", "--fail-on-warning"]
        + ["--output-path", os.path.join(folder, CLIENT), "--config", config]
    )
    _run(
        [f"{tools}/bin/datamodel-codegen", "--input", document, "--input-file-type", "openapi"]
        + ["--formatters", "builtin", "--output-model-type", "pydantic_v2.BaseModel"]
        + ["--output", os.path.join(folder, MODELS + ".py")]
    )
    sys.path.insert(0, folder)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == 0, f"{command[0]}: {said[-4000:]}"
    assert "warning" not in said.lower(), f"{command[0]}: {said[-4000:]}"


def check_examples(document: dict[str, Any], models: Any) -> int:
    """Validates every example of a request and of an answer by the generated models. Returns their number."""
    count = 0
    for path, operations in document["paths"].items():
        for operation in operations.values():
            contents = [operation.get("requestBody", {}).get("content", {})]
            contents += [response.get("content", {}) for response in operation["responses"].values()]
            for content in contents:
                for media in content.values():
                    for example in media.get("examples", {}).values():
                        schema = media["schema"]
                        name = schema.get("anyOf", [schema])[0]["$ref"].rpartition("/")[2]
                        try:
                            getattr(models, name).model_validate_json(json.dumps(example["value"]))
                        except ValueError as error:
                            raise AssertionError(f"{path}: {error}") from error
                        count += 1
    return count
