"""Every difference says why, in units, and what is not sure is called unexplained."""

import os
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import pytest

from integration.models import Variance, VarianceCause
from tests.component.flows.shelves import Shelves
from tests.component.reconcile.hands import Truth
from tests.component.reconcile.injector import Injector

pytestmark = pytest.mark.django_db(transaction=True)
MANY = int(os.environ.get("DIFFERENCES", "110"))
LEAST = Decimal("0.98")
Slot = tuple[str, str]


class Score(NamedTuple):
    """Units: of those with a known cause, how many have it; and how many have another one than theirs."""

    known: Decimal
    right: Decimal
    wrong: Decimal
    by_cause: Mapping[str, str]


def explained() -> Mapping[Slot, Mapping[str, Decimal]]:
    """As the tables have it."""
    found: dict[Slot, Mapping[str, Decimal]] = {}
    for row in Variance.objects.filter(subject="stock", gone_at=None).prefetch_related("causes"):
        units: defaultdict[str, Decimal] = defaultdict(Decimal)
        for cause in row.causes.all():
            units[cause.cause] += cause.quantity
        found[row.sku, row.lot] = units
    return found


def score(truths: list[Truth], found: Mapping[Slot, Mapping[str, Decimal]]) -> Score:
    known = right = wrong = Decimal(0)
    by_cause: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for truth in truths:
        said = found.get((truth.sku, truth.lot), {})
        for cause, units in truth.causes.items():
            got = said.get(cause, Decimal(0))
            hit = min(abs(got), abs(units)) if got * units > 0 else Decimal(0)
            known, right = known + abs(units), right + hit
            by_cause[cause].update(known=int(abs(units)), right=int(hit))
        for cause, got in said.items():
            units = truth.causes.get(cause, Decimal(0))
            over = max(abs(got) - abs(units), Decimal(0)) if got * units > 0 else abs(got)
            wrong += over
            by_cause[cause].update(wrong=int(over))
    return Score(known, right, wrong, {cause: str(dict(count)) for cause, count in sorted(by_cause.items())})


def test_differences_of_known_cause_are_explained_and_none_wrongly(shelves: Shelves) -> None:
    truths = Injector(shelves).play(MANY)
    found = explained()
    came = score(truths, found)
    units = f"{came.right:f} of {came.known:f} units right, {came.wrong:f} wrong"
    sys.stdout.write(f"{len(truths)} differences: {units} {came.by_cause}\n")
    assert {cause for truth in truths for cause in truth.causes} == set(VarianceCause.Cause.values) - {
        "unkeyed"
    }  # live
    assert (came.wrong, odd(truths, found, right=False)) == (0, [])
    assert came.right >= LEAST * came.known, odd(truths, found, right=True)


def odd(truths: list[Truth], found: Mapping[Slot, Mapping[str, Decimal]], *, right: bool) -> list[str]:
    """What was done, and what was said of it, where that is not the same (``right``), or where it is wrong."""
    said = [(truth, dict(found.get((truth.sku, truth.lot), {}))) for truth in truths]
    return [
        f"{truth.sku} {truth.lot}: {_plain(truth.causes)}, said: {_plain(units)}"
        for truth, units in said
        if (truth.causes != units if right else set(units) - set(truth.causes))
    ]


def _plain(causes: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{cause} {units.normalize():f}" for cause, units in causes.items()) or "nothing"
