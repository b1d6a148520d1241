"""How a question of a form is drawn: what a template needs to know of a bound field."""

from dataclasses import dataclass

from django import forms, template
from django.utils.text import capfirst

register = template.Library()


@dataclass(frozen=True)
class Radio:
    id: str
    value: str
    label: object
    hint: object
    checked: bool
    barred: bool


@dataclass(frozen=True)
class Asked:
    """`errors` are empty while they are not to be told: a page that is shown again is no page that was sent."""

    errors: list[str]
    many: bool
    radios: list[Radio]
    control: str
    described_by: str
    optional: bool


@register.simple_tag
def asked(field: forms.BoundField, telling: bool = True) -> Asked:
    errors = list(field.errors) if telling else []
    hint = f"{field.auto_id}-hint" if field.help_text else ""
    described_by = " ".join(filter(None, [hint, f"{field.auto_id}-error" if errors else ""]))
    is_radios = isinstance(field.field.widget, forms.RadioSelect)
    many = is_radios or isinstance(field.field.widget, forms.MultiWidget)
    control = "" if is_radios else field.as_widget(attrs=_attributes(field, errors, described_by))
    optional = not field.field.required and field.name not in getattr(field.form, "conditional", ())
    return Asked(errors, many, _radios(field) if is_radios else [], control, described_by, optional)


def _attributes(field: forms.BoundField, errors: list[str], described_by: str) -> dict:
    if isinstance(field.field.widget, forms.MultiWidget):
        return {"wrong": True} if errors else {}
    kind = {forms.Select: "govuk-select", forms.Textarea: "govuk-textarea"}.get(type(field.field.widget), "govuk-input")
    attributes = {"class": f"{kind} {kind}--error" if errors else kind}
    return attributes | ({"aria-describedby": described_by} if described_by else {})


def _radios(field: forms.BoundField) -> list[Radio]:
    """The first has the id that an error leads to."""
    hints, barred = getattr(field.field, "hints", {}), getattr(field.field, "barred", set())
    chosen = str(field.value() or "")
    return [
        Radio(
            id=field.auto_id if n == 0 else f"{field.auto_id}-{n}",
            value=value,
            label=capfirst(label),
            hint=hints.get(value, ""),
            checked=str(value) == chosen,
            barred=value in barred,
        )
        for n, (value, label) in enumerate(field.field.choices)
    ]
