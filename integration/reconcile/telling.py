"""One case for each product of a warehouse whose stock differs; it closes when it agrees again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integration.errors import Rejected
from integration.jobs import cases
from integration.jobs.variances import CODE, source_of
from integration.models import ExceptionCase, Variance, VarianceCause, Warehouse
from integration.rules import wording
from integration.rules.units import plain

MOST = Decimal("9999999999999999.99")  # that a case keeps as its value
SAME = ("says", "found", "lines", "unexplained")  # what a person has read of it
Product = tuple[int, str]


def tell(warehouse: Warehouse, rows: Sequence[Variance], gone: Sequence[Variance]) -> None:
    """``rows``: all that differs now of the products. Call inside a transaction."""
    by_product: defaultdict[Product, list[Variance]] = defaultdict(list)
    for row in rows:
        by_product[_product(row)].append(row)
    causes = _causes([row.pk for row in rows])
    told = {product: _about(warehouse, mine, causes) for product, mine in by_product.items()}
    over = {_product(row): _blank(warehouse, row) for row in gone if _product(row) not in told}
    if not told and not over:
        return
    cases.hold(error.fingerprint for error in (*told.values(), *over.values()))
    if over:
        cases.clear("The stock agrees again.", *(error.fingerprint for error in over.values()))
    before = _latest([error.fingerprint for error in told.values()])
    for error in told.values():
        if not _is_known(before.get(error.fingerprint), error):
            cases.open_case(error, warehouse.wms)


def _product(row: Variance) -> Product:
    return row.product_id, row.sku


def _causes(variances: Sequence[int]) -> Mapping[int, Sequence[VarianceCause]]:
    found: defaultdict[int, list[VarianceCause]] = defaultdict(list)
    for cause in VarianceCause.objects.filter(variance__in=variances).order_by("pk"):
        found[cause.variance_id].append(cause)
    return found


def _about(warehouse: Warehouse, rows: Sequence[Variance], causes: Mapping[int, Sequence[VarianceCause]]) -> Rejected:
    mine = [cause for row in rows for cause in causes.get(row.pk, ())]
    rest = sum((abs(row.unexplained or Decimal(0)) for row in rows), Decimal(0))
    about: dict[str, Any] = {
        "says": plain(sum((row.says for row in rows), Decimal(0))),
        "found": plain(sum((row.found for row in rows), Decimal(0))),
        "lines": wording.lines((cause.cause, cause.number, cause.code, cause.quantity) for cause in mine),
        "unexplained": plain(rest),
        "detail": wording.proposals([cause.cause for cause in mine], rest=bool(rest)),
    }
    error = _blank(warehouse, rows[0], **about)
    error.stake = (min(sum((row.value for row in rows), Decimal(0)), MOST), rows[0].currency)
    return error


def _blank(warehouse: Warehouse, row: Variance, **about: Any) -> Rejected:
    named: dict[str, Any] = {"sku": row.sku or f"product {row.product_id}", "warehouse": warehouse.name}
    return Rejected(CODE, connection=warehouse.wms.name, source=source_of(row), **named, **about)


def _latest(fingerprints: Sequence[str]) -> Mapping[str, ExceptionCase]:
    rows = ExceptionCase.objects.filter(code=CODE, fingerprint__in=fingerprints).order_by("fingerprint", "-id")
    return {case.fingerprint: case for case in rows.distinct("fingerprint")}


def _is_known(case: ExceptionCase | None, error: Rejected) -> bool:
    """It says the same already; what a person has closed stays closed until it says something else."""
    if case is None or any(case.context.get(name) != error.context[name] for name in SAME):
        return False
    return case.state in ExceptionCase.UNRESOLVED or case.resolution != "The stock agrees again."
