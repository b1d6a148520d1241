"""What every list of the staff site has in common: rows within the officer's reach; state that is read only."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from windows import lifecycle, scope


class Scoped(admin.ModelAdmin):
    """Shows and finds only what the officer reaches; the rest answers 404, as if it did not exist."""

    list_per_page = 50
    show_full_result_count = False

    def reach(self, user) -> Q:
        """The condition on rows. A model that belongs to no place overrides nothing."""
        return Q()

    def get_queryset(self, request):
        return super().get_queryset(request).filter(self.reach(request.user))

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, {"title": capfirst(self.opts.verbose_name_plural)} | (extra_context or {})
        )

    def get_changelist_instance(self, request):
        """A filter that asks for the year 0 is as wrong as one that asks for a column that is not there."""
        try:
            return super().get_changelist_instance(request)
        except ValueError as error:
            raise IncorrectLookupParameters from error

    def get_object(self, request, object_id, from_field=None):
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def page(self, request, template: str, **context) -> TemplateResponse:
        """A page of our own within the site."""
        context = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media, **context}
        return TemplateResponse(request, f"admin/{template}", context)


class AtWindows(Scoped):
    """Rows that hang on a window."""

    def reach(self, user) -> Q:
        return scope.at_windows(user, "window")


class ReadOnly:
    """Written by lifecycle and imports alone."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class Reference(Scoped):
    """What the nation keeps for all: edited by those who reach everywhere, never deleted; pages show it at once."""

    def has_add_permission(self, request):
        return scope.reaches_everywhere(request.user) and super().has_add_permission(request)

    def has_change_permission(self, request, obj=None):
        return scope.reaches_everywhere(request.user) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        lifecycle.touch_pages()

    def get_readonly_fields(self, request, obj=None):
        """The key of a row stays what it was."""
        return [*super().get_readonly_fields(request, obj), *([self.opts.pk.name] if obj else [])]


class History(ReadOnly, admin.TabularInline):
    """What happened to a row, below the row."""

    extra = 0
    can_delete = False
