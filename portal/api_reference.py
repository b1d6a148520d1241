"""The API's routes for a reader, taken from its OpenAPI description, so that page and description cannot differ."""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from drf_spectacular.generators import SchemaGenerator

CHOICE = re.compile(r"^\* `([^`]*)` - (.*)$", re.MULTILINE)  # as drf-spectacular writes them into a description


@dataclass(frozen=True)
class Parameter:
    name: str
    description: str
    choices: list[str]


@dataclass(frozen=True)
class Field:
    """A value of a body or an answer; `name` is its path, as in "figures[].id". A choice is a code with its name."""

    name: str
    kind: str
    description: str
    choices: list[tuple[str, str]]
    needed: bool


@dataclass(frozen=True)
class Route:
    """`sent` are the fields of the body, `body` an example of it; `example` is an address to try, of open routes."""

    method: str
    path: str
    summary: str
    description: str
    needs_token: bool
    parameters: list[Parameter]
    media_type: str
    sent: list[Field]
    body: str
    fields: list[Field]
    example: str

    @property
    def anchor(self) -> str:
        return f"{self.method.lower()}{self.path.replace('/', '-').replace('{', '').replace('}', '')}".rstrip("-")


def routes() -> list[Route]:
    """Those that anybody may read first, then those of provincial systems."""
    schema = SchemaGenerator().get_schema(public=True)
    parts = schema["components"]["schemas"]
    found = [
        _route(method.upper(), path, asked, parts)
        for path, verbs in schema["paths"].items()
        for method, asked in verbs.items()
        if method in ("get", "post")
    ]
    return sorted(found, key=lambda route: route.needs_token)


def _route(method: str, path: str, asked: dict, parts: dict) -> Route:
    done = next(answer for status, answer in sorted(asked["responses"].items()) if status.startswith("2"))
    media_type, sent = next(iter(asked.get("requestBody", {}).get("content", {"": {}}).items()))
    needs_token = any(asked.get("security", []))
    return Route(
        method=method,
        path=path,
        summary=str(asked["summary"]),
        description=str(asked.get("description", "")),
        needs_token=needs_token,
        parameters=[_parameter(one) for one in asked.get("parameters", []) if one["name"] != "format"],
        media_type=media_type,
        sent=list(_fields(sent.get("schema", {}), parts)),
        body=_body(sent),
        fields=list(_fields(done["content"]["application/json"]["schema"], parts)),
        example="" if needs_token else _example(path, asked.get("parameters", [])),
    )


def _parameter(one: dict) -> Parameter:
    return Parameter(one["name"], str(one.get("description", "")), [str(v) for v in one["schema"].get("enum", [])])


def _body(sent: dict) -> str:
    values = [example["value"] for example in sent.get("examples", {}).values()]
    return json.dumps(values[0], ensure_ascii=False, indent=2) if values else ""


def _example(path: str, parameters: list[dict]) -> str:
    """An address to try: examples fill the places of the path, the rest is its query."""
    given = {one["name"]: next(iter(one["examples"].values()))["value"] for one in parameters if "examples" in one}
    asked = {name: value for name, value in given.items() if f"{{{name}}}" not in path}
    return path.format(**given) + (f"?{urlencode(asked)}" if asked else "")


def _fields(schema: dict, parts: dict, prefix: str = ""):
    """Every named value, outer before inner."""
    schema = _followed(schema, parts)
    if schema.get("type") == "array":
        yield from _fields(schema["items"], parts, f"{prefix}[]")
    needed = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        full = f"{prefix}.{name}".removeprefix(".").removeprefix("[].")
        told = _followed(inner, parts)
        described = str(inner.get("description", told.get("description", "")))
        choices = CHOICE.findall(described)
        yield Field(full, _kind(told), CHOICE.sub("", described).strip(), choices, name in needed)
        yield from _fields(inner, parts, full)


def _followed(schema: dict, parts: dict) -> dict:
    """What a reference leads to, also where it is one of several possibilities."""
    for several in ("allOf", "oneOf"):
        if several in schema:
            schema = schema[several][0]
    return parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _kind(schema: dict) -> str:
    kind = schema.get("format") or schema.get("type") or "string"
    return " | ".join(kind) if isinstance(kind, list) else kind
