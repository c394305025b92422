"""What is put beside a delivery in Odoo: notes, things to do, files. Once each, whatever job asks for it.

None of it holds up the delivery: it runs in a stream of its own.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from integration.adapters.base import ErpGateway
from integration.errors import Rejected
from integration.jobs import effects, routes
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.work import Work
from integration.models import Connection, Document, Effect, Warehouse
from integration.observe import traces

PICKING = "stock.picking"
CALLS = 3  # of a write of this sort, with its look before
REFUSED = "CD-4008"
LONGEST_KEY = 250


@dataclass(frozen=True, slots=True)
class Target:
    """The transfer in Odoo, and who writes to it."""

    work: Work
    erp: ErpGateway
    connection: Connection
    picking_id: int
    picking: str
    company: int


def key(kind: str, delivery: Document, warehouse: Warehouse, *names: object) -> str:
    """Of an effect: from the partner's documents, never from a job or message."""
    name = "/".join([kind, warehouse.wms.slug, delivery.reference, *map(str, names)])
    if len(name) <= LONGEST_KEY:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:32]
    return f"{name[: LONGEST_KEY - len(digest) - 1]}/{digest}"


def states(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Of those of the writes that were begun."""
    return dict(Effect.objects.filter(connection=connection, key__in=list(keys)).values_list("key", "state"))


def say(at: Target, name: str, text: str) -> Effect:
    def probe() -> dict[str, object] | None:
        known = at.erp.notes.find(PICKING, at.picking_id, name)
        return None if known is None else {"message": known}

    def send() -> dict[str, object]:
        with _about(at, "a note"):
            return {"message": at.erp.notes.say(PICKING, at.picking_id, text, key=name, company=at.company)}

    return _once(at, name, "note", send, probe)


def ask(at: Target, name: str, summary: str, text: str) -> Effect:
    """Opens a thing to do."""

    def send() -> dict[str, object]:
        with _about(at, "a thing to do"):
            made = at.erp.activities.open(PICKING, at.picking_id, summary, text, key=name, company=at.company)
            return {"activity": made}

    return _once(at, name, "activity", send, partial(_activity, at, name))


def stands(at: Target, asked: str) -> bool:
    """Whether ``ask`` has opened it, though nobody wants it any more. Raises OutcomeUnknown while it still may."""
    known = effects.of(at.connection, asked)
    if known is not None and known.state == Effect.State.INTENDED:
        known.connection = at.connection
        return effects.end(known, partial(_activity, at, asked))
    return known is not None and known.state == Effect.State.LANDED


def settle(at: Target, asked: str, name: str, feedback: str) -> Effect:
    """Closes what ``ask`` opened, unless a person did: then there is nothing to find."""

    def probe() -> dict[str, object] | None:
        return {} if at.erp.activities.find(PICKING, at.picking_id, asked) is None else None

    def send() -> dict[str, object]:
        known = at.erp.activities.find(PICKING, at.picking_id, asked)
        if known is not None:
            with _about(at, "the end of a thing to do"):
                at.erp.activities.close(known, feedback, company=at.company)
        return {"activity": known}

    return _once(at, name, "activity done", send, probe)


def _activity(at: Target, name: str) -> dict[str, object] | None:
    known = at.erp.activities.find(PICKING, at.picking_id, name)
    return None if known is None else {"activity": known}


def attach(at: Target, name: str, title: str, content: bytes, media_type: str) -> Effect:
    def probe() -> dict[str, object] | None:
        known = at.erp.attachments.find(PICKING, at.picking_id, title, content)
        return None if known is None else {"attachment": known}

    def send() -> dict[str, object]:
        with _about(at, "a file"):
            add = at.erp.attachments.add
            made = add(PICKING, at.picking_id, title, content, media_type=media_type, company=at.company)
            return {"attachment": made}

    return _once(at, name, "attach", send, probe)


def job(flow: str, delivery: Document, partner: Connection) -> None:
    """Has a flow look at all of the delivery that is not in Odoo yet. Call inside a transaction."""
    enqueue(
        NewJob(
            flow=flow,
            stream=routes.BESIDE.key(partner, delivery.reference),
            lane=routes.lane_of(flow),
            subject=delivery.reference,
            payload={"document": delivery.pk},
            document_id=delivery.pk,
            coalesce=True,
            trace_id=traces.current(),
        )
    )


def _once(
    at: Target,
    name: str,
    verb: str,
    send: Callable[[], dict[str, object]],
    probe: Callable[[], dict[str, object] | None],
) -> Effect:
    write = effects.Write(key=name, verb=verb, intent={"picking": at.picking_id}, send=send, probe=probe, calls=CALLS)
    return effects.once(at.work, at.connection, write)


@contextmanager
def _about(at: Target, what: str) -> Iterator[None]:
    """Odoo's own refusal, said of what was put there."""
    try:
        yield
    except Rejected as error:
        if error.code != REFUSED:
            raise
        context: dict[str, Any] = {"connection": at.connection.name, "what": what, "picking": at.picking}
        context["picking_id"] = at.picking_id  # two companies may each have a transfer of the name
        raise Rejected("CD-5028", **context, detail=error.context.get("detail")) from None
