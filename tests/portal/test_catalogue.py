"""The one catalogue holds every text of the sources in Chinese, and says of none that it is a guess."""

import io
import re

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.utils.translation import override
from django.utils.translation.template import templatize

from tests import make

CATALOGUE = settings.BASE_DIR / "portal/locale/zh_Hans/LC_MESSAGES/django.po"
NAMELESS = {"action_checkbox", "id"}
HAN = re.compile("[\u4e00-\u9fff]")
FLOORS = ("windows", "applications", "measures", "portal")
KEYWORDS = dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"))
KEYWORDS |= dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2))
KEYWORDS |= dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2))
KEYWORDS |= dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3))


def sources():
    """Each source as Python text: the modules as they are, the templates as Django prepares them for extraction."""
    for floor in FLOORS:
        for path in sorted((settings.BASE_DIR / floor).rglob("*.py")):
            yield path, path.read_text(encoding="utf-8")
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.*")):
        prepared = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        yield path, "\n".join(line.strip() for line in prepared.splitlines())


@pytest.fixture(scope="module")
def texts() -> set[tuple[str | None, str | tuple[str, ...]]]:
    found = set()
    for _path, text in sources():
        for _line, message, _comments, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
            found.add((context, message))
    return found


@pytest.fixture(scope="module")
def catalogue():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


def said(message) -> tuple[str, ...]:
    """The Chinese text, or all forms of it."""
    return message.string if isinstance(message.string, tuple) else (message.string,)


def test_the_extraction_finds_texts_of_modules_and_templates(texts):
    assert (None, "This entry has been corrected since.") in texts
    assert (None, "Is your window open?") in texts
    assert (None, ("%(number)s window", "%(number)s windows")) in texts
    assert ("format of a day", "j F Y") in texts


def test_every_text_of_the_sources_is_in_the_catalogue(catalogue, texts):
    missing = [
        (context, text)
        for context, text in texts
        if catalogue.get(text if isinstance(text, str) else text[0], context) is None
    ]

    assert missing == []


def test_the_catalogue_holds_no_text_that_is_gone(catalogue, texts):
    assert [message.id for message in catalogue if message.id and (message.context, message.id) not in texts] == []


def test_every_text_is_translated_and_none_is_a_guess(catalogue):
    unfinished = [message.id for message in catalogue if message.id and (message.fuzzy or not all(said(message)))]

    assert unfinished == []


def test_translations_keep_the_placeholders(catalogue):
    placeholder = re.compile(r"%\(\w+\)[sdr]")
    differing = [
        message.id
        for message in catalogue
        if message.id
        for form in said(message)
        if set(placeholder.findall(form))
        != set(placeholder.findall(message.id if isinstance(message.id, str) else message.id[-1]))
    ]

    assert differing == []


def test_many_are_called_as_one_is_in_chinese():
    with override("zh-hans"):
        names = [(str(kind._meta.verbose_name), str(kind._meta.verbose_name_plural)) for kind in admin.site._registry]

    assert [pair for pair in names if pair[0] != pair[1]] == []
    assert ("窗口", "窗口") in names


def shown_names(shown_by, request) -> dict[str, str]:
    """What a page of the staff site shows of a model, columns and fields, with the names it gives them."""
    names = {*flatten_fieldsets(shown_by.get_fieldsets(request)), *getattr(shown_by, "list_display", ())} - NAMELESS
    own = [name for name in names if hasattr(shown_by.model, name) or hasattr(shown_by, name)]  # else a form names it
    return {f"{shown_by.model.__name__}.{name}": str(label_for_field(name, shown_by.model, shown_by)) for name in own}


@pytest.mark.django_db
def test_every_column_and_field_of_the_staff_site_is_named_in_chinese(rf):
    request, names = rf.get("/"), {}
    request.user = make.staff(is_superuser=True)

    with override("zh-hans"):
        for one in admin.site._registry.values():
            for shown_by in (one, *one.get_inline_instances(request)):
                names |= shown_names(shown_by, request)

    assert {name: label for name, label in names.items() if not HAN.search(label)} == {}
    assert names["Window.name_en"] == "英文名称"
