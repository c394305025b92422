"""Flows in shadow: how well they agree with people, what stands against going live, and the steps that go there."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from integration.console import links
from integration.console.acting import Act, ActingAdmin
from integration.console.words import badge, whole
from integration.jobs import acts, baseline, going_live
from integration.models import Mode, Rollout, ShadowDocument
from integration.reports.readiness import SORTS
from integration.rules.rollout import Against

Taking, Outcome, Judged = Rollout.Taking, ShadowDocument.Outcome, ShadowDocument.Judged
LIVE, IN_SPITE, JUDGES = "integration.go_live", "integration.go_live_in_spite", "integration.judge_shadow"
WHY: dict[str, StrOrPromise] = {
    Against.FEW: _("Too few documents are compared: {number} of {needed}."),
    Against.SHARE: _("Too little of it is right: {number} % of {needed} %."),
    Against.CASES: _("Open cases block it: {number}."),
    Against.UNKEYED: _("Too much is keyed by nobody yet: {number} documents."),
    Against.READINESS: _("The two sides do not know the same: {number} mismatches."),
}
FIGURES: dict[str, StrOrPromise] = {
    "compared": _("Compared"),
    "agrees": _("Agree"),
    "unjudged": _("Differ, and nobody has judged it"),
    "human": _("Differ: the human was wrong"),
    "ours": _("Differ: we were wrong"),
    "stops": _("Agree, but would have stopped at a person"),
    "waiting": _("Wait for people to key them"),
    "unkeyed": _("Keyed by nobody yet"),
    "cases": _("Open cases that block it"),
}
WEEKS = 12  # that the page shows
TAKEN = ShadowDocument.Decision.TAKEN
TONES = {Outcome.AGREES: "succeeded", Outcome.DIFFERS: "failed", Outcome.UNKEYED: "retry"}


def _live(pk: int, actor: acts.Actor, reason: str, *, in_spite: bool) -> str:
    done = going_live.go_live(pk, actor, reason, in_spite=in_spite)
    return gettext("It is live.") if done else gettext("Somebody else has to approve it.")


def _judge(pk: int, actor: acts.Actor, reason: str, *, judged: str) -> str:
    going_live.judge(pk, actor, reason, judged=judged)
    return ""


GO = Act("live", _("Go live"), partial(_live, in_spite=False), _("gone live"), _("Why now?"), right=LIVE)
SPITE = Act(
    "spite", _("Go live in spite of it"), partial(_live, in_spite=True), _("gone live"),
    _("Why does it go live though it is not ready?"), grave=True, right=IN_SPITE,
)  # fmt: skip
LOOK = Act("look", _("Look at open documents"), going_live.look, _("being looked at"), right=LIVE)
TAKE = Act(
    "take", _("Take over open documents"), going_live.take_over, _("being taken over"),
    _("Have you looked at what it would do?"), grave=True, right=LIVE,
)  # fmt: skip
HUMAN = Act(
    "human", _("The human was wrong"), partial(_judge, judged=Judged.HUMAN), _("judged"), _("What was wrong?"),
    right=JUDGES,
)  # fmt: skip
OURS = Act(
    "ours", _("We were wrong"), partial(_judge, judged=Judged.OURS), _("judged"), _("What was wrong?"), right=JUDGES
)


@admin.register(Rollout)
class RolloutAdmin(ActingAdmin):
    search_fields = ("warehouse__name",)
    list_display = ("flow_name", "warehouse", "mode", "verdict", "compared", "agreement_share", "counted_at")
    list_display_links = ("flow_name",)
    list_select_related = ("warehouse",)
    list_filter = ("flow", "go")
    exclude = ("agreement", "against", "readiness", "keyed", "open_ones", "taking", "go")
    change_form_outer_before_template = "console/rollout_panel.html"
    nothing = _("A row appears when a flow of a warehouse is put in shadow, on the page of the warehouse.")

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integration.view_rollout")

    def acts_for(self, row: Model | None) -> list[Act]:
        if not isinstance(row, Rollout):
            return []
        live = row.warehouse.in_force(row.flow) == Mode.LIVE
        looks = [] if going_live.is_at_work(row) else [LOOK]
        if live:
            return [*looks, *([TAKE] if row.taking == Taking.LOOKED else [])]
        return [GO if row.go else SPITE, *looks]

    def shown(self, row: Any) -> str:
        return " ".join(verdicts(row)) or gettext("go")

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        context = extra_context or {}
        if row is not None:
            context |= {
                "buttons": self.allowed(request, self.acts_for(row)),
                "badge": self.verdict(row),
                "against": verdicts(row),
                "figures": list(figures(row)),
                "open_ones": list(open_ones(row)),
                "readiness": list(unready(row)),
                "report": reverse("admin:report", args=["readiness"]) + f"?warehouse={row.warehouse_id}",
                "usual": baseline.baseline(row),
                "weeks": baseline.weeks(row)[:WEEKS],
                "documents": links.listing(ShadowDocument, warehouse__id__exact=row.warehouse_id, flow__exact=row.flow),
            }
        return super().changeform_view(request, object_id, form_url, context)

    @admin.display(description=_("flow"), ordering="flow")
    def flow_name(self, row: Rollout) -> str:
        return gettext(row.get_flow_display())

    @admin.display(description=_("mode"))
    def mode(self, row: Rollout) -> SafeString:
        mode = row.warehouse.in_force(row.flow)
        return badge(gettext(str(mode.label)), mode)

    @admin.display(description=_("may it go live?"))
    def verdict(self, row: Rollout) -> SafeString:
        return badge(gettext("go"), "succeeded") if row.go else badge(gettext("no go"), "failed")

    @admin.display(description=_("compared"))
    def compared(self, row: Rollout) -> str:
        return whole(row.agreement.get("compared", 0))

    @admin.display(description=_("agree"))
    def agreement_share(self, row: Rollout) -> str:
        share = row.agreement.get("share")
        return f"{share} %" if share is not None else "-"


class OutcomeFilter(admin.SimpleListFilter):
    """What was taken over waits for nobody."""

    title = _("outcome")
    parameter_name = "outcome__exact"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> Any:
        return [(each.value, each.label) for each in (*Outcome, TAKEN)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        chosen, pending = self.value(), Q(outcome__in=ShadowDocument.PENDING)
        if not chosen:
            return queryset
        return (
            queryset.filter(pending, decision=TAKEN)
            if chosen == TAKEN
            else queryset.filter(~pending | ~Q(decision=TAKEN), outcome=chosen)
        )


@admin.register(ShadowDocument)
class ShadowDocumentAdmin(ActingAdmin):
    acts = (HUMAN, OURS)
    exact = ("reference",)
    search_help_text = _("Number of the document, in full")
    list_display = (
        "reference",
        "flow_name",
        "warehouse",
        "outcome_badge",
        "apart",
        "judged_name",
        "told_at",
        "keyed_at",
    )
    list_display_links = ("reference",)
    list_select_related = ("warehouse",)
    list_filter = (OutcomeFilter, "judged", "flow", "warehouse")
    exclude = ("wanted", "keyed", "differences", "key")
    change_form_outer_before_template = "console/shadow_panel.html"
    nothing = _("A row appears for each document that a flow in shadow has worked on.")

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(JUDGES)

    def acts_for(self, row: Model | None) -> Sequence[Act]:
        return self.acts if isinstance(row, ShadowDocument) and row.outcome == Outcome.DIFFERS else ()

    def shown(self, row: Any) -> str:
        return said(row)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        context = extra_context or {}
        if row is not None:
            context |= {
                "buttons": self.allowed(request, self.acts_for(row)),
                "badge": self.outcome_badge(row),
                "apart": row.differences,
                "wanted": [line for told in row.wanted.values() for line in told["lines"]],
                "keyed": row.keyed.get("lines", ()),
            }
        return super().changeform_view(request, object_id, form_url, context)

    @admin.display(description=_("flow"), ordering="flow")
    def flow_name(self, row: ShadowDocument) -> str:
        return gettext(row.get_flow_display())

    @admin.display(description=_("outcome"))
    def outcome_badge(self, row: ShadowDocument) -> SafeString:
        if row.is_taken_over:
            return badge(gettext(str(TAKEN.label)), "succeeded")
        return badge(gettext(row.get_outcome_display()), TONES.get(Outcome(row.outcome), "cancelled"))

    @admin.display(description=_("differs in"))
    def apart(self, row: ShadowDocument) -> str:
        return said(row) or "-"

    @admin.display(description=_("judged"))
    def judged_name(self, row: ShadowDocument) -> str:
        return gettext(row.get_judged_display()) if row.judged else "-"


def said(row: ShadowDocument) -> str:
    """As in: CRATE-S: 3, keyed 2."""
    sentence = gettext("{what}: {ours}, keyed {theirs}")
    parts = [sentence.format(what=what, ours=ours, theirs=theirs or "-") for what, ours, theirs in row.differences[:3]]
    return "; ".join(parts)


def verdicts(row: Rollout) -> list[str]:
    """Why it is no go, in sentences."""
    needed = row.agreement.get("needs", {})
    return [str(WHY[why]).format(number=number, needed=needed.get(why, "-")) for why, number in row.against]


def figures(row: Rollout) -> Iterator[tuple[str, str]]:
    for name, label in FIGURES.items():
        yield str(label), whole(row.agreement.get(name, 0))


def unready(row: Rollout) -> Iterator[tuple[str, str]]:
    for kind, count in row.readiness.get("counts", {}).items():
        yield str(SORTS[kind]), whole(count)


def open_ones(row: Rollout) -> Iterator[tuple[str, str]]:
    for decision, count in sorted(row.open_ones.items()):
        yield gettext(str(ShadowDocument.Decision(decision).label)), whole(count)
