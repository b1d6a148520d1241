"""Lists as files: the same cells as CSV or XLSX, none of which a spreadsheet would run as a formula."""

from collections.abc import Iterable

import tablib
from django.http import HttpResponse

from windows import clock
from windows.sheets import guarded

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BYTE_ORDER_MARK = "\ufeff"  # by which spreadsheet programs know UTF-8


def download(name: str, header: Iterable[str], rows: Iterable[Iterable], kind: str) -> HttpResponse:
    """A file to save; `kind` is csv or xlsx, the name gets today's date."""
    sheet = tablib.Dataset(*([guarded(cell) for cell in row] for row in rows), headers=list(header))
    content = sheet.export(kind)
    if kind == "csv":
        content = (BYTE_ORDER_MARK + content).encode()
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}-{clock.today()}.{kind}"'
    return response
