"""The formats of the API's answers. Apart from `questions`: Django REST framework reads this while it is loaded."""

import csv
import io

from rest_framework import renderers
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation

from windows.sheets import guarded


class AskedFormat(DefaultContentNegotiation):
    """`?format=` that names none of them is a wrong value, not a page that is missing. It is told before all others."""

    def filter_renderers(self, renderers, format):
        known = dict.fromkeys(one.format for one in renderers)
        if format not in known:
            raise ValidationError({"format": [f"This is not one of {', '.join(known)}."]})
        return super().filter_renderers(renderers, format)


class CsvRenderer(renderers.BaseRenderer):
    """The same rows as a table: nested values get dotted columns, cells that spreadsheets would run are guarded."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data, accepted_media_type=None, renderer_context=None) -> str:
        rows = [dict(_flat(row)) for row in _rows(data)]
        header = list(dict.fromkeys(name for row in rows for name in row))
        lines = io.StringIO()
        writer = csv.writer(lines)
        writer.writerow(header)
        writer.writerows([guarded(row.get(name)) for name in header] for row in rows)
        return lines.getvalue()


def _rows(data) -> list[dict]:
    for name in ("results", "figures", "errors"):
        if isinstance(data, dict) and isinstance(data.get(name), list):
            return data[name]
    return data if isinstance(data, list) else [data or {}]


def _flat(row: dict, prefix: str = ""):
    for name, value in row.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", ";".join(map(str, value)) if isinstance(value, list) else value
