"""The code book: what is sent, and what is understood."""

import pytest

from integration.rules.codes import Code, CodeBook, CodeKind

PRODUCT, UNIT = CodeKind.PRODUCT, CodeKind.UNIT
SENT, ALIAS = Code(PRODUCT, "CHAIR", "100-441"), Code(PRODUCT, "CHAIR", "100-441-OLD", alias=True)
GENERAL, OWN = Code(UNIT, "Units", "EA"), Code(UNIT, "Units", "PR", sku="GLOVE")


def book(*codes: Code) -> CodeBook:
    return CodeBook("northgate", "Northgate 3PL", codes)


@pytest.mark.parametrize("codes", [(SENT, ALIAS), (ALIAS, SENT)])
def test_an_alias_is_understood_and_never_sent(codes: tuple[Code, ...]) -> None:
    known = book(*codes)
    assert known.to_partner(PRODUCT, "CHAIR") == SENT
    assert (known.to_odoo(PRODUCT, "100-441"), known.to_odoo(PRODUCT, "100-441-OLD")) == (SENT, ALIAS)


def test_nothing_is_sent_for_what_has_an_alias_only() -> None:
    assert book(ALIAS).to_partner(PRODUCT, "CHAIR") is None


def test_an_alias_of_the_product_s_own_does_not_go_before_the_general_code() -> None:
    own_alias = Code(UNIT, "Units", "CS", sku="GLOVE", alias=True)
    assert book(GENERAL, own_alias).to_partner(UNIT, "Units", "GLOVE") == GENERAL


@pytest.mark.parametrize(("sku", "code"), [("GLOVE", OWN), ("CHAIR", GENERAL), ("", GENERAL)])
def test_the_product_s_own_unit_goes_before_the_general_one(sku: str, code: Code) -> None:
    assert book(GENERAL, OWN).to_partner(UNIT, "Units", sku) == code
