"""Connections, whose secrets are written and never read, their gates, and warehouses."""

from base64 import b64decode
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
)

from integration.canonical.master import KINDS
from integration.console import said
from integration.console.acting import Act, Acting
from integration.console.base import ConfigurationAdmin, HistoryAdmin
from integration.console.connection_health import health, key_ends, state
from integration.console.reach import limit, scoped
from integration.console.words import ago, badge, plural
from integration.jobs import acts, connections, environment, rotations, shapes, switching, warehouses
from integration.jobs.acts import NotAllowed
from integration.models import Connection, ConnectionGate, Place, RemoteSlot, SyncJob, Warehouse

SECRETS = {  # kind of connection: the secrets that it works with
    "odoo": {"key": _("API key or password"), "hint_token": _("Token of the address for Odoo's hints")},
    "http_json": {
        "token": _("Token that we send"),
        "signing": _("Signing secret"),
        "signing_previous": _("Signing secret before the last change"),
    },
}
MANY = [f"{kind}s" for kind in KINDS]
ELSEWHERE = frozenset({"base_url", "environment", "options"})  # which system it is
LIMITS = frozenset({"calls_per_second", "max_concurrency"})  # that work may have waited for
PREFIX = "secret_"
MAKES_KEYS = 19  # from this Odoo on it makes keys for a program
SIGNING_PREFIX = "whsec_"
SHORTEST_SIGNING_BYTES = 24  # as Standard Webhooks asks for


def signing_secret(text: str) -> None:
    """Raises ValidationError for what no signature can be made with, and for what can be guessed."""
    try:
        key = b64decode(text.removeprefix(SIGNING_PREFIX), validate=True)
    except ValueError:
        raise ValidationError(_("It is {prefix} and base64.").format(prefix=SIGNING_PREFIX)) from None
    if len(key) < SHORTEST_SIGNING_BYTES:
        raise ValidationError(
            _("It is too short: take {n} random bytes or more, in base64.").format(n=SHORTEST_SIGNING_BYTES)
        )


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Entering a secret replaces it; leaving its field empty keeps it."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(kind, kind) for kind in SECRETS], widget=UnfoldAdminSelectWidget
    )

    master_kinds = forms.MultipleChoiceField(
        label=_("Master data it is told"),
        choices=[(kind, _(name)) for kind, name in zip(KINDS, MANY, strict=True)],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
    )

    class Meta:
        model = Connection
        exclude = ("secrets",)  # noqa: DJ006  (the list of fields is in the page's fieldsets)

    def save(self, commit: bool = True) -> Connection:
        entered = {name.removeprefix(PREFIX): value for name, value in self.cleaned_data.items() if name in self.secret}
        self.instance.secrets = self.instance.secrets | {name: value for name, value in entered.items() if value}
        saved: Connection = super().save(commit)
        return saved

    @property
    def secret(self) -> list[str]:
        return [name for name in self.fields if name.startswith(PREFIX)]


class ConnectionList(ChangeList):  # type: ignore[misc]
    """Counts what waits for the connections of the page with one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        held = scoped(request, SyncJob.objects.filter(waits_for__in=rows)).order_by().values_list("waits_for")
        waiting = dict(held.annotate(Count("pk")))
        for row in rows:
            row.waiting = waiting.get(row.pk, 0)
        self.result_list: list[Any] = rows


def form_for(connection: Connection, *, secrets: bool) -> type[ConnectionForm]:
    """The form of a connection, whose kind stays as it is; with a field for each of its secrets."""
    fields = {
        f"{PREFIX}{name}": forms.CharField(
            label=label,
            required=False,
            widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
            validators=[signing_secret] if name.startswith("signing") else [],
            help_text=_("Set. Leave empty to keep it.") if connection.secrets.get(name) else _("Not set."),
        )
        for name, label in SECRETS.get(connection.kind, {}).items()
        if secrets
    }
    return type("FilledConnectionForm", (ConnectionForm,), {**fields, "kind": None})


def _pause(pk: int, actor: acts.Actor, reason: str) -> str:
    connections.pause(pk, actor, reason)
    return str(_("Its work waits; what it sends is still taken."))


def _resume(pk: int, actor: acts.Actor, _reason: str) -> str:
    connections.resume(pk, actor)
    return str(_("What waits goes on by itself."))


def _test(pk: int, actor: acts.Actor, _reason: str) -> str:
    connections.ask_for_test(pk, actor)
    return str(_("Come back in a moment: the result stands on its page."))


def _exchange(pk: int, actor: acts.Actor, _reason: str) -> str:
    rotations.ask_for_key(pk, actor)
    return str(_("Odoo is asked for a new key; how far it is stands under Key rotations."))


EXCHANGE = Act("exchange", _("Exchange key"), _exchange, _("is getting a new key"), right="integration.change_secrets")
TEST = Act("test", _("Test now"), _test, _("is being tested"))
PAUSE = Act("pause", _("Pause"), _pause, _("paused"), _("Why is nothing to be sent to it, or asked of it?"), grave=True)
RESUME = Act("resume", _("Resume"), _resume, _("resumed"))


@admin.register(Connection)
class ConnectionAdmin(Acting, ConfigurationAdmin):
    acts = (TEST, PAUSE, RESUME, EXCHANGE)
    form = ConnectionForm
    change_form_outer_before_template = "console/connection_panel.html"
    search_fields = ("slug", "name", "base_url")
    list_display = ("name", "slug", "kind", "environment_badge", "state", "waiting", "key", "probed")
    list_filter = ("kind", "environment", "enabled")
    list_select_related = ("gate",)
    readonly_fields = ("profile", "probed_at")
    prepopulated_fields = {"slug": ("name",)}
    nothing = _("Connect an Odoo database and a warehouse with `manage.py connect`.")
    main = ("name", "slug", "kind", "base_url", "environment", "four_eyes", "options")
    told = ("master_kinds", "same_codes")
    limits = ("connect_timeout", "read_timeout", "settle_seconds", "max_concurrency", "calls_per_second",
              "acknowledge_seconds")  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        connections: QuerySet[Connection] = super().get_queryset(request)
        return connections.defer("secrets")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Connection | None = None) -> dict[str, Any]:
        return {} if obj else dict(self.prepopulated_fields)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None and self.has_change_permission(request, obj):
            kwargs["form"] = form_for(obj, secrets=self.may_enter_secrets(request, obj))
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        secrets = [f"{PREFIX}{name}" for name in SECRETS.get(obj.kind, {})] if obj else []
        return [
            (None, {"fields": self.main}),
            *([(_("Secrets"), {"fields": secrets})] if secrets and self.may_enter_secrets(request, obj) else []),
            *([(_("Master data"), {"fields": self.told})] if obj and obj.kind != "odoo" else []),
            (_("Limits"), {"fields": self.limits}),
            (_("Drift"), {"fields": ("drift_policy",)}),
            *([(_("Last check"), {"fields": self.readonly_fields})] if obj and limit(request) is None else []),
        ]

    def may_enter_secrets(self, request: HttpRequest, obj: Connection | None) -> bool:
        changes: bool = self.has_change_permission(request, obj)
        return changes and request.user.has_perm("integration.change_secrets")

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        """Where our credentials go is changed by who may enter them."""
        if obj is None:
            return self.readonly_fields
        kept = () if self.may_enter_secrets(request, obj) else ("base_url", "options")
        return (*self.readonly_fields, "kind", *kept)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and LIMITS.intersection(form.changed_data):
            transaction.on_commit(partial(switching.let_go, obj))
        if change and ELSEWHERE.intersection(form.changed_data) and environment.differences():
            told = _("It is not what was confirmed: nothing is sent anywhere until somebody confirms it.")
            messages.warning(request, told)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConnectionList]:
        return ConnectionList

    def acts_for(self, row: Model | None) -> list[Act]:
        paused = isinstance(row, Connection) and not row.enabled
        makes = isinstance(row, Connection) and row.kind == "odoo" and shapes.version_of(row) >= MAKES_KEYS
        return [TEST, RESUME if paused else PAUSE, *([EXCHANGE] if makes else [])]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = extra_context or {}
        row = self.get_object(request, object_id) if object_id else None
        if row is not None:
            active = scoped(request, SyncJob.objects.filter(state__in=SyncJob.ACTIVE))
            context |= health(row, active) | {"buttons": self.allowed(request, self.acts_for(row))}
        return super().changeform_view(request, object_id, form_url, context)

    @admin.display(description=_("environment"))
    def environment_badge(self, connection: Connection) -> SafeString:
        return badge(_(connection.environment), connection.environment)

    @admin.display(description=_("state"))
    def state(self, connection: Connection) -> SafeString:
        return state(connection)

    @admin.display(description=_("work that waits for it"))
    def waiting(self, connection: Any) -> str:
        return plural(connection.waiting, "job") if connection.waiting else "-"

    @admin.display(description=_("key"))
    def key(self, connection: Connection) -> SafeString | str:
        return key_ends(connection)

    @admin.display(description=_("checked"))
    def probed(self, connection: Connection) -> str:
        return ago(datetime.now(UTC) - connection.probed_at) if connection.probed_at else str(_("never"))


@admin.register(ConnectionGate)
class ConnectionGateAdmin(HistoryAdmin):
    list_display = ("connection", "breaker", "failures", "opened_at", "probe_at", "last_success_at", "last_failure")
    list_filter = ("breaker",)
    list_select_related = ("connection",)
    search_fields = ("connection__slug", "connection__name")
    nothing = _("A row appears with the first call of a connection.")


@admin.register(RemoteSlot)
class RemoteSlotAdmin(HistoryAdmin):
    list_display = ("connection", "number", "leased_until")
    list_select_related = ("connection",)
    search_fields = ("connection__slug", "connection__name")
    exclude = ("token",)
    ordering = ("connection", "number")
    nothing = _("A row appears with the first call of a connection.")


class WarehouseForm(forms.ModelForm):  # type: ignore[type-arg]
    """What was in shadow goes live when it is ready."""

    class Meta:
        labels = {"erp": _("Odoo"), "wms": _("The warehouse's system"), "erp_warehouse_id": _("Warehouse id")}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors or self.instance.pk is None:
            return
        try:
            warehouses.check(Warehouse.objects.filter(pk=self.instance.pk).first(), self.instance)
        except NotAllowed as refused:
            self.add_error(None, said.below(refused))


@admin.register(Warehouse)
class WarehouseAdmin(ConfigurationAdmin):
    form = WarehouseForm
    search_fields = ("name", "site", "owner_code")
    list_display = ("name", "erp", "erp_warehouse_id", "wms", "site", "release", "shipment", "release_point")
    list_select_related = ("erp", "wms")
    list_filter = ("release_mode", "shipment_mode")
    nothing = _("Add a warehouse to say which warehouse of Odoo is which site of a partner.")
    fieldsets = (
        (None, {"fields": ("name",)}),
        (_("In Odoo"), {"fields": ("erp", ("company_id", "erp_warehouse_id"))}),
        (_("At the partner"), {"fields": ("wms", ("site", "owner_code"), "time_zone", ("days_off", "reconcile_at"))}),
        (
            _("Flows"),
            {
                "fields": (
                    ("release_mode", "release_point"),
                    "release_from",
                    ("shipment_mode", "remainder"),
                    "shipment_from",
                    "notify_customer",
                )
            },
        ),
        (_("After the release"), {"fields": ("progress_notes", ("freight_policy", "foreign_freight"))}),
        (
            _("More flows"),
            {
                "fields": (
                    ("receipt_mode", "receipt_remainder"),
                    "receipt_from",
                    "return_mode",
                    "return_from",
                    "transfer_mode",
                    "transfer_from",
                    "inventory_mode",
                    "inventory_from",
                )
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            warehouses.changed(obj)

    @admin.display(description=_("releases"))
    def release(self, warehouse: Warehouse) -> SafeString:
        return badge(warehouse.get_release_mode_display(), warehouse.release_mode)

    @admin.display(description=_("shipments"))
    def shipment(self, warehouse: Warehouse) -> SafeString:
        return badge(warehouse.get_shipment_mode_display(), warehouse.shipment_mode)


@admin.register(Place)
class PlaceAdmin(ConfigurationAdmin):
    list_display = ("warehouse", "condition", "partner_location", "erp_location", "erp_location_id")
    list_display_links = ("warehouse", "condition")
    list_select_related = ("warehouse",)
    list_filter = ("condition", "warehouse")
    search_fields = ("partner_location", "erp_location")
    nothing = _("Add a place to say where in Odoo damaged or held goods lie; good ones lie in the stock location.")

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            warehouses.placed()
