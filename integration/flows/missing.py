"""Asks a warehouse for what it told, or must have told, and what is not here."""

from functools import partial

from integration.adapters.base import Asked, WmsAdapter
from integration.jobs import configuration, inbox
from integration.jobs import missing as gaps
from integration.jobs.remote import open_wms
from integration.jobs.work import Outcome, Work
from integration.models import Connection, Document

PAGES = 1000  # of messages about one document or stretch
GAPS = 100  # in one go; the others follow


def fetch(work: Work) -> Outcome:
    """The stretches of its count that did not come; or all about one document that a person asks for."""
    partner = configuration.connection(work.job.payload["connection"])
    if about := work.job.payload.get("about"):
        with open_wms(partner, work) as wms:
            return Outcome(f"{take(partner, wms, Asked(about=about))} messages fetched")
    wanted = list(gaps.due(partner).order_by("first")[:GAPS])
    with open_wms(partner, work) as wms:
        came = sum(take(partner, wms, Asked(first=gap.first, last=gap.last or gap.first)) for gap in wanted)
    return Outcome(f"{came} messages fetched", partial(gaps.asked, partner, wanted))


def compare(work: Work) -> Outcome:
    """What it says of its documents, and what is here of them. A second look has the documents of the first one."""
    partner = configuration.connection(work.job.payload["connection"])
    documents, came, after = 0, 0, ""
    silent: list[Document] = []
    with open_wms(partner, work) as wms:
        for _ in range(PAGES):
            page = wms.fetch_states(after)
            for state in gaps.untold(partner, page.states):
                came += take(partner, wms, Asked(about=state.reference))
            silent += gaps.silent(partner, page.states)
            documents, after = documents + len(page.states), page.following
            if not after:
                break
    tell = partial(gaps.tell_silent, partner, silent, work.job.payload.get("silent"))
    return Outcome(f"{documents} documents, {came} messages fetched", tell)


def take(partner: Connection, wms: WmsAdapter, asked: Asked) -> int:
    """How many of them were not here."""
    after, came = "", 0
    for _ in range(PAGES):
        page = wms.fetch_events(asked, after)
        if not page:
            break
        came, after = came + inbox.take(partner, page), page[-1].external_id
    return came
