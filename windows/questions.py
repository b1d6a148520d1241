"""Questions put to the API: parameters are read one by one, and whatever is wrong with them is told together."""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from windows.models import Division, significant

ALWAYS_ALLOWED = {"format"}
LONGEST_VALUE = 200


def read(request, parsers: dict[str, Callable[[str], object]]) -> dict:
    """The parameters by name, None where absent or empty; ValidationError lists every unknown or wrong one."""
    errors: dict[str, list[str]] = {
        name: ["This parameter is not known here."]
        for name in request.query_params
        if name not in parsers and name not in ALWAYS_ALLOWED
    }
    values: dict = dict.fromkeys(parsers)
    for name, parse in parsers.items():
        try:
            values[name] = _value(request.query_params.getlist(name), parse)
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise ValidationError(errors)
    return values


def _value(texts: list[str], parse: Callable[[str], object]):
    if len(texts) > 1:
        raise ValueError("Give this parameter once.")
    text = texts[0].strip() if texts else ""
    if len(text) > LONGEST_VALUE or not text.isprintable():
        raise ValueError("This value is too long or holds characters that cannot be printed.")
    return parse(text) if text else None


def division_code(text: str) -> str:
    """A division's six-digit code, also from its leading digits; ValueError when there is none."""
    code = significant(text).ljust(6, "0") if text.isascii() and text.isdecimal() else ""
    if not Division.objects.filter(pk=code).exists():
        raise ValueError(f"No division has the code {text!r}.")
    return code


def one_of(*known: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in known:
            raise ValueError(f"{text!r} is not one of {', '.join(known)}.")
        return text

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text[:9]) <= most):
            raise ValueError(f"This must be a whole number from {least} to {most}.")
        return int(text)

    return parse


class TooLarge(APIException):
    status_code = 413
    default_code, default_detail = "too_large", "The body is larger than 2.5 MB, files not counted."


def answer_error(error: Exception, context: dict) -> Response | None:
    """Every refusal in one shape: {"type", "title", "errors": [{"field", "message"}]}."""
    error = TooLarge() if isinstance(error, RequestDataTooBig) else error
    response = exception_handler(error, context)
    if response is None:
        return None
    code = getattr(error, "default_code", "not_found")
    title = str(getattr(error, "default_detail", "Not found."))
    response.data = problem(code, title, list(_told(response.data)))
    return response


def problem(code: str, title: str, errors: list[dict] | None = None) -> dict:
    return {"type": code, "title": title, "errors": errors or []}


def _told(detail, field: str = ""):
    if isinstance(detail, ErrorDetail | str):
        yield {"field": field, "message": str(detail)}
    elif isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _told(inner, "" if name == "detail" else name)
    else:
        for inner in detail:
            yield from _told(inner, field)
