"""Writes down what does not agree, and what does so again; a case for each document and sort of difference."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models.functions import Now

from integration.errors import Rejected
from integration.jobs import cases, sql
from integration.models import Connection, Document, Variance
from integration.rules.units import plain

Subject = Variance.Subject
Key = tuple[int, str, str, str]  # document, subject, line, lot
CODES: Mapping[str, str] = {
    Subject.DELIVERED: "CD-8202",
    Subject.RECEIVED: "CD-8203",
    Subject.INVOICED: "CD-8206",
    Subject.NOT_POSTED: "CD-8205",
    Subject.SENT: "CD-8207",
    Subject.ARRIVED: "CD-8207",
    Subject.TRANSIT: "CD-8208",
}
RESOLVED = "It agrees again."
TURN = "SELECT pg_advisory_xact_lock(hashtextextended('write variances', 0))"


@dataclass(frozen=True, slots=True)
class Found:
    """``says`` is what the one side has, or what is written down; ``found`` what it should be.

    ``warehouse``: whose it is, of a document that is no single warehouse's.
    """

    document_id: int
    subject: str
    line: str
    sku: str
    says: Decimal
    found: Decimal
    lot: str = ""
    warehouse: int | None = None

    @property
    def key(self) -> Key:
        return self.document_id, self.subject, self.line, self.lot


def _nothing() -> None:
    """What most have to keep besides."""


@dataclass(slots=True)
class Compared:
    """What a page came to. ``looked_at``: what differed before; it does no more unless it is ``found`` again.

    ``also``: keeps what is about no document, of which ``others`` differ. ``asked``: what Odoo is asked for again.
    """

    lines: int = 0
    looked_at: set[Key] = field(default_factory=set)
    found: list[Found] = field(default_factory=list)
    others: int = 0
    asked: Sequence[int] = ()
    also: Callable[[], None] = _nothing

    @property
    def different(self) -> int:
        return len(self.found) + self.others


def keep(looked_at: Collection[Key], found: Sequence[Found], told: Collection[Key] = ()) -> None:
    """Of what was looked at, ``found`` is all that still differs, and it may be new. ``told``: people know of these
    already. Call inside a transaction: two at once take turns."""
    if not looked_at and not found:
        return
    sql.rows(TURN, [])
    wrong = {each.key: each for each in found}
    known = _known({*looked_at, *wrong})
    for key in wrong.keys() & known.keys():
        seen = wrong[key]
        Variance.objects.filter(pk=known[key]).update(says=seen.says, found=seen.found, last_seen=Now())
    mended = [key for key in known if key not in wrong]
    Variance.objects.filter(pk__in=[known[key] for key in mended]).update(gone_at=Now())
    new = [wrong[key] for key in sorted(wrong.keys() - known.keys())]
    documents = documents_of({key[0] for key in (*wrong, *known)})
    Variance.objects.bulk_create(row(each, documents[each.document_id]) for each in new)
    _tell(documents, [(key[0], key[1]) for key in mended], [each for each in new if each.key not in told])


def _known(looked_at: Collection[Key]) -> dict[Key, int]:
    documents, subjects = {key[0] for key in looked_at}, {key[1] for key in looked_at}
    rows = Variance.objects.filter(document__in=documents, subject__in=subjects, gone_at=None)
    known = {(row.document_id or 0, row.subject, row.line, row.lot): row.pk for row in rows}
    return {key: known[key] for key in known if key in looked_at}


def documents_of(ids: Collection[int]) -> Mapping[int, Document]:
    return Document.objects.select_related("connection", "warehouse__wms").in_bulk(ids) if ids else {}


def row(found: Found, document: Document) -> Variance:
    return Variance(
        subject=found.subject,
        warehouse_id=document.warehouse_id or found.warehouse,
        document=document,
        line=found.line,
        sku=found.sku,
        lot=found.lot,
        says=found.says,
        found=found.found,
    )


def _tell(documents: Mapping[int, Document], mended: Iterable[tuple[int, str]], new: Sequence[Found]) -> None:
    """The case of a document stands while anything of its sort differs."""
    told = sorted({*mended, *((each.document_id, each.subject) for each in new)})
    left = _left(told)
    about = {one: _about(documents[one[0]], one[1], left[one]) for one in told}
    cases.hold(error.fingerprint for error in about.values())
    cases.clear(RESOLVED, *(about[one].fingerprint for one in told if not left[one]))
    fresh = {(each.document_id, each.subject) for each in new}
    for one in told:
        document = documents[one[0]]
        if one in fresh:
            cases.open_case(about[one], system_of(document), document)


def _left(told: Iterable[tuple[int, str]]) -> Mapping[tuple[int, str], list[Variance]]:
    left = defaultdict[tuple[int, str], list[Variance]](list)
    rows = Variance.objects.filter(document__in={one[0] for one in told}, gone_at=None).order_by("pk")
    for each in rows:
        left[each.document_id or 0, each.subject].append(each)
    return left


def _about(document: Document, subject: str, left: Sequence[Variance]) -> Rejected:
    """The first of what differs stands for it. Two companies may have one number: each document has its own case."""
    order = document.parent.reference if document.parent else document.reference
    about: dict[str, Any] = {"document": document.reference, "record": document.pk, "order": order, "count": len(left)}
    for first in left[:1]:
        sku = f"{first.sku}, lot {first.lot}" if first.lot else first.sku
        about |= {"what": sku or first.line, "says": plain(first.says), "found": plain(first.found)}
    partner = system_of(document).name
    return Rejected(CODES[subject], connection=document.connection.name, partner=partner, **about)


def system_of(document: Document) -> Connection:
    """Whose case it is: the warehouse's that works on it."""
    return document.warehouse.wms if document.warehouse else document.connection
