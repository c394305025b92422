"""Which SKU is which product: what is proposed, what is shown as unclear."""

import pytest

from integration.rules.matching import Matches, Reason, Thing, match, normalised


def pairs(matches: Matches) -> list[tuple[str, str, Reason]]:
    return [(each.product.code, each.item.code, each.reason) for each in matches.proposals]


def things(*codes: str) -> list[Thing]:
    return [Thing(code) for code in codes]


@pytest.mark.parametrize(
    ("one", "other"),
    [("ab-007 x", "AB007X"), ("0042", "42"), ("A.B/C_D", "abcd"), (" x ", "X"), ("000", "0-00")],
)
def test_writings_of_one_code(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(("one", "other"), [("A1", "A10"), ("10", "1"), ("A-0", "A"), ("AB", "BA")])
def test_codes_that_differ(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


def test_an_equal_code_goes_before_one_that_is_only_written_alike() -> None:
    assert pairs(match(things("A-1", "a1"), things("A-1"))) == [("A-1", "A-1", Reason.CODE)]


def test_an_equal_barcode_is_a_proposal_whatever_the_codes_say() -> None:
    found = match([Thing("DRILL", barcodes=("501",))], [Thing("9-77", barcodes=("500", "501"))])
    assert pairs(found) == [("DRILL", "9-77", Reason.BARCODE)]


def test_code_and_barcode_that_lead_to_two_products_are_unclear() -> None:
    found = match([Thing("A"), Thing("B", barcodes=("501",))], [Thing("A", barcodes=("501",))])
    [unclear] = found.ambiguous
    assert (pairs(found), [product.code for product in unclear.products]) == ([], ["A", "B"])


def test_two_items_for_one_product_are_unclear_together_and_told_once() -> None:
    found = match(things("A-1"), things("A1", "a 1", "B"))
    [unclear] = found.ambiguous
    assert ([item.code for item in unclear.items], found.unmatched, pairs(found)) == (["A1", "a 1"], 1, [])


def test_an_exact_item_and_one_written_alike_are_unclear() -> None:
    assert pairs(match(things("A-1"), things("A-1", "A1"))) == []


def test_two_products_written_alike_are_unclear() -> None:
    found = match(things("A-1", "A1"), things("a1"))
    assert (pairs(found), len(found.ambiguous)) == ([], 1)


def test_a_product_without_a_code_is_never_proposed() -> None:
    assert match([Thing("", barcodes=("501",))], [Thing("X", barcodes=("501",))]).unmatched == 1
