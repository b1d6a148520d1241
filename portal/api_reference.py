"""The API's routes for a reader, taken from its OpenAPI description, so that page and description cannot differ."""

from dataclasses import dataclass
from urllib.parse import urlencode

from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True)
class Parameter:
    name: str
    description: str
    choices: list[str]


@dataclass(frozen=True)
class Field:
    """A value of an answer; `name` is its path, as in "figures[].id"."""

    name: str
    kind: str
    description: str


@dataclass(frozen=True)
class Route:
    path: str
    summary: str
    parameters: list[Parameter]
    fields: list[Field]
    example: str


def routes() -> list[Route]:
    schema = SchemaGenerator().get_schema(public=True)
    parts = schema["components"]["schemas"]
    return [_route(path, verbs["get"], parts) for path, verbs in schema["paths"].items() if "get" in verbs]


def _route(path: str, asked: dict, parts: dict) -> Route:
    answer = asked["responses"]["200"]["content"]["application/json"]["schema"]
    return Route(
        path=path,
        summary=str(asked["summary"]),
        parameters=[_parameter(one) for one in asked.get("parameters", []) if one["name"] != "format"],
        fields=list(_fields(answer, parts)),
        example=path + _example(asked.get("parameters", [])),
    )


def _parameter(one: dict) -> Parameter:
    return Parameter(one["name"], str(one.get("description", "")), [str(v) for v in one["schema"].get("enum", [])])


def _example(parameters: list[dict]) -> str:
    examples = {one["name"]: next(iter(one["examples"].values()))["value"] for one in parameters if "examples" in one}
    return f"?{urlencode(examples)}" if examples else ""


def _fields(schema: dict, parts: dict, prefix: str = ""):
    """Every named value of an answer, outer before inner."""
    schema = _followed(schema, parts)
    if schema.get("type") == "array":
        yield from _fields(schema["items"], parts, f"{prefix}[]")
    for name, inner in schema.get("properties", {}).items():
        full = f"{prefix}.{name}".removeprefix(".").removeprefix("[].")
        told = _followed(inner, parts)
        yield Field(full, _kind(told), str(inner.get("description", told.get("description", ""))))
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
