"""Rules about orders in the console, their versions, and what they decided."""

from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from integration.console import links
from integration.console.acting import Act, Acting
from integration.console.base import ConfigurationAdmin, HistoryAdmin, actor, changes, subject
from integration.console.order_rules import trying, words
from integration.console.order_rules.form import OrderRuleForm
from integration.console.tries.offer import TryAct, TryFirst
from integration.console.words import badge
from integration.jobs import acts, business, tries
from integration.jobs.tree import changelog
from integration.models import OrderDecision, OrderRule, OrderRuleVersion
from integration.rules.business.facts import FACTS


def _up(pk: int, who: acts.Actor, _reason: str) -> str:
    return _moved(business.move(pk, who, up=True))


def _down(pk: int, who: acts.Actor, _reason: str) -> str:
    return _moved(business.move(pk, who, up=False))


def _moved(moved: bool) -> str:
    return "" if moved else str(_("It stands at the end already."))


UP = Act("up", _("Move up"), _up, _("moved"))
DOWN = Act("down", _("Move down"), _down, _("moved"))

TRY_UP = TryAct("up", _("Try it one place up"), partial(tries.moved, up=True))
TRY_DOWN = TryAct("down", _("Try it one place down"), partial(tries.moved, up=False))


class KindFilter(admin.SimpleListFilter):
    title = _("what it does")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return list(words.KINDS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(OrderRule)
class OrderRuleAdmin(TryFirst, Acting, ConfigurationAdmin):
    acts = (UP, DOWN)
    tries = (TRY_UP, TRY_DOWN)
    form = OrderRuleForm
    list_before_template = "console/order_rule_list.html"
    change_form_outer_before_template = "console/order_rule_panel.html"
    change_form_after_template = "console/order_rule_help.html"
    search_fields = ("name", "condition", "note")
    list_display = ("place", "name", "does", "condition_shown", "says", "scope", "standing", "version", "moves")
    list_display_links = ("name",)
    list_filter = (KindFilter, "enabled", "warehouse")
    list_select_related = ("warehouse", "erp")
    sortable_by = ()
    nothing = _(
        "Without rules every order goes as Odoo says. Add one to hold orders, or to say where they leave from and how."
    )
    fieldsets = (
        (None, {"fields": (("kind", "enabled"), "name", "condition")}),
        (_("If it holds the order"), {"fields": (("why", "ask"),)}),
        (_("If it says how it is shipped"), {"fields": (("carrier", "service", "account"), ("packing", "labels"))}),
        (_("If it says how soon"), {"fields": ("priority",)}),
        (_("If it says where it leaves from"), {"fields": ("warehouses", ("stock", "split"))}),
        (_("If it says what becomes of the rest"), {"fields": (("backorder", "substitutes"),)}),
        (
            _("If it puts it into a wave"),
            {"fields": ("times", "before_cutoff", ("size", "minutes"), "urgent_from")},
        ),
        (_("If it says who of a wave comes first"), {"fields": ("rank",)}),
        (_("Where and when"), {"fields": (("erp", "warehouse"), "active_from", "active_to", "note")}),
    )

    def get_urls(self) -> list[URLPattern]:
        page = path("try/", self.admin_site.admin_view(trying.view), name="order_rules_try")
        return [page, *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Decisions name it: it is switched off."""
        return False

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        context = (extra_context or {}) | {
            "facts": [(fact, words.TYPES[fact.type], _(fact.says)) for fact in FACTS],
            "examples": words.EXAMPLES,
            "buttons": self.allowed(request, self.acts) if row else (),
            "versions": _versions(row) if row else (),
        }
        return super().changeform_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: OrderRule, form: Any, change: bool) -> None:
        with transaction.atomic():
            before = changelog.taken(obj)
            business.keep(obj, actor(request))
            self._keep(request, obj, before, changelog.taken(obj), {})
            acts.note(actor(request), "changed" if change else "added", subject(obj), **changes(form))

    def act_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
        """Where a rule stands is seen in the list."""
        answer = super().act_view(request, pk, act)
        return HttpResponseRedirect(links.listing(OrderRule)) if answer.status_code == HTTPStatus.FOUND else answer

    @admin.display(description=_("place"))
    def place(self, rule: OrderRule) -> int:
        return rule.position

    @admin.display(description=_("what it does"))
    def does(self, rule: OrderRule) -> str:
        return words.kind(rule.kind)

    @admin.display(description=_("Counts if"))
    def condition_shown(self, rule: OrderRule) -> SafeString:
        return format_html('<code class="cd-condition">{}</code>', rule.condition)

    @admin.display(description=_("says"))
    def says(self, rule: OrderRule) -> str:
        return words.says(rule.outcome)

    @admin.display(description=_("for"))
    def scope(self, rule: OrderRule) -> str:
        named = (rule.erp and rule.erp.name, rule.warehouse and rule.warehouse.name)
        return ", ".join(name for name in named if name) or str(_("everything"))

    @admin.display(description=_("state"))
    def standing(self, rule: OrderRule) -> SafeString:
        if not rule.enabled:
            return badge(_("switched off"), "cancelled")
        if rule.active_to and rule.active_to <= now():
            return badge(_("over"), "cancelled")
        if rule.active_from and rule.active_from > now():
            return badge(_("not yet"), "waiting")
        return badge(_("in force"), "succeeded")

    @admin.display(description=_("order"))
    def moves(self, rule: OrderRule) -> SafeString:
        """Buttons of the list's own form."""
        named = [(UP, "↑"), (DOWN, "↓")]
        address = "admin:integration_orderrule_act"
        buttons = [(reverse(address, args=[rule.pk, act.name]), act.label, rule.name, sign) for act, sign in named]
        html = '<button class="cd-button" formmethod="post" formaction="{}" aria-label="{}: {}">{}</button>'
        return format_html("{}{}", *(format_html(html, *button) for button in buttons))


def _versions(rule: OrderRule) -> list[OrderRuleVersion]:
    return list(OrderRuleVersion.objects.filter(rule=rule)[:20])


@admin.register(OrderRuleVersion)
class OrderRuleVersionAdmin(HistoryAdmin):
    exact = ("rule__name",)
    search_help_text = _("The whole name of a rule")
    list_display = ("rule", "version", "condition_shown", "says", "actor", "made_at")
    list_display_links = ("version",)
    list_select_related = ("rule",)
    ordering = ("-id",)
    nothing = _("Each edit of a rule about orders leaves a row here.")

    @admin.display(description=_("Counts if"))
    def condition_shown(self, row: OrderRuleVersion) -> SafeString:
        return format_html('<code class="cd-condition">{}</code>', row.said.get("condition", ""))

    @admin.display(description=_("says"))
    def says(self, row: OrderRuleVersion) -> str:
        return words.says(row.said.get("outcome", {}))


@admin.register(OrderDecision)
class OrderDecisionAdmin(HistoryAdmin):
    exact = ("document__reference", "release")
    search_help_text = _("Order or delivery number")
    list_display = ("document_page", "release", "does", "rules", "asked", "last_at", "times")
    list_display_links = ("release",)
    list_select_related = ("document",)
    list_filter = (KindFilter,)
    ordering = ("-id",)
    nothing = _("What rules said about orders leaves a row here.")

    @admin.display(description=_("order"))
    def document_page(self, row: OrderDecision) -> SafeString | str:
        return links.document_link(row.document)

    @admin.display(description=_("what it does"))
    def does(self, row: OrderDecision) -> str:
        return words.kind(row.kind)

    @admin.display(description=_("matched"))
    def rules(self, row: OrderDecision) -> str:
        return ", ".join(f"{each['name']} {each['version']}" for each in [*row.matched, *row.unasked]) or "-"
