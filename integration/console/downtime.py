"""Downtime: sheets and forms of each warehouse to take out beforehand, and what was typed in of them afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from integration.console import links, said
from integration.console.base import HistoryAdmin, actor
from integration.console.guard import site_context
from integration.console.mapping_files import AGREED_SECONDS
from integration.console.reach import scoped
from integration.console.words import ago, badge, whole
from integration.jobs import acts, pack_pages, packs, sheets, typed
from integration.models import DowntimePack, Mode, TypedShipment, Warehouse
from integration.rules.shipment_sheet import COLUMNS, FILLED

LATE = 3  # times the usual time between two packs
SALT = "typed shipments"
PRINT = "integration.print_downtime_pack"
TYPE = "integration.type_shipment"
SHOWN = 500
NO_PACK: Mapping[Mode, StrOrPromise] = {
    Mode.LIVE: _("the scheduler makes one in a few minutes."),
    Mode.SHADOW: _("its shipments are in shadow, so that people book them in Odoo themselves."),
    Mode.OFF: _("its shipments are switched off."),
}
TONES = {TypedShipment.State.TAKEN: "waiting", TypedShipment.State.BOOKED: "succeeded"}


class UploadForm(forms.Form):
    warehouse = forms.ModelChoiceField(Warehouse.objects.none(), label=_("Warehouse"), widget=UnfoldAdminSelectWidget)
    file = forms.FileField(label=_("CSV or XLSX"), widget=UnfoldAdminFileFieldWidget)

    def __init__(self, request: HttpRequest, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["warehouse"].queryset = seen(request)  # type: ignore[attr-defined]

    def clean_file(self) -> tuple[list[str], list[sheets.Numbered]]:
        """The rows of it."""
        sent = self.cleaned_data["file"]
        try:
            if sent.size > sheets.LARGEST:
                raise sheets.BadSheet(f"The file has {sent.size} bytes; at most {sheets.LARGEST} are taken.")
            return sheets.read(sent.read())
        except sheets.BadSheet as wrong:
            raise forms.ValidationError(said.below(wrong)) from None


def seen(request: HttpRequest) -> QuerySet[Warehouse]:
    return scoped(request, Warehouse.objects.select_related("wms"))


def sheets_view(request: HttpRequest, warehouse: int) -> HttpResponseBase:
    """To be printed from the browser."""
    pack = _taken_out(request, warehouse, "sheets")
    return HttpResponse(pack_pages.html(pack), content_type="text/html; charset=utf-8")


def form_view(request: HttpRequest, warehouse: int) -> HttpResponseBase:
    pack = _taken_out(request, warehouse, "form")
    name = f'attachment; filename="downtime-{pack.warehouse.pk}.csv"'
    return HttpResponse(
        pack_pages.form(pack), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
    )


def load_view(request: HttpRequest) -> HttpResponseBase:
    """A form that was filled in: shown row by row first, then loaded."""
    context = site_context(request, TypedShipment) | {"title": _("Load what was shipped"), "opts": TypedShipment._meta}
    if not request.user.has_perm(TYPE):
        raise PermissionDenied
    if request.method == "POST" and "agreed" in request.POST:
        return _load(request, context)
    form = UploadForm(request, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        heads, rows = form.cleaned_data["file"]
        return _preview(request, context, form.cleaned_data["warehouse"], heads, rows)
    shown = {"form": form, "columns": COLUMNS, "filled": FILLED}
    return TemplateResponse(request, "console/typed_import.html", context | shown)


def make_view(request: HttpRequest, warehouse: int) -> HttpResponseBase:
    """A pack as of now: POST only."""
    if not request.user.has_perm(PRINT):
        raise PermissionDenied
    if request.method == "POST":
        ships = seen(request).filter(Warehouse.with_flow("shipment", Mode.LIVE)).select_related("erp")
        made = packs.make(get_object_or_404(ships, pk=warehouse))
        messages.success(request, _("The pack of {warehouse} is as of now.").format(warehouse=made.warehouse))
    return HttpResponseRedirect(reverse("admin:integration_downtimepack_changelist"))


def without(request: HttpRequest) -> Iterator[tuple[str, StrOrPromise]]:
    """The warehouses that have no pack, and why."""
    for warehouse in seen(request).filter(downtime_pack=None).order_by("name"):
        yield warehouse.name, NO_PACK[warehouse.in_force("shipment")]


def _taken_out(request: HttpRequest, warehouse: int, what: str) -> DowntimePack:
    site_context(request, DowntimePack)
    if not request.user.has_perm(PRINT):
        raise PermissionDenied
    rows = scoped(request, DowntimePack.objects.select_related("warehouse__wms"))
    pack = get_object_or_404(rows, pk=warehouse)
    packs.taken_out(pack, actor(request), what)
    return pack


def _preview(
    request: HttpRequest, context: dict[str, Any], warehouse: Warehouse, heads: list[str], rows: list[sheets.Numbered]
) -> HttpResponseBase:
    made = typed.preview(warehouse, heads, rows)
    asked = {"warehouse": warehouse.pk, "heads": heads, "rows": rows, "agreed": typed.digest(made)}
    shown = {
        "warehouse": warehouse,
        "made": made,
        "new": made.new[:SHOWN],
        "faults": made.faults[:SHOWN],
        "doubts": made.doubts[:SHOWN],
        "more": sum(max(len(each) - SHOWN, 0) for each in (made.new, made.faults, made.doubts)),
        "signed": signing.dumps(asked, salt=SALT, compress=True) if made.new else "",
    }
    return TemplateResponse(request, "console/typed_import.html", context | shown)


def _load(request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
    try:
        asked = signing.loads(request.POST["agreed"], salt=SALT, max_age=AGREED_SECONDS)
    except signing.BadSignature:
        messages.error(request, _("That preview is too old: choose the file again."))
        return HttpResponseRedirect(request.path)
    warehouse = get_object_or_404(seen(request), pk=asked["warehouse"])
    try:
        taken = typed.load(warehouse, asked["heads"], asked["rows"], asked["agreed"], actor(request))
    except acts.NotAllowed as refusal:
        messages.error(request, said.below(refusal))
        return _preview(request, context, warehouse, asked["heads"], asked["rows"])
    done = ngettext("{n} shipment was taken: it is booked in a moment.",
                    "{n} shipments were taken: they are booked in a moment.", taken)  # fmt: skip
    messages.success(request, done.format(n=whole(taken)))
    return HttpResponseRedirect(reverse("admin:integration_typedshipment_changelist"))


@admin.register(DowntimePack)
class DowntimePackAdmin(HistoryAdmin):
    numbers = ()
    exact = ("warehouse__site",)
    search_help_text = _("The partner's code of the warehouse")
    list_display = ("warehouse", "made", "orders", "waiting", "left_out", "take_out")
    list_select_related = ("warehouse",)
    exclude = ("content",)
    nothing = _("Beat makes a pack for each warehouse that ships: look again in a quarter of an hour.")
    list_before_template = "console/downtime_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content")

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("<int:warehouse>/sheets/", guarded(sheets_view), name="downtime_sheets"),
            path("<int:warehouse>/form/", guarded(form_view), name="downtime_form"),
            path("<int:warehouse>/make/", guarded(make_view), name="downtime_make"),
            path("load/", guarded(load_view), name="downtime_load"),
            *super().get_urls(),
        ]

    def get_list_display(self, request: HttpRequest) -> Sequence[str]:
        return self.list_display if request.user.has_perm(PRINT) else self.list_display[:-1]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {**(extra_context or {}), "without": without(request)})

    @admin.display(description=_("as of"))
    def made(self, row: DowntimePack) -> SafeString:
        return badge(ago(now() - row.made_at), "open" if _is_old(row) else "resolved")

    @admin.display(description=_("take out"))
    def take_out(self, row: DowntimePack) -> SafeString:
        ways = ((_("Sheets"), "downtime_sheets"), (_("Form"), "downtime_form"))
        (one, first), (other, second) = [(label, reverse(f"admin:{name}", args=[row.pk])) for label, name in ways]
        return format_html(
            '<a class="cd-link" href="{}">{}</a> <a class="cd-link" href="{}">{}</a>'
            ' <button class="cd-link" formaction="{}">{}</button>',
            *(first, one, second, other, reverse("admin:downtime_make", args=[row.pk]), _("Make it anew")),
        )


def _is_old(row: DowntimePack) -> bool:
    return now() - row.made_at > timedelta(minutes=LATE * settings.DOWNTIME_PACK_MINUTES)


@admin.register(TypedShipment)
class TypedShipmentAdmin(HistoryAdmin):
    exact = ("release", "shipment")
    search_help_text = _("Release or shipment number")
    list_display = ("release", "shipment", "standing", "said_by_warehouse", "warehouse", "actor", "typed_at")
    list_filter = ("state", "warehouse")
    list_select_related = ("warehouse",)
    nothing = _("What people load under Downtime is listed here, with what the warehouse said of it itself.")

    @admin.display(description=_("state"))
    def standing(self, row: TypedShipment) -> SafeString:
        return badge(_(row.get_state_display()), TONES.get(TypedShipment.State(row.state), "resolved"))

    @admin.display(description=_("the warehouse's own"))
    def said_by_warehouse(self, row: TypedShipment) -> str:
        """Its numbers for the same goods; empty: it has not said anything of them yet."""
        return ", ".join(row.told)

    @admin.display(description=_("message"))
    def message_page(self, row: TypedShipment) -> SafeString | str:
        return links.link(row.message) if row.message else ""
