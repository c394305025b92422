"""Code mappings as a file: out as CSV or XLSX; in with a preview of every change and everything that is wrong."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from integration.console import said
from integration.console.base import actor
from integration.console.guard import site_context
from integration.console.reach import scoped
from integration.console.words import whole
from integration.jobs import acts, mapping_files, sheets
from integration.models import CodeMapping, Connection
from integration.rules.mapping_sheet import COLUMNS, Plan

SALT = "mappings to import"
AGREED_SECONDS = 3600
SHOWN = 500  # rows of each list on the preview
WRITERS = {
    "csv": (sheets.write_csv, "text/csv; charset=utf-8"),
    "xlsx": (sheets.write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class UploadForm(forms.Form):
    partner = forms.ModelChoiceField(Connection.objects.none(), label=_("Warehouse"), widget=UnfoldAdminSelectWidget)
    file = forms.FileField(label=_("CSV or XLSX"), widget=UnfoldAdminFileFieldWidget)

    def __init__(self, request: HttpRequest, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["partner"].queryset = seen_partners(request)  # type: ignore[attr-defined]

    def clean_file(self) -> tuple[list[str], list[sheets.Numbered]]:
        """The rows of it."""
        sent = self.cleaned_data["file"]
        if sent.size > sheets.LARGEST:
            raise forms.ValidationError(
                _("The file has {size} bytes; at most {most} are taken.").format(size=sent.size, most=sheets.LARGEST)
            )
        try:
            return sheets.read(sent.read())
        except sheets.BadSheet as wrong:
            raise forms.ValidationError(said.below(wrong)) from None


def seen_partners(request: HttpRequest) -> QuerySet[Connection]:
    """The warehouse systems that the user sees."""
    return scoped(request, Connection.objects.exclude(kind="odoo").defer("secrets"))


def may_map(request: HttpRequest) -> bool:
    return request.user.has_perms(["integration.add_codemapping", "integration.change_codemapping"])


def import_view(request: HttpRequest) -> HttpResponseBase:
    context = site_context(request, CodeMapping) | {"title": _("Import code mappings"), "opts": CodeMapping._meta}
    if not may_map(request):
        raise PermissionDenied
    if request.method == "POST" and "agreed" in request.POST:
        return _write(request, context)
    form = UploadForm(request, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        heads, rows = form.cleaned_data["file"]
        return _preview(request, context, form.cleaned_data["partner"], heads, rows)
    return TemplateResponse(request, "console/mapping_import.html", context | {"form": form, "columns": COLUMNS})


def export_view(request: HttpRequest) -> HttpResponseBase:
    site_context(request, CodeMapping)
    partner = seen_partners(request).filter(slug=request.GET.get("partner", "")).first()
    kind = request.GET.get("format", "")
    if partner is None or kind not in WRITERS:
        return HttpResponse(_("Say ?partner=...&format=csv or xlsx."), status=400)
    write, content_type = WRITERS[kind]
    content = write(COLUMNS, map(mapping_files.as_cells, mapping_files.in_force(partner)))
    acts.note(actor(request), "export mappings", partner.name, partner=partner.slug, format=kind)
    name = f'attachment; filename="mappings-{partner.slug}.{kind}"'
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": name})


def _preview(
    request: HttpRequest, context: dict[str, Any], partner: Connection, heads: list[str], rows: list[sheets.Numbered]
) -> HttpResponseBase:
    plan = mapping_files.preview(partner, heads, rows)
    asked = {"partner": partner.pk, "heads": heads, "rows": rows, "agreed": mapping_files.digest(plan)}
    shown = {
        "partner": partner,
        "plan": plan,
        "new": plan.new[:SHOWN],
        "changed": plan.changed[:SHOWN],
        "more": max(len(plan.new) - SHOWN, 0) + max(len(plan.changed) - SHOWN, 0),
        "signed": signing.dumps(asked, salt=SALT, compress=True) if _changes(plan) and not plan.faults else "",
    }
    return TemplateResponse(request, "console/mapping_import.html", context | shown)


def _write(request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
    try:
        asked = signing.loads(request.POST["agreed"], salt=SALT, max_age=AGREED_SECONDS)
    except signing.BadSignature:
        messages.error(request, _("That preview is too old: choose the file again."))
        return HttpResponseRedirect(request.path)
    partner = get_object_or_404(seen_partners(request), pk=asked["partner"])
    try:
        sheet = (asked["heads"], asked["rows"], asked["agreed"])
        plan = mapping_files.write(partner, *sheet, actor(request), odoo_has_it="odoo_has_it" in request.POST)
    except acts.NotAllowed as refusal:
        messages.error(request, said.below(refusal))
        return _preview(request, context, partner, asked["heads"], asked["rows"])
    done = ngettext(
        "{new} mapping added, {changed} changed; what waited for them is tried now.",
        "{new} mappings added, {changed} changed; what waited for them is tried now.",
        len(plan.new),
    )
    messages.success(request, done.format(new=whole(len(plan.new)), changed=whole(len(plan.changed))))
    return HttpResponseRedirect(reverse("admin:integration_codemapping_changelist"))


def _changes(plan: Plan) -> bool:
    return bool(plan.new or plan.changed)
