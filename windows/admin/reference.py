"""What the nation keeps for all (places, services, reasons), the officers, and the files brought for import."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from windows import lifecycle, scope
from windows.admin.scoped import AtWindows, ReadOnly, Reference, Scoped
from windows.models import ClockOffset, Division, ImportFile, Offering, Officer, Reason, Service

admin.site.unregister(Group)  # roles are made by portal.roles, and made again after each migration


@admin.register(Division)
class DivisionAdmin(Reference):
    list_display = ("code", "name_zh", "name_en", "level", "parent")
    list_filter = ("level",)
    list_select_related = ("parent",)
    autocomplete_fields = ("parent",)
    search_fields = ("code__startswith", "name_zh", "name_en")
    search_help_text = _("Code, or part of the name in Chinese or English")

    def reach(self, user) -> Q:
        return scope.at_divisions(user)


@admin.register(Service)
class ServiceAdmin(Reference):
    list_display = ("code", "name_zh", "name_en", "audience", "working_days", "urgent_days", "online", "fee_cny")
    list_filter = ("audience", "online")
    search_fields = ("code", "name_zh", "name_en")


@admin.register(Reason)
class ReasonAdmin(Reference):
    list_display = ("code", "name_zh", "name_en")
    search_fields = ("code", "name_zh", "name_en")


@admin.register(Offering)
class OfferingAdmin(Reference, AtWindows):
    list_display = ("window", "service")
    list_filter = ("service",)
    list_select_related = ("window", "service")
    autocomplete_fields = ("window", "service")
    search_fields = ("window__code__startswith", "window__name_zh", "window__name_en")

    def has_delete_permission(self, request, obj=None):
        """The one reference row that may go: a window stops offering a service for good."""
        return scope.reaches_everywhere(request.user) and admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        lifecycle.touch_pages()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        lifecycle.touch_pages()


@admin.register(ClockOffset)
class ClockOffsetAdmin(ReadOnly, Scoped):
    list_display = ("offset",)


@admin.register(ImportFile)
class ImportFileAdmin(ReadOnly, Scoped):
    list_display = ("name", "kind", "by", "uploaded_at", "applied_at", "rows", "stored")
    list_filter = ("kind",)
    date_hierarchy = "uploaded_at"
    list_select_related = ("by",)
    fields = ("name", "kind", "digest", "by", "uploaded_at", "applied_at", "rows", "stored")

    def reach(self, user) -> Q:
        return scope.own_files(user)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")


@admin.register(Officer)
class OfficerAdmin(UserAdmin):
    """For superusers alone. The role is a group, the reach is here; officers are deactivated, never deleted."""

    list_display = ("username", "last_name", "first_name", "roles", "nationwide", "is_active")
    list_filter = ("groups", "nationwide", "is_active")
    filter_horizontal = ()
    autocomplete_fields = ("divisions", "windows")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("last_name", "first_name", "email")}),
        (_("Role"), {"fields": ("groups", "is_active", "is_staff", "is_superuser")}),
        (_("Reach"), {"fields": ("nationwide", "divisions", "windows")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("role"))
    def roles(self, officer):
        return ", ".join(group.name for group in officer.groups.all())

    def has_module_permission(self, request):
        return request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return False
