"""Which SKU of a warehouse is which product of Odoo's: proposals, for a person to accept.

A code or a barcode that both sides have is a proposal; so is a code that differs in nothing but case, spaces, signs and
leading zeros, where there is neither. Whatever fits more than one on either side is shown and never proposed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_SIGNS = re.compile(r"[\s\-_./]+")


class Reason(StrEnum):
    CODE = "equal code"
    BARCODE = "equal barcode"
    NORMALISED = "equal but for case, spaces, signs and leading zeros"


@dataclass(frozen=True, slots=True)
class Thing:
    """A product of Odoo's, or an item of a warehouse's."""

    code: str
    name: str = ""
    barcodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    product: Thing
    item: Thing
    reason: Reason


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """One item, and the products that it may be; or several items that may be one product."""

    items: tuple[Thing, ...]
    products: tuple[Thing, ...]


@dataclass(slots=True)
class Matches:
    proposals: list[Proposal] = field(default_factory=list)
    ambiguous: list[Ambiguous] = field(default_factory=list)
    unmatched: int = 0  # items that fit nothing


def normalised(code: str) -> str:
    """Of ab-007 x and AB007X, and of 0042 and 42, the same."""
    plain = _SIGNS.sub("", code).upper()
    return plain.lstrip("0") or plain


def match(products: Iterable[Thing], items: Iterable[Thing]) -> Matches:
    """Of what is not mapped yet on either side."""
    index = _Index(products)
    hits = [(item, index.hits(item)) for item in items]
    claims: defaultdict[str, list[Thing]] = defaultdict(list)
    for item, found in hits:
        for code in found:
            claims[code].append(item)
    matches, told = Matches(), set[str]()
    for item, found in hits:
        if not found:
            matches.unmatched += 1
        elif len(found) == 1 and len(claims[next(iter(found))]) == 1:
            [(code, reason)] = found.items()
            matches.proposals.append(Proposal(index.products[code], item, reason))
        elif item.code not in told:
            rivals = {rival.code: rival for code in found for rival in claims[code]}
            told |= set(rivals)
            matches.ambiguous.append(
                Ambiguous(tuple(rivals.values()), tuple(index.products[code] for code in sorted(found)))
            )
    return matches


class _Index:
    """Products by each of their keys. A product without a code cannot be mapped."""

    def __init__(self, products: Iterable[Thing]) -> None:
        self.products: dict[str, Thing] = {}
        self._by_barcode: defaultdict[str, set[str]] = defaultdict(set)
        self._by_normalised: defaultdict[str, set[str]] = defaultdict(set)
        for product in products:
            if product.code:
                self.products[product.code] = product
                self._by_normalised[normalised(product.code)].add(product.code)
                for barcode in product.barcodes:
                    self._by_barcode[barcode].add(product.code)

    def hits(self, item: Thing) -> Mapping[str, Reason]:
        """By product, the best reason. What differs in writing counts only where nothing is equal."""
        equal = dict(self._equal(item))
        return equal or dict.fromkeys(self._by_normalised.get(normalised(item.code), ()), Reason.NORMALISED)

    def _equal(self, item: Thing) -> Iterator[tuple[str, Reason]]:
        for barcode in item.barcodes:
            for code in self._by_barcode.get(barcode, ()):
                yield code, Reason.BARCODE
        if item.code in self.products:
            yield item.code, Reason.CODE
