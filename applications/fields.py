"""The kinds of fields and the kind of page that the form is made of."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications import writing
from windows.templatetags.pages import day as day_in_words

TOO_LONG = _("This is longer than %(limit_value)s characters.")
NOT_TO_BE_CHOSEN = _("This cannot be chosen at present; choose another one.")
ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


class Checked(forms.CharField):
    """A text that a rule normalises or refuses."""

    def __init__(self, rule: Callable[[str], str], **options) -> None:
        super().__init__(**{"max_length": 200} | options)
        self.rule = rule

    def clean(self, value):
        text = super().clean(value)
        return self.rule(text) if text else ""


class Words(Checked):
    """A free text of several lines. Browsers send two characters for a break, and count one."""

    def __init__(self, *, longest: int, rows: int = 3, **options) -> None:
        rule = partial(writing.lines, longest=longest)
        super().__init__(rule, max_length=longest, widget=forms.Textarea({"rows": rows}), **options)

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class DayParts(forms.MultiWidget):
    """Year, month and day to type: a calendar is slow for a date long ago."""

    template_name = "applications/widgets/day.html"
    use_fieldset = True

    def __init__(self) -> None:
        parts = {"y": (_("Year"), 4), "m": (_("Month"), 2), "d": (pgettext_lazy("part of a date", "Day"), 2)}
        super().__init__(
            {
                name: forms.TextInput({"inputmode": "numeric", "maxlength": length, "label": label})
                for name, (label, length) in parts.items()
            }
        )

    def id_for_label(self, id_: str) -> str:
        """Where an error leads to: the first part."""
        return f"{id_}_y"

    def decompress(self, value: date | None) -> list[int | None]:
        return [value.year, value.month, value.day] if value else [None, None, None]


class Day(forms.MultiValueField):
    """A day typed in three parts."""

    widget = DayParts
    default_error_messages = {"invalid": _("This is not a day of the calendar.")}

    def __init__(self, rule: Callable[[date], date] = lambda day: day, **options) -> None:
        super().__init__([forms.CharField() for _part in "ymd"], **options)
        self.rule = rule

    def compress(self, parts) -> date | None:
        if not parts:
            return None
        try:
            day = date(*map(int, parts))
        except (ValueError, OverflowError):
            raise ValidationError(self.error_messages["invalid"], "invalid") from None
        return self.rule(day)

    def in_parts(self, name: str, text: str) -> dict[str, str]:
        """A day in one text, under the names of its parts; something else becomes parts that are no day."""
        found = ISO_DAY.fullmatch(text.strip())
        parts = found.groups() if found else ("?" if text.strip() else "",) * 3
        return {name + suffix: part for suffix, part in zip(self.widget.widgets_names, parts, strict=True)}


class Page(forms.Form):
    """One page of the form. `answers` holds what the earlier pages told; at a `counter` an officer fills it in."""

    def __init__(self, data=None, *, answers: dict | None = None, counter: bool = False, **options) -> None:
        super().__init__(data, label_suffix="", **options)
        for field in self.fields.values():
            field.error_messages |= {"max_length": TOO_LONG}
        self.answers, self.counter = answers or {}, counter
        self.arrange()

    def arrange(self) -> None:
        """What earlier answers change about this page."""

    def offer(self) -> None:
        """What there is to choose from, where that is more than checking needs: for a page that is shown."""

    @property
    def audience(self) -> str:
        return self.answers.get("who", {}).get("audience", "")

    def names(self) -> Iterator[str]:
        """The names under which a browser sends the fields."""
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.MultiWidget):
                yield from (name + suffix for suffix in field.widget.widgets_names)
            else:
                yield name

    @classmethod
    def as_typed(cls, told: Mapping[str, str]) -> dict[str, str]:
        """Answers by field, days written 1985-03-27, as a browser would send them: days in their three parts."""
        typed: dict[str, str] = {}
        for name, text in told.items():
            field = cls.base_fields.get(name)
            typed |= field.in_parts(name, text) if isinstance(field, Day) else {name: text}
        return typed

    def told(self) -> dict[str, str]:
        return {
            name: value.isoformat() if isinstance(value, date) else str(value)
            for name, value in self.cleaned_data.items()
            if value not in (None, "")
        }

    def shown(self) -> Iterator[tuple[str, str]]:
        """Question and answer in words, for reading over."""
        for name, value in self.cleaned_data.items():
            field = self.fields[name]
            choices = dict(getattr(field, "choices", ()))
            text = choices.get(value, value)
            if value not in (None, "") and name not in self.unread:
                yield str(field.label), day_in_words(text) if isinstance(text, date) else str(text)

    unread: tuple[str, ...] = ()  # not shown when the answers are read over
    conditional: tuple[str, ...] = ()  # neither always required nor optional: the hint says when


class Choice(forms.ChoiceField):
    """One of a few, as radio buttons; each may carry a hint, or be shown and not be choosable."""

    widget = forms.RadioSelect
    default_error_messages = {
        "required": _("Choose one."),
        "invalid_choice": NOT_TO_BE_CHOSEN,
    }

    def __init__(self, *, hints: dict[str, object] | None = None, barred: set[str] | None = None, **options) -> None:
        super().__init__(**options)
        self.hints, self.barred = hints or {}, barred or set()

    def valid_value(self, value) -> bool:
        return super().valid_value(value) and value not in self.barred
