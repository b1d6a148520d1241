"""What is sent to the API: read under limits, its shape checked before any rule sees it; refusals with their status.

No message of these repeats a value that was sent, since it may be about a person.
"""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.fields import Field, IntegerField
from rest_framework.parsers import JSONParser
from rest_framework.serializers import Serializer

from windows.sheets import Report

MOST_ROWS = 500
LONGEST_TEXT = 1000  # characters of one value
UNKNOWN, TWICE = "This key is not known here.", "A key stands twice in one object."


class NotPossible(APIException):
    """A rule forbids it as things stand."""

    status_code = 409
    default_code, default_detail = "not_allowed", "This is not allowed as things stand."


class OtherBody(APIException):
    status_code = 422
    default_code, default_detail = "key_reused", "This key came with another body before."


class Json(JSONParser):
    """JSON as strict as RFC 8259 allows: no key twice, no number that is none, not too deep."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return json.loads(stream.read().decode(), object_pairs_hook=_once, parse_constant=_refused)
        except (ValueError, RecursionError):
            raise ParseError("The body is not readable as JSON in UTF-8, or a key stands twice in it.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError(TWICE)
    return found


def _refused(constant: str):
    raise ValueError(constant)


def record(told: object, where: str = "") -> dict:
    """An object; ValidationError for anything else."""
    if not isinstance(told, dict):
        raise ValidationError({where: ["This must be an object."]})
    return told


def text_problem(value: object) -> str:
    """Why a value is no text that can be stored, "" where it is one."""
    if not isinstance(value, str):
        return "This must be text."
    if len(value) > LONGEST_TEXT:
        return f"This is longer than {LONGEST_TEXT} characters."
    return "" if _storable(value) else "This holds characters that are no text."


def _storable(text: str) -> bool:
    """No NUL, which PostgreSQL does not take, and no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def rows(told: object, shape: Serializer) -> list[dict[str, str]]:
    """A list of flat objects of this shape as rows of texts for `sheets`; a value left out or null is not in its row.

    ValidationError names each wrong value by its row, counted from 0: "[3].window".
    """
    if not isinstance(told, list) or not 0 < len(told) <= MOST_ROWS:
        raise ValidationError({"": [f"This must be a list of 1 to {MOST_ROWS} objects."]})
    errors: dict[str, list[str]] = {}
    for number, row in enumerate(told):
        for name, message in _findings(row, shape.fields):
            errors.setdefault(_place(number, name), []).append(message)
    if errors:
        raise ValidationError(errors)
    return [{name: str(value) for name, value in row.items() if value is not None} for row in told]


def _findings(row: object, fields: Mapping[str, Field]):
    if not isinstance(row, dict):
        yield "", "This must be an object."
        return
    for name, field in fields.items():
        if field.required and row.get(name) is None:
            yield name, "This must be given."
    for name, value in row.items():
        if name not in fields:
            yield shown(name), UNKNOWN
        elif value is not None and (problem := _problem(value, fields[name])):
            yield name, problem


def _problem(value: object, field: Field) -> str:
    return _number_problem(value) if isinstance(field, IntegerField) else text_problem(value)


def _number_problem(value: object) -> str:
    return "" if isinstance(value, int) and not isinstance(value, bool) else "This must be a whole number."


def _place(number: int, name: str) -> str:
    return f"[{number}].{name}" if name else f"[{number}]"


def shown(name: str) -> str:
    """An unknown key as far as it can be told."""
    return name if name.isprintable() and len(name) <= 40 else "?"


def counts(report: Report) -> dict[str, int]:
    """What became of rows, as an answer; ValidationError with what was wrong with them."""
    if not report.ok:
        errors: dict[str, list[str]] = {}
        for problem in report.problems:
            errors.setdefault(_place(problem.row, problem.column), []).append(problem.message)
        raise ValidationError(errors)
    return {"rows": report.rows, "stored": report.stored, "unchanged": report.unchanged}
