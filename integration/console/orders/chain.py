"""How far it has come, step by step: from what was agreed to what was billed, and what came back of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integration.console.orders.books import Entry
from integration.console.orders.sides import Side, left
from integration.console.story import Family
from integration.models import Document, DocumentLine, InTransit, Stage
from integration.rules.posting import BookKind

Kind, State = Document.Kind, Document.State
TOLD = {Kind.DELIVERY: "order.release", Kind.RECEIPT: "receipt.advice", Kind.RETURN: "receipt.advice"}
TAKEN = (State.ACCEPTED, State.PART_SHIPPED, State.SHIPPED, State.PART_RECEIVED, State.RECEIVED)
UNTOLD = (State.WAITING, State.REJECTED)
PICKED, PACKED = (Stage.PICKED, Stage.PACKED, Stage.SHIPPED), (Stage.PACKED, Stage.SHIPPED)


@dataclass(frozen=True, slots=True)
class Step:
    """``tone`` as in ``words.TONES``, or "quiet": it has not begun, or nobody says."""

    name: str
    says: str
    tone: str = "quiet"
    at: datetime | None = None


def of(family: Family, lines: Sequence[DocumentLine], said: Mapping[int, Side], entries: Sequence[Entry]) -> list[Step]:
    """``lines``: of all documents of the family, and what each side says of them; ``entries``: its books."""
    legs = {kind: _Leg(family, kind, lines, said) for kind in TOLD}
    out, back = legs[Kind.DELIVERY], legs[Kind.RETURN]
    steps = [Step(_("Agreed"), family.order.reference, "good", family.order.created_at)]
    if family.order.kind == Kind.PURCHASE:
        return [*steps, *legs[Kind.RECEIPT].comes_in(_("Announced")), _billed(entries, BookKind.VENDOR_BILL)]
    steps += out.leaves()
    if family.order.kind == Kind.TRANSFER:
        return [*steps, _on_the_way(family), *legs[Kind.RECEIPT].comes_in(_("Announced at its goal"))]
    steps.append(_billed(entries, BookKind.INVOICE))
    if back.documents:
        steps += [*back.comes_in(_("Return announced")), _billed(entries, BookKind.CREDIT_NOTE)]
    return steps


class _Leg:
    """What goes one way: out, in, or back."""

    def __init__(
        self, family: Family, kind: Document.Kind, lines: Iterable[DocumentLine], said: Mapping[int, Side]
    ) -> None:
        self.family, self.kind, self.said = family, kind, said
        alive = [document for document in family.documents[1:] if document.kind == kind]
        self.documents = [document for document in alive if document.state != State.CANCELLED] or alive
        ids = {document.pk for document in self.documents}
        own = [line for line in lines if line.document_id in ids]
        self.lines = [line for line in own if line.ordered > line.cancelled or self._moved(line)]

    def leaves(self) -> Iterator[Step]:
        if self._is_elsewhere():
            yield Step(_("Shipped"), _("another warehouse's work"))
            return
        yield self._told(_("Released"))
        yield self._acknowledged()
        yield self._reached(_("Picked"), PICKED)
        yield self._reached(_("Packed"), PACKED)
        yield self._gone(_("Shipped"))

    def comes_in(self, announced: str) -> Iterator[Step]:
        if self._is_elsewhere():
            yield Step(_("Received"), _("another warehouse's work"))
            return
        if self._is_unannounced():
            yield Step(announced, _("came unannounced"))
        else:
            yield self._told(announced)
            yield self._acknowledged()
        yield self._gone(_("Received"))

    def _is_unannounced(self) -> bool:
        """The goods came in, and no warehouse had been told of them."""
        return any(map(self._moved, self.lines)) and not any(document.version for document in self.documents)

    def _is_elsewhere(self) -> bool:
        """How far it is, is told to who sees the warehouse."""
        others = Document.objects.filter(parent=self.family.order, kind=self.kind)
        return not self.documents and others.exists()

    def _told(self, name: str) -> Step:
        told = [document for document in self.documents if document.version and document.state not in UNTOLD]
        return _share(name, len(told), len(self.documents), _deliveries, self._first("sent_at"))

    def _acknowledged(self) -> Step:
        name = _("Acknowledged")
        refused = [document for document in self.documents if document.state == State.REJECTED]
        if refused:
            return Step(name, _("refused: {numbers}").format(numbers=", ".join(map(str, refused))), "bad")
        taken = [document for document in self.documents if document.state in TAKEN]
        return _share(name, len(taken), len(self.documents), _deliveries, self._first("answered_at"))

    def _reached(self, name: str, stages: Sequence[Stage]) -> Step:
        told = any(document.stage for document in self.documents)
        reached = [line for line in self.lines if line.stage in stages]
        if not told and len(reached) < len(self.lines):
            return Step(name, _("not told"))
        return _share(name, len(reached), len(self.lines), _lines)

    def _gone(self, name: str) -> Step:
        moved = [line for line in self.lines if self._moved(line)]
        whole = [line for line in moved if not left(line, self.said[line.pk])]
        at = max((event.happened_at for event in self.family.moved if self._is_own(event.document_id)), default=None)
        if moved and not whole:
            return Step(name, _("a part of {lines}").format(lines=_lines(len(moved))), "warn", at)
        return _share(name, len(whole), len(self.lines), _lines, at)

    def _moved(self, line: DocumentLine) -> bool:
        return bool(line.gone or line.received or self.said[line.pk].by_hand)

    def _is_own(self, document: int | None) -> bool:
        return document in {each.pk for each in self.documents}

    def _first(self, moment: str) -> datetime | None:
        messages = (row for row in self.family.sent if row.type == TOLD[self.kind] and self._is_own(row.document_id))
        return min((at for row in messages if (at := getattr(row, moment))), default=None)


def _share(name: str, done: int, of_all: int, words: Callable[[int], str], at: datetime | None = None) -> Step:
    if not done:
        return Step(name, _("not yet"))
    if done >= of_all:
        return Step(name, words(done), "good", at)
    return Step(name, _("{done} of {of_all}").format(done=done, of_all=words(of_all)), "warn", at)


def _deliveries(count: int) -> str:
    return ngettext("{count} document", "{count} documents", count).format(count=count)


def _lines(count: int) -> str:
    return ngettext("{count} line", "{count} lines", count).format(count=count)


def _on_the_way(family: Family) -> Step:
    rows = InTransit.objects.filter(transfer=family.order).exclude(quantity=0)
    first = min((row.left_at for row in rows if row.left_at), default=None)
    name = _("On its way")
    return Step(name, _lines(len(rows)), "busy", first) if rows else Step(name, _("nothing"))


def _billed(entries: Sequence[Entry], kind: BookKind) -> Step:
    name = {
        BookKind.INVOICE: _("Invoiced"),
        BookKind.VENDOR_BILL: _("Billed"),
        BookKind.CREDIT_NOTE: _("Credited"),
    }[kind]
    own = [entry for entry in entries if entry.kind == kind]
    if not own:
        return Step(name, _("not from here"))
    drafts = any(entry.state == "draft" for entry in own)
    return Step(name, ", ".join(entry.number for entry in own), "busy" if drafts else "good", own[-1].at)
