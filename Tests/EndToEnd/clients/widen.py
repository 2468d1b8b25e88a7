"""Adds to an OpenAPI document every form of a request that the relay takes.

    widen.py DOCUMENT WIDENED

The document shows one form of each field, which generators need. A test that sends what the schemas exclude, and
expects a refusal, needs all forms. They are written down here from the contract, apart from the relay's own code.
"""

from __future__ import annotations

import json
import sys
from typing import Any

Schema = dict[str, Any]

BLANK = r"[\t-\r\x1c-\x20]*"
NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"


class Document:
    def __init__(self, root: Schema) -> None:
        self.root = root
        self.schemas = root["components"]["schemas"]

    def widen(self) -> None:
        requests = set()
        for path, operations in self.root["paths"].items():
            for operation in operations.values():
                for parameter in operation.get("parameters", []):
                    self._parameter(parameter)
                if "x-top-method" in operation:
                    for media in operation["requestBody"]["content"].values():
                        requests.add(media["schema"]["$ref"].rpartition("/")[2])
        # Any case is taken.
        self.root["components"]["parameters"]["DryRun"]["schema"] = {
            "type": "string", "pattern": "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$",
        }
        for name in requests:
            form = self.schemas[name]
            if name.endswith("Form"):
                form["properties"]["json"] = self._object(self._resolved(form["properties"]["json"]), is_top=True)
            else:
                self.schemas[name] = self._object(form, is_top=True)

    def _parameter(self, parameter: Schema) -> None:
        if parameter.pop("allowEmptyValue", False):
            parameter["schema"] = {"anyOf": [parameter["schema"], {"const": ""}]}

    def _resolved(self, schema: Schema) -> Schema:
        return self.schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema

    def _object(self, schema: Schema, is_top: bool = False) -> Schema:
        required = schema.get("required", [])
        properties = {
            name: self._field(self._resolved(field), is_top, name in required)
            for name, field in schema.get("properties", {}).items()
        }
        return {**schema, "properties": properties} if properties else schema

    def _field(self, schema: Schema, is_top: bool, is_required: bool) -> Schema:
        forms = self._forms(schema, is_top)
        if not is_required:
            forms = self._optional(forms, is_top)
        return forms[0] if len(forms) == 1 else {"anyOf": forms}

    def _optional(self, forms: list[Schema], is_top: bool) -> list[Schema]:
        """Leaving a field out, `null`, and a blank text of a parameter at the top are the same.

        One schema takes them where it can: schemathesis spoils one alternative without a look at the others.
        """
        form = forms[0]
        if len(forms) > 1:
            return [*forms, {"type": "null"}]
        if "enum" in form:
            blank = [{"type": "string", "pattern": f"^{BLANK}$"}] if is_top else []
            return [{"enum": [*form["enum"], None]}, *blank]
        types = form["type"] if isinstance(form["type"], list) else [form["type"]]
        takes_blank = is_top and not {"object", "array"} & set(types)
        if takes_blank and "string" not in types:
            form = {**form, "pattern": f"^{BLANK}$"}
            types = [*types, "string"]
        elif takes_blank and "pattern" in form:
            form = {**form, "pattern": f"^({form['pattern'][1:-1]}|{BLANK})$"}
        return [{**form, "type": [*types, "null"]}]

    def _forms(self, schema: Schema, is_top: bool) -> list[Schema]:
        documented = schema.get("x-top-type", "")
        text = {"type": "string", "contentMediaType": "application/json"}
        if schema.get("type") == "object":
            whole = self._object(schema)
            if documented == "Map":
                return [whole, text] if is_top else [whole]
            alone = {"type": "array", "minItems": 1, "maxItems": 1, "items": whole}
            return [whole, alone, *([text] if documented == "String" else [])]
        if schema.get("type") == "array":
            items = self._resolved(schema["items"])
            items = self._object(items) if items.get("type") == "object" else self._scalar(items, documented)
            forms = [{**schema, "items": items}]
            return [*forms, text] if documented == "String" else forms
        if schema.get("contentMediaType") == "application/json":
            return [{"type": ["object", "array", "string"]}]
        return [self._scalar(schema, documented)]

    def _scalar(self, schema: Schema, documented: str) -> Schema:
        kind = schema.get("type")
        if kind is None:
            return {"type": ["object", "array", "string", "number", "boolean"]}
        if "enum" in schema:
            texts = [str(value) for value in schema["enum"]]
            return {"enum": [*schema["enum"], *(text for text in texts if text not in schema["enum"])]}
        if kind in ("integer", "number") or documented.removesuffix(" []") in ("Price", "BigDecimal"):
            limits = {name: schema[name] for name in ("minimum", "maximum") if name in schema}
            return {"type": ["number", "string"], "pattern": f"^{NUMBER}$", **limits}
        return schema


def main(path: str, widened: str) -> None:
    with open(path) as file:
        document = Document(json.load(file))
    document.widen()
    with open(widened, "w") as file:
        json.dump(document.root, file, ensure_ascii=False)


main(*sys.argv[1:])
