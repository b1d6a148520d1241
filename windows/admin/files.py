"""Import of files in the staff site: bring, see the report of a dry run, import, see the result."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from windows import intake, sheets
from windows.admin import exports
from windows.forms import UploadForm
from windows.lifecycle import NotAllowed
from windows.models import ImportFile


class TakesFiles:
    """For the admin of a model that is also filled from files.

    The model's admin says which kind of file, the function that takes it in, its columns with an example row, and
    the column whose different values are counted for the report.
    """

    files_of: str
    take_in = None
    columns: tuple[str, ...]
    example: tuple[str, ...]
    counted_column: str
    may_import: str

    def get_urls(self):
        staff = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("import/", staff(self.bring), name=f"{name}_import"),
            path("import/<int:pk>/", staff(self.report), name=f"{name}_report"),
            path("import/template.<str:kind>", staff(self.template), name=f"{name}_template"),
            *super().get_urls(),
        ]

    def has_import_permission(self, request):
        return request.user.has_perm(self.may_import)

    def changelist_view(self, request, extra_context=None):
        context = {"has_import_permission": self.has_import_permission(request)} | (extra_context or {})
        return super().changelist_view(request, context)

    def bring(self, request):
        """Choose a file; it is kept and its report shown."""
        self._guard(request)
        posted = request.method == "POST"
        form = UploadForm(request.POST, request.FILES) if posted else UploadForm()
        if posted and form.is_valid():
            brought = form.cleaned_data["file"]
            file = intake.keep(self.files_of, brought.name, brought.read(), by=request.user)
            return redirect(self._url("report"), file.pk)
        about = {"columns": list(zip(self.columns, self.example, strict=True)), "links": self._links()}
        return self.page(request, "windows/bring.html", form=form, title=_("Import from a file"), **about)

    def report(self, request, pk):
        """What an import of the file would do; POST does it."""
        self._guard(request)
        file = get_object_or_404(ImportFile, pk=pk, kind=self.files_of, by=request.user)
        if request.method == "POST":
            return self._apply(request, file)
        told = None if file.applied_at else self.take_in(file.name, bytes(file.content), by=file.by, dry_run=True)
        touched = sheets.values_in(file.name, bytes(file.content), self.counted_column) if told and told.ok else ()
        context = {"file": file, "report": told, "touched": touched, "links": self._links()}
        return self.page(request, "windows/report.html", title=_("Report on the file"), **context)

    def _apply(self, request, file):
        try:
            told = intake.apply(file, self.take_in)
        except NotAllowed as refusal:
            messages.warning(request, str(refusal))
        else:
            if not told.ok:
                messages.error(request, _("Nothing was imported: the file has problems."))
        return redirect(self._url("report"), file.pk)

    def template(self, request, kind: str):
        """An empty file with the header and one example row."""
        self._guard(request)
        if kind not in exports.TYPES:
            raise Http404
        return exports.download(f"{self.files_of}-template", self.columns, [self.example], kind)

    def _guard(self, request):
        if not self.has_import_permission(request):
            raise PermissionDenied

    def _url(self, name: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}"

    def _links(self) -> dict[str, str]:
        templates = {kind: reverse(self._url("template"), args=[kind]) for kind in exports.TYPES}
        return templates | {"list": reverse(self._url("changelist")), "bring": reverse(self._url("import"))}
