"""Code mappings, which are versioned and let waiting jobs go on, and external references."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldBooleanWidget

from integration.console import choosing, gaps, mapping_files, mapping_many, matching, said
from integration.console.acting import Act, Acting
from integration.console.base import ConfigurationAdmin, HistoryAdmin, actor
from integration.console.paging import InfinitePaginator
from integration.console.tries.offer import TryAct, TryFirst
from integration.console.words import badge, quantity
from integration.jobs import acts, mappings, tries
from integration.models import CodeMapping, Connection, ExceptionCase, ExternalReference

COLUMNS = (*mappings.KEY, "partner_code", "alias", "factor", "per")
SHOWN = 50  # versions on a mapping's page
RELEASED = gettext_lazy("Jobs that waited for this mapping are tried now.")
SECOND = gettext_lazy(
    "{partner} gets {sent} for {code} already. If it says {said} as well, tick Alias: that is understood then, and "
    "{sent} is still what is sent. To send {said} from now on, open the other mapping and change it."
)
MAPPED = gettext_lazy("This is mapped already: open that mapping and change it.")


def above_zero(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValidationError(gettext_lazy("Enter a number above zero."))
    return value


class MappingForm(forms.ModelForm):  # type: ignore[type-arg]
    """``odoo_has_it`` is asked where a code was not seen in Odoo."""

    odoo_has_it = forms.BooleanField(
        label=gettext_lazy("Odoo has it all the same"), required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = CodeMapping
        fields = COLUMNS

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        row = self.instance
        known = {"partner": row.partner_id, "kind": row.kind} if row.pk else {}
        if row.pk:
            del self.fields["odoo_has_it"]
        for name, address in {
            "odoo_code": choosing.address(choosing.ODOO),
            "sku": choosing.address(choosing.ODOO, kind=CodeMapping.Kind.PRODUCT.value),
            "partner_code": choosing.address(choosing.PARTNER, **known),
        }.items():
            if name in self.fields:
                self.fields[name].widget.attrs |= {"data-codes": address, "autocomplete": "off"}

    def clean_factor(self) -> Decimal:
        return above_zero(self.cleaned_data["factor"])

    def clean_per(self) -> Decimal:
        return above_zero(self.cleaned_data["per"])

    def clean(self) -> dict[str, Any]:
        """The table's own rules, in words that say what to do. Raises NotAllowed when it was replaced meanwhile."""
        if self.instance.pk is not None:
            mappings.hold(self.instance)
        entered: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            kept = {name: getattr(self.instance, name) for name in COLUMNS if name not in entered}
            wanted = CodeMapping(**kept, **{name: entered[name] for name in COLUMNS if name in entered})
            wrong = list(mappings.clashes(wanted))
            if self.instance.pk is None and not wrong:
                wrong = _mapped(wanted) or self._unseen(wanted)
            for field, words in wrong:
                self.add_error(field if field in self.fields else None, ValidationError(said.below(words)))
        return entered

    def _unseen(self, wanted: CodeMapping) -> list[tuple[str, str]]:
        missing = {} if self.cleaned_data.get("odoo_has_it") else mappings.not_in_odoo(wanted)
        if missing:
            self.fields["odoo_has_it"].widget = UnfoldBooleanWidget()
        return [(field, said.unseen(code)) for field, code in missing.items()]


def _mapped(wanted: CodeMapping) -> list[tuple[str, str]]:
    """A new row of what is mapped is no new version here: who adds a second code may not want another one sent."""
    there = mappings.in_force(wanted)
    if there is None:
        return []
    if there.partner_code == wanted.partner_code:
        return [("partner_code", str(MAPPED))]
    names = {"code": wanted.odoo_code, "sent": there.partner_code, "said": wanted.partner_code}
    return [("alias", SECOND.format(partner=wanted.partner.name, **names))]


class CurrentFilter(admin.SimpleListFilter):
    """Shows the mappings in force, or what was replaced or ended."""

    title = gettext_lazy("version")
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> tuple[tuple[str, str], ...]:
        return (("current", _("In force")), ("old", _("No longer in force")))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return queryset if self.value() is None else queryset.filter(valid_to__isnull=self.value() == "current")


def _end(pk: int, actor: acts.Actor, reason: str) -> str:
    mappings.end(pk, actor, reason)
    return _("What needs it from now on opens a case.")


def _change_many(_page: Any, request: HttpRequest, rows: QuerySet[CodeMapping]) -> HttpResponseBase | None:
    current = rows.filter(valid_to=None).select_related("partner")[: mapping_many.MOST]
    if not current:
        messages.warning(request, _("None of these is in force: only what is in force can be changed."))
        return None
    return mapping_many.ask(request, current)


END = Act(
    "end",
    gettext_lazy("End"),
    _end,
    gettext_lazy("ended"),
    gettext_lazy("Why is this code not used any more?"),
    grave=True,
)

TRY_END = TryAct("end", gettext_lazy("Try ending it"), tries.ended)


@admin.register(CodeMapping)
class CodeMappingAdmin(TryFirst, Acting, ConfigurationAdmin):
    acts = (END,)
    tries = (TRY_END,)
    paginator = InfinitePaginator
    form = MappingForm
    change_form_outer_before_template = "console/mapping.html"
    list_before_template = "console/mapping_list.html"
    search_fields = ("odoo_code", "partner_code", "sku")
    search_help_text = gettext_lazy("A code of either side")
    list_display = (
        "odoo_code", "partner_code", "kind", "partner", "sku", "factor_shown", "in_force", "version", "since",
        "made_by",
    )  # fmt: skip
    list_select_related = ("partner",)
    list_filter = (CurrentFilter, "kind", "partner")
    ordering = ("valid_to", "kind", "odoo_code", "alias")
    nothing = gettext_lazy("Add a mapping to say which code here is which code of a partner.")

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "import": mapping_files.import_view,
            "export": mapping_files.export_view,
            "match": matching.view,
            "gaps": gaps.view,
            "many": mapping_many.view,
            "codes": choosing.view,
        }
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"mapping_{name}") for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        many = {"many": (_change_many, "many", _("Change codes"))} if mapping_files.may_map(request) else {}
        return many | super().get_actions(request)

    def has_change_permission(self, request: HttpRequest, obj: CodeMapping | None = None) -> bool:
        replaced = obj is not None and obj.valid_to is not None
        return not replaced and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: CodeMapping | None = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: CodeMapping | None = None) -> Any:
        asked = () if obj else ("odoo_has_it",)
        rows = (("kind", "partner"), ("odoo_code", "partner_code"), *asked, "alias", ("sku", "factor", "per"))
        return ((None, {"fields": rows}),)

    def get_readonly_fields(self, request: HttpRequest, obj: CodeMapping | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return (*mappings.KEY, "alias", *(["partner_code"] if obj.alias else []))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "partner":
            kwargs["queryset"] = Connection.objects.exclude(kind="odoo").defer("secrets")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        in_force = row is not None and row.valid_to is None
        context = (extra_context or {}) | {
            "buttons": self.allowed(request, self.acts) if in_force else (),
            "versions": mappings.versions(row).order_by("-valid_from", "-pk")[:SHOWN] if row else (),
        }
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except acts.NotAllowed as refusal:
            messages.error(request, said.refusal(refusal))
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        new = mappings.add(
            obj.partner,
            obj.kind,
            obj.odoo_code,
            obj.partner_code,
            factor=obj.factor,
            per=obj.per,
            sku=obj.sku,
            alias=obj.alias,
            odoo_has_it=form.cleaned_data.get("odoo_has_it", False),
            actor=actor(request),
        )
        obj.__dict__.update(new.__dict__)
        messages.info(request, str(RELEASED))

    def response_add(self, request: HttpRequest, obj: CodeMapping, post_url_continue: Any = None) -> HttpResponse:
        case = request.GET.get("case", "")
        if case.isdecimal() and ExceptionCase.objects.filter(pk=case).exists():
            messages.success(request, _("Mapping added: {mapping}.").format(mapping=obj))
            return HttpResponseRedirect(reverse("admin:integration_exceptioncase_change", args=[case]))
        return super().response_add(request, obj, post_url_continue)  # type: ignore[no-any-return]

    def response_change(self, request: HttpRequest, obj: CodeMapping) -> HttpResponse:
        messages.success(request, _("{mapping} is now version {n}.").format(mapping=obj, n=obj.version))
        return HttpResponseRedirect(reverse("admin:integration_codemapping_changelist"))

    @admin.display(description=gettext_lazy("since"), ordering="valid_from")
    def since(self, mapping: CodeMapping) -> Any:
        return mapping.valid_from

    @admin.display(description=gettext_lazy("factor"))
    def factor_shown(self, mapping: CodeMapping) -> str:
        one = quantity(mapping.factor)
        return one if mapping.per == 1 else f"{one} / {quantity(mapping.per)}"

    @admin.display(description=gettext_lazy("state"))
    def in_force(self, mapping: CodeMapping) -> SafeString:
        if mapping.valid_to:
            return badge(gettext_lazy("no longer in force"), "superseded")
        return (
            badge(gettext_lazy("alias"), "released") if mapping.alias else badge(gettext_lazy("in force"), "accepted")
        )


@admin.register(ExternalReference)
class ExternalReferenceAdmin(HistoryAdmin):
    exact = ("reference",)
    numbers = ("record_id",)
    search_help_text = gettext_lazy("The partner's number, Odoo's id")
    list_display = ("reference", "document_type", "partner", "model", "record_id", "created_at")
    list_select_related = ("partner", "erp")
    ordering = ("-id",)
    nothing = gettext_lazy("Rows appear when an order is released or a shipment is posted.")
