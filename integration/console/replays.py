"""Replays: made from the list of messages, tried first, let go with a reason, watched while they run."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integration.console import links, received, said
from integration.console.acting import LONGEST_REASON
from integration.console.base import HistoryAdmin, actor
from integration.console.language import plainly
from integration.console.reach import scoped
from integration.console.words import badge, money, plural
from integration.jobs import acts, replays
from integration.models import InboundMessage, Replay, ReplayItem, SyncJob

RIGHT, APPROVES = "integration.replay_message", "integration.approve_replay"
State, Verdict = Replay.State, ReplayItem.Verdict
SHOWN = 50  # messages on a page
TONES = {  # how a verdict is coloured: as that state is
    Verdict.NOTHING: "succeeded",
    Verdict.OURS: "running",
    Verdict.WRITES: "waiting",
    Verdict.FAILS: "failed",
    Verdict.UNSURE: "retry",
    Verdict.BUSY: "running",
}
MOVES = (State.TRYING, State.RUNNING)  # it changes while it is looked at


def _run(pk: int, round_: int, who: acts.Actor, reason: str) -> str:
    if not reason:
        raise acts.NotAllowed(_("Please say why: it is kept with the replay."))
    replay = replays.run(pk, round_, who, reason[:LONGEST_REASON])
    waits = replay.state == State.WAITING
    return _("Somebody else has to approve it.") if waits else _("It runs.")


def _approve(pk: int, round_: int, who: acts.Actor, _reason: str) -> str:
    replays.approve(pk, round_, who)
    return _("Approved: it runs.")


def _try(pk: int, round_: int, who: acts.Actor, _reason: str) -> str:
    replays.try_again(pk, round_, who)
    return _("It is tried again.")


def _cancel(pk: int, _round: int, who: acts.Actor, _reason: str) -> str:
    jobs = plural(replays.cancel(pk, who), "job")
    return _("Cancelled, and with it %(jobs)s that nobody had begun.") % {"jobs": jobs}


ACTS: Mapping[str, tuple[str, Callable[[int, int, acts.Actor, str], str]]] = {  # by name: the right, and what it does
    "run": (RIGHT, _run),
    "approve": (APPROVES, _approve),
    "try": (RIGHT, _try),
    "cancel": (RIGHT, _cancel),
}


def make(request: HttpRequest, rows: QuerySet[InboundMessage], words: str) -> HttpResponseBase:
    """Makes a replay and leads to it; back to the list with what stands against it."""
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    try:
        return HttpResponseRedirect(links.page(replays.make(rows, words, actor(request))))
    except acts.NotAllowed as refusal:
        messages.warning(request, said.below(refusal))
        return HttpResponseRedirect(f"{links.listing(InboundMessage)}?{request.GET.urlencode()}")


def named(request: HttpRequest) -> HttpResponseBase:
    """The messages of a form, such as a message's or a job's own page has. POST only."""
    ids = [int(pk) for pk in request.POST.getlist("message")[:SHOWN] if pk.isdecimal() and len(pk) < 19]
    if request.method != "POST":
        return _post_only()
    return make(request, *chosen(scoped(request, InboundMessage.objects.filter(pk__in=ids))))


def chosen(rows: QuerySet[InboundMessage]) -> tuple[QuerySet[InboundMessage], str]:
    """These rows, and what to call them."""
    first = [str(row) for row in rows.defer("body")[:4]]
    return rows, ", ".join(first[:3]) + (" ..." if len(first) > 3 else "")


def matching(request: HttpRequest) -> HttpResponseBase:
    """All that the list shows by the filters of the address. POST only."""
    if request.method != "POST":
        return _post_only()
    page = admin.site.get_model_admin(InboundMessage)
    if not page.has_view_permission(request) or not request.user.has_perm(RIGHT):
        raise PermissionDenied
    try:
        shown = page.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return HttpResponseRedirect(links.listing(InboundMessage))
    with plainly():  # it is kept with the replay
        words = received.words(request, shown)
    return make(request, shown.queryset.select_related(None), words)


def _post_only() -> HttpResponseBase:
    return HttpResponse(_("This page takes the buttons of the console only."), status=405)


@admin.register(Replay)
class ReplayAdmin(HistoryAdmin):
    numbers = ("pk",)
    search_help_text = gettext_lazy("The number of a replay")
    list_display = ("what", "state_badge", "size", "made_by_name", "made_at", "worth", "approved_by_name", "reason")
    list_display_links = ("what",)
    list_filter = ("state",)
    exclude = ("digest", "warehouses")
    nothing = gettext_lazy(
        "Choose messages under Received, and have them tried: what a replay would do is shown before it is done."
    )

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, Any, str]] = [
            ("<int:pk>/act/<slug:act>/", self.act_view, "replay_act"),
            ("<int:pk>/live/", self.live_view, "replay_live"),
            ("matching/", matching, "replay_matching"),
            ("messages/", named, "replay_messages"),
        ]
        own = [path(at, self.admin_site.admin_view(view), name=name) for at, view, name in pages]
        return [*own, *super().get_urls()]

    @admin.display(description=gettext_lazy("replay"))
    def what(self, replay: Replay) -> str:
        return said.chosen(replay.chosen)

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, replay: Replay) -> SafeString:
        return badge(replay.get_state_display(), replay.state)

    @admin.display(description=gettext_lazy("at stake"))
    def worth(self, replay: Replay) -> str:
        return amounts(replay.stakes) or "-"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        replay = self.get_object(request, object_id)
        if replay is None or not self.has_view_permission(request, replay):
            plain: HttpResponseBase = super().change_view(request, object_id, form_url, extra_context)
            return plain
        context = self.admin_site.each_context(request) | {"title": said.row(replay), "opts": self.opts}
        return TemplateResponse(request, "console/replay.html", context | shown(request, replay))

    def live_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The inner part of the page, which the page fetches again by itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        replay = get_object_or_404(self.get_queryset(request), pk=pk)
        return TemplateResponse(request, "console/replay_part.html", shown(request, replay))

    def act_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
        """One button of a replay's page. A link, such as the login follows, leads to the page."""
        replay = self.get_queryset(request).filter(pk=pk).first() if self.has_view_permission(request) else None
        if replay is not None and request.method == "GET":
            return HttpResponseRedirect(links.page(replay))
        if replay is None or act not in ACTS or request.method != "POST":
            return _post_only()
        right, do = ACTS[act]
        if not request.user.has_perm(right):
            raise PermissionDenied
        round_, reason = request.POST.get("round", ""), request.POST.get("reason", "").strip()
        try:
            messages.success(request, do(pk, int(round_) if round_.isdecimal() else 0, actor(request), reason))
        except acts.NotAllowed as refusal:
            messages.warning(request, said.below(refusal))
        return HttpResponseRedirect(links.page(replay))


@admin.register(ReplayItem)
class ReplayItemAdmin(HistoryAdmin):
    numbers = ("replay", "message")
    search_help_text = gettext_lazy("The number of a replay or of a message")
    list_display = ("message_page", "replay_page", "verdict_badge", "code", "state", "job_page", "noted")
    list_display_links = None
    list_select_related = ("replay", "message", "job")
    nothing = gettext_lazy("Each message of a replay is a row here, with what working on it again would do.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReplayItem]:
        return super().get_queryset(request).defer("message__body")

    @admin.display(description=gettext_lazy("message"))
    def message_page(self, item: ReplayItem) -> SafeString | str:
        return links.link(item.message)

    @admin.display(description=gettext_lazy("replay"))
    def replay_page(self, item: ReplayItem) -> SafeString | str:
        return links.link(item.replay, item.replay_id)

    @admin.display(description=gettext_lazy("would do"))
    def verdict_badge(self, item: ReplayItem) -> SafeString:
        return badge(item.get_verdict_display(), TONES.get(Verdict(item.verdict), ""))

    @admin.display(description=gettext_lazy("job"))
    def job_page(self, item: ReplayItem) -> SafeString | str:
        return links.link(item.job)

    @admin.display(description=gettext_lazy("note"))
    def noted(self, item: ReplayItem) -> str:
        return said.note(item.note)


def amounts(stakes: Mapping[str, str]) -> str:
    return ", ".join(money(Decimal(amount), currency) for currency, amount in stakes.items())


def progress(replay: Replay) -> list[tuple[str, int]]:
    """How far its messages are, in words."""
    names = {**dict(ReplayItem.State.choices), **dict(SyncJob.State.choices)}
    return [(_(str(names.get(name, name))), count) for name, count in sorted(replays.progress(replay).items())]


def shown(request: HttpRequest, replay: Replay) -> dict[str, Any]:
    """What the page of a replay has."""
    verdicts = replays.verdicts(replay)
    mine, wanted = replay.made_by_id == request.user.pk, request.GET.get("verdict", "")
    page, rows, more = _page(request, replay, wanted)
    stopped = _stopped(rows)
    may_run, may_approve = request.user.has_perm(RIGHT), request.user.has_perm(APPROVES)
    harmless = sum(verdicts.get(verdict, 0) for verdict in replays.HARMLESS)
    return {
        "replay": replay,
        "moves": replay.state in MOVES,
        "verdicts": [(_label(each), TONES.get(each, ""), verdicts[each]) for each in Verdict if verdicts.get(each)],
        "told": replay.size - verdicts.get(Verdict.UNTRIED, 0),
        "progress": progress(replay) if replay.asked_at else (),
        "changes": replay.size > harmless,
        "stakes": amounts(replay.stakes),
        "limit": settings.REPLAY_APPROVAL_ABOVE,
        "needs_approval": replays.needs_approval(replay),
        "may_run": may_run and mine and replay.state == State.READY,
        "may_approve": may_approve and not mine and replay.state == State.WAITING,
        "may_try": may_run and replay.state in (State.READY, State.WAITING),
        "may_cancel": may_run and replay.state in Replay.OPEN,
        "longest": LONGEST_REASON,
        "items": [(item, TONES.get(Verdict(item.verdict), ""), stopped.get(item.message_id)) for item in rows],
        "verdict": wanted,
        "page": page,
        "more": more,
        "live": f"{reverse('admin:replay_live', args=[replay.pk])}?{request.GET.urlencode()}",
    }


def _stopped(items: list[ReplayItem]) -> dict[int, SyncJob]:
    """By message that nobody has worked on again yet: its latest job, where that stopped or has to be tried again."""
    untouched = [item.message_id for item in items if item.job_id is None]
    jobs = SyncJob.objects.filter(inbound__in=untouched).order_by("inbound_id", "-id").distinct("inbound_id")
    return {job.inbound_id: job for job in jobs if job.failure_code and job.state in replays.WAITS}  # type: ignore[misc]


def _label(verdict: ReplayItem.Verdict) -> dict[str, str]:
    return {"value": verdict.value, "label": _(str(verdict.label))}


def _page(request: HttpRequest, replay: Replay, verdict: str) -> tuple[int, list[ReplayItem], bool]:
    """The number of the page, its messages, and whether there are more."""
    number = request.GET.get("p", "1")
    page = max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1
    items = replay.items.filter(verdict=verdict) if verdict in Verdict.values and verdict else replay.items.all()
    items = items.select_related("message__document", "job").defer("message__body").order_by("pk")
    rows = list(items[(page - 1) * SHOWN : page * SHOWN + 1])
    return page, rows[:SHOWN], len(rows) > SHOWN
