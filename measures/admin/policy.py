"""The policy editor's pages: topics, a new version with its preview and difference, what was asked in vain."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from measures import policy
from measures.models import AskedInVain, StillCurrent, Topic, Version
from windows import clock, lifecycle
from windows.admin.scoped import History, ReadOnly, Scoped
from windows.forms import DayInput
from windows.lifecycle import NotAllowed
from windows.models import Division

MAY_PUBLISH, MAY_CONFIRM = "measures.add_version", "measures.add_stillcurrent"
DAYS = ("effective_from", "effective_until", "published_on", "first_day", "last_day")
WORDED = tuple(f"{name}_{language}" for name in policy.WORDED for language in ("zh", "en"))
LONG = forms.Textarea(attrs={"rows": 7})


class VersionForm(forms.ModelForm):
    """A new version; it begins as the last one was."""

    english_fits = forms.BooleanField(
        label=gettext_lazy("The English says what the Chinese says"),
        help_text=gettext_lazy(
            "Leave this open when only the Chinese is new: pages then say that the English is behind."
        ),
        required=False,
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Version
        fields = (*WORDED, "effective_from", "effective_until", "published_on", "divisions", "audience")
        fields += ("months", "first_day", "last_day", "change_note")
        widgets = dict.fromkeys(DAYS, DayInput) | dict.fromkeys(("text_zh", "text_en", "todo_zh", "todo_en"), LONG)
        help_texts = {
            "published_on": gettext_lazy("The public sees it from this day on, before it holds as “from ...”."),
            "divisions": gettext_lazy("Codes, with commas between them. None: the whole country."),
        }

    def clean_divisions(self):
        codes = self.cleaned_data["divisions"] or []
        known = set(Division.objects.filter(pk__in=codes).values_list("pk", flat=True))
        if missing := [code for code in codes if code not in known]:
            raise forms.ValidationError(_("No division has the code “%(code)s”.") % {"code": missing[0]})
        return sorted(known) or None

    def wanted(self) -> policy.Wanted:
        """Browsers send lines with a carriage return: that makes no other text."""
        told = {name: self.cleaned_data[name] for name in self.Meta.fields}
        fields = {name: text.replace("\r\n", "\n") if name in WORDED else text for name, text in told.items()}
        return policy.Wanted(fields, self.cleaned_data["english_fits"], self.cleaned_data["based_on"])


def begun(topic: Topic) -> dict:
    """What the form starts from: the last version, from today on."""
    last, today = policy.latest(topic), clock.today()
    told = {name: getattr(last, name) for name in VersionForm.Meta.fields} if last else {}
    return told | {
        "based_on": last.number if last else 0,
        "effective_from": today,
        "effective_until": None,
        "published_on": today,
        "change_note": "",
    }


class Versions(History):
    model = Version
    fields = readonly_fields = ("changes", "title_zh", "effective_from", "published_on", "change_note", "by")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")

    @admin.display(description=gettext_lazy("version"))
    def changes(self, version):
        """The number leads to what the version changed."""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:measures_version_change", args=[version.pk]), version.number
        )


@admin.register(Topic)
class TopicAdmin(Scoped):
    """The policy editor's, whatever place he belongs to: policy holds for the whole country."""

    list_display = ("code", "title", "kind", "in_force", "comes", "english", "confirmed")
    list_filter = ("kind", "guided")
    search_fields = ("code", "versions__title_zh", "versions__title_en")
    fields = ("code", "kind", "measure", "service", "calculator", "guided", "position")
    inlines = (Versions,)
    change_form_template = "admin/measures/topic.html"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("versions__confirmations")

    def get_urls(self):
        staff = self.admin_site.admin_view
        return [
            path("confirm/", staff(require_POST(self.confirm)), name="measures_topic_confirm"),
            path("<slug:code>/publish/", staff(self.publish), name="measures_topic_publish"),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        """An address stays what it was."""
        return ("code",) if obj else ()

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        lifecycle.touch_pages()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        topic = self.get_object(request, unquote(object_id))
        context = {"stands": policy.of(topic)}
        context |= {
            "may_publish": request.user.has_perm(MAY_PUBLISH),
            "may_confirm": request.user.has_perm(MAY_CONFIRM),
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    # --- columns ---

    @admin.display(description=gettext_lazy("title"))
    def title(self, topic):
        shown = policy.of(topic).shown
        return shown.title if shown else "–"

    @admin.display(description=gettext_lazy("in force"))
    def in_force(self, topic):
        now = policy.of(topic).now
        return _("version %(number)s since %(day)s") % {"number": now.number, "day": now.effective_from} if now else "–"

    @admin.display(description=gettext_lazy("comes"))
    def comes(self, topic):
        coming = policy.of(topic).coming
        return ", ".join(str(version.effective_from) for version in coming) or "–"

    @admin.display(description=gettext_lazy("English is current"), boolean=True)
    def english(self, topic):
        now = policy.of(topic).now
        return policy.english_is_current(now) if now else None

    @admin.display(description=gettext_lazy("still current on"))
    def confirmed(self, topic):
        now = policy.of(topic).now
        days = [one.day for one in now.confirmations.all()] if now else []
        return max(days, default="–")

    # --- pages ---

    def publish(self, request, code):
        """Write, look at it in both languages beside what was, then publish."""
        if not request.user.has_perm(MAY_PUBLISH):
            raise PermissionDenied
        topic = get_object_or_404(Topic, pk=code)
        posted = request.POST if request.method == "POST" else None
        form = VersionForm(posted, initial=begun(topic))
        version = form.is_valid() and self._next(request, form, topic)
        if version and "publish" in request.POST and self._publish(request, form, topic):
            return redirect("admin:measures_topic_change", topic.pk)
        shown = version if "back" not in request.POST else None
        context = {"topic": topic, "form": form, "version": shown, "title": _("Publish a new version")}
        if shown:
            context["before"] = policy.latest(topic)
            context["differences"] = policy.differences(context["before"], shown)
            context["english_is_current"] = policy.english_is_current(shown)
        return self.page(request, "measures/publish.html", **context)

    def _next(self, request, form, topic):
        try:
            return policy.next_version(topic, form.wanted(), by=request.user)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))

    def _publish(self, request, form, topic):
        try:
            version = policy.publish(topic, form.wanted(), by=request.user)
        except NotAllowed as refusal:
            return form.add_error(None, str(refusal))
        messages.success(request, _("Version %(number)s was published.") % {"number": version.number})
        return version

    def confirm(self, request):
        """Somebody looked at what is in force: it is still current today."""
        if not request.user.has_perm(MAY_CONFIRM):
            raise PermissionDenied
        topic = get_object_or_404(Topic, pk=request.POST.get("topic", ""))
        if now := policy.of(topic).now:
            policy.confirm(now, by=request.user)
            messages.success(request, _("Noted: still current on %(day)s.") % {"day": clock.today()})
        else:
            messages.warning(request, _("Nothing is in force here that could be confirmed."))
        return redirect(reverse("admin:measures_topic_change", args=[topic.pk]))


class Confirmations(History):
    model = StillCurrent
    fields = readonly_fields = ("day", "by")


@admin.register(Version)
class VersionAdmin(ReadOnly, Scoped):
    """One version, with what it changed."""

    list_display = ("topic", "number", "title_zh", "effective_from", "effective_until", "published_on", "by")
    list_filter = ("topic__kind", "effective_from")
    list_select_related = ("topic", "by")
    search_fields = ("topic__code", "title_zh", "title_en")
    fields = ("topic", "number", "change_note", "by", "recorded_at", "english_of")
    readonly_fields = ("english_of", "recorded_at")
    inlines = (Confirmations,)
    change_form_template = "admin/measures/version.html"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        version = self.get_object(request, unquote(object_id))
        before = Version.objects.filter(topic=version.topic_id, number=version.number - 1).first()
        context = {"differences": policy.differences(before, version), "before": before}
        context["is_public"] = version.published_on <= clock.today()
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))


@admin.register(AskedInVain)
class AskedInVainAdmin(ReadOnly, Scoped):
    list_display = ("text", "language", "day", "n")
    list_filter = ("language", "day")
    search_fields = ("text",)
    date_hierarchy = "day"
