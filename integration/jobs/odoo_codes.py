"""Which codes Odoo has, as far as its master data was read: what a mapping is checked against, and chosen from."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Collate, Upper

from integration.errors import MappingMissing
from integration.jobs import master, telling
from integration.jobs.acts import NotAllowed
from integration.models import CodeMapping, Connection, ExceptionCase, MasterRecord, PartnerItem, Warehouse
from integration.rules.codes import CodeKind

RECORDS: Mapping[str, str] = {CodeKind.PRODUCT: "item", CodeKind.UNIT: "unit", CodeKind.CARRIER: "carrier"}
SAID_BY_ODOO: Mapping[str, str] = {CodeKind.PRODUCT: "CD-3001", CodeKind.UNIT: "CD-3003", CodeKind.CARRIER: "CD-3005"}
NEAR, ALIKE, LOOKED_AT = 3, 0.6, 200
EXPLAINED = 20  # codes of one look whose nearest are looked up
LAST = "\U0010ffff"  # comes after every other character


class Why(StrEnum):
    NOWHERE = "nowhere"
    DELETED = "deleted"
    FOREIGN = "another company's"


WORDS: Mapping[tuple[str, Why], str] = {
    (CodeKind.PRODUCT, Why.NOWHERE): "Odoo has no product with the code {code}.",
    (CodeKind.UNIT, Why.NOWHERE): "Odoo has no unit {code}.",
    (CodeKind.CARRIER, Why.NOWHERE): "Odoo has no delivery method {code}.",
    **{(kind, Why.DELETED): "{code} was deleted in Odoo." for kind in RECORDS},
    **{(kind, Why.FOREIGN): "In Odoo, {code} belongs to a company that {partner} does not work for."
       for kind in RECORDS},
}  # fmt: skip
NEAREST = "Nearest: {codes}."
READ = "Odoo was last read {when}."


@dataclass(frozen=True, slots=True)
class Unseen:
    """A code that was not seen in Odoo, up to ``read_at``. ``near``: codes that it has, the nearest first."""

    kind: str
    code: str
    partner: str
    why: Why
    near: tuple[str, ...]
    read_at: datetime

    def __str__(self) -> str:
        return " ".join([self.about, READ.format(when=f"{self.read_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")])

    @property
    def about(self) -> str:
        return " ".join(template.format(**names) for template, names in self.sentences())

    def sentences(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Templates, and what fills them."""
        yield WORDS[self.kind, self.why], {"code": self.code, "partner": self.partner}
        if self.near:
            yield NEAREST, {"codes": ", ".join(self.near)}


class NotInOdoo(NotAllowed):
    """A mapping of a code that was not seen in Odoo, and of which nobody says that Odoo has it all the same."""

    def __init__(self, unseen: Unseen) -> None:
        super().__init__(f"{unseen} Say odoo_has_it to map it all the same.")
        self.unseen = unseen


def unseen(partner: Connection, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], Unseen]:
    """Those of the codes, each with its kind, that Odoo was not seen to have.

    None of a kind that was not read whole from each Odoo that the partner works with. What is mapped already is not
    looked up again, nor what an order of Odoo's waits for: that may be newer than our last look.
    """
    found: dict[tuple[str, str], Unseen] = {}
    for kind in dict.fromkeys(kind for kind, _ in wanted):
        read_at = _read_at(partner, RECORDS[kind])
        if read_at is None:
            continue
        codes = {code for each, code in wanted if each == kind}
        for code, why in _lacking(partner, kind, codes - _trusted(partner, kind, codes)).items():
            near = nearest(partner, kind, code) if len(found) < EXPLAINED else ()
            found[kind, code] = Unseen(kind, code, partner.name, why, near, read_at)
    return found


def owned(partner: Connection) -> Q:
    """Of master data, what is of the companies that the partner works for."""
    own = Q(pk__in=())
    for erp, company in _companies(partner):
        own |= Q(connection=erp) & (Q(company_id=None) | Q(company_id=company))
    return own


def starting(partner: Connection, kind: str, term: str, most: int) -> list[tuple[str, str]]:
    """Code and name of what is in use in Odoo and begins so, in code or name, whatever the case of its letters.

    Of units and carriers, which may not be read, what is mapped to anything else of the partner's too.
    """
    found = dict(_there(partner, kind, "mapped_by", term, most))
    if kind != CodeKind.PRODUCT:
        same = CodeMapping.objects.filter(partner=partner, kind=kind, odoo_code__istartswith=term, valid_to=None)
        found = dict.fromkeys(same.order_by("odoo_code").values_list("odoo_code", flat=True)[:most], "") | found
    for code, name in _there(partner, kind, "name", term, most):
        found.setdefault(code, name)
    return list(found.items())[:most]


def items_starting(partner: Connection, term: str, most: int) -> list[tuple[str, str]]:
    """The same of the warehouse's own items."""
    own = PartnerItem.objects.filter(partner=partner, active=True)
    found = (
        row for column in ("sku", "name") for row in _beginning(own, column, term).values_list("sku", "name")[:most]
    )
    return list(dict(found).items())[:most]


def nearest(partner: Connection, kind: str, code: str) -> tuple[str, ...]:
    """Of the codes that begin like this one for longest, those that are most like it."""
    shortest, longest = 0, len(code)
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        if _there(partner, kind, "mapped_by", code[:middle], 1):
            shortest = middle
        else:
            longest = middle - 1
    alike = _there(partner, kind, "mapped_by", code[:shortest], LOOKED_AT) if shortest else []
    known = {each.upper(): each for each, _ in alike}
    return tuple(known[each] for each in get_close_matches(code.upper(), list(known), NEAR, ALIKE))


def _there(partner: Connection, kind: str, column: str, term: str, most: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for erp, company in _companies(partner):
        own = MasterRecord.objects.filter(Q(company_id=None) | Q(company_id=company), connection=erp, active=True)
        rows = _beginning(own.filter(kind=RECORDS[kind]).exclude(mapped_by=""), column, term)
        found += rows.values_list("mapped_by", "name")[:most]
    return found


def _beginning(rows: QuerySet[Any], column: str, term: str) -> QuerySet[Any]:
    """A range of the index, which a plan for any term can use."""
    low, high = (Collate(Upper(Value(each)), "C") for each in (term, term + LAST))
    marked = rows.annotate(begins=Collate(Upper(column), "C")).exclude(**{column: ""})
    found: QuerySet[Any] = marked.filter(begins__gte=low, begins__lt=high).order_by("begins")
    return found


def _companies(partner: Connection) -> list[tuple[int, int]]:
    """Each Odoo that the partner works with, and each company there."""
    own = Warehouse.objects.filter(wms=partner).order_by("erp", "company_id")
    return list(own.values_list("erp", "company_id").distinct())


def _read_at(partner: Connection, record: str) -> datetime | None:
    """When the Odoo of the partner's that was not read for longest was read; None: one was not read whole, or is not
    read any more."""
    read = [_looked(erp, record) for erp in Connection.objects.filter(erp_warehouses__wms=partner).distinct()]
    looks = [each for each in read if each is not None]
    return min(looks) if looks and len(looks) == len(read) else None


def _looked(erp: Connection, record: str) -> datetime | None:
    is_read = record == "item" or telling.partners_of(erp, record)
    return master.last_read(erp, record) if is_read else None


def _trusted(partner: Connection, kind: str, codes: Collection[str]) -> set[str]:
    mapped = CodeMapping.objects.filter(partner=partner, kind=kind, odoo_code__in=codes, valid_to=None)
    asked = {MappingMissing(SAID_BY_ODOO[kind], scope=partner.slug, code=code).fingerprint: code for code in codes}
    waiting = ExceptionCase.objects.filter(fingerprint__in=asked, state__in=ExceptionCase.UNRESOLVED)
    said = {asked[each] for each in waiting.values_list("fingerprint", flat=True)}
    return said | set(mapped.values_list("odoo_code", flat=True))


def _lacking(partner: Connection, kind: str, codes: Collection[str]) -> dict[str, Why]:
    """What is archived is there: there may be orders of it."""
    companies = set(_companies(partner))
    erps = {erp for erp, _ in companies}
    found = dict.fromkeys(sorted(codes), Why.NOWHERE)
    rows = MasterRecord.objects.filter(kind=RECORDS[kind], mapped_by__in=codes, connection__in=erps)
    for code, erp, company, gone in rows.values_list("mapped_by", "connection", "company_id", "gone_at"):
        if code not in found:
            continue
        if company is not None and (erp, company) not in companies:
            found[code] = Why.FOREIGN if found[code] == Why.NOWHERE and gone is None else found[code]
        elif gone is None:
            del found[code]
        else:
            found[code] = Why.DELETED
    return found
