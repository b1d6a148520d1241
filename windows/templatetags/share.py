"""What a page tells of itself to those who pass it on: its short link, its title, its facts for machines."""

import json
from dataclasses import dataclass
from html import unescape

from django import template
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from windows import codes

register = template.Library()
ESCAPED = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}  # no text ends the script element
LOCALES = {"zh-hans": "zh_CN", "en": "en_GB"}


@dataclass(frozen=True)
class Shared:
    """A page's short link and the two pictures of it, each in full."""

    link: str
    png: str
    svg: str


@register.simple_tag(takes_context=True)
def shared(context) -> Shared | None:
    """None for a page without a short link, and for one whose query says more than its address."""
    request = context.get("request")
    match = request and request.resolver_match
    code = match and not getattr(request, "asked", None) and codes.short(match.view_name or "", match.kwargs)
    return shared_as(context, code) if code else None


@register.simple_tag(takes_context=True)
def shared_as(context, code: str) -> Shared:
    language, full = get_language() or "", context["request"].build_absolute_uri
    pictures = (full(codes.picture_link(code, language, kind)) for kind in ("png", "svg"))
    return Shared(full(codes.link(code, language)), *pictures)


@register.simple_tag(takes_context=True)
def absolute(context, path: str) -> str:
    return context["request"].build_absolute_uri(path)


@register.simple_tag(takes_context=True)
def words_of(context, block: str) -> str:
    """The text of one of the page's blocks, once more: Django lets a template show a block in one place only."""
    found = context.render_context[BLOCK_CONTEXT_KEY].get_block(block)
    return " ".join(unescape(strip_tags(found.nodelist.render(context))).split()) if found else ""


@register.simple_tag
def locale() -> str:
    return LOCALES.get(get_language() or "", "zh_CN")


@register.filter
def json_ld(facts: dict) -> SafeString:
    """Facts in the words of schema.org, as a block that browsers do not run."""
    text = json.dumps(facts, ensure_ascii=False).translate(ESCAPED)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))
