"""The site's own decisions: fractions and tolerances, none unless a rule says so."""

from decimal import Decimal

from integration.rules.policy import Rule, RuleKind, Rules

D = Decimal
FRACTION, PERCENT, UNITS = RuleKind.ALLOW_FRACTION, RuleKind.OVER_PERCENT, RuleKind.OVER_UNITS


def test_without_rules_there_are_no_fractions_and_no_tolerance() -> None:
    assert not Rules().fractions("CHAIR")
    assert Rules().tolerance("CHAIR", D(100)) == 0


def test_a_rule_for_a_product_is_for_no_other() -> None:
    rules = Rules([Rule(FRACTION, "GLUE", D(0))])
    assert (rules.fractions("GLUE"), rules.fractions("CHAIR")) == (True, False)


def test_a_rule_without_a_product_is_for_all() -> None:
    assert Rules([Rule(PERCENT, "", D(5))]).tolerance("CHAIR", D(40)) == 2


def test_the_first_rule_that_fits_decides() -> None:
    rules = Rules([Rule(UNITS, "CHAIR", D(0)), Rule(UNITS, "", D(3))])
    assert (rules.tolerance("CHAIR", D(10)), rules.tolerance("GLUE", D(10))) == (0, 3)


def test_the_wider_of_percent_and_units_counts() -> None:
    rules = Rules([Rule(UNITS, "", D(3)), Rule(PERCENT, "", D(10))])
    assert (rules.tolerance("CHAIR", D(10)), rules.tolerance("CHAIR", D(100))) == (3, 10)


def test_a_rule_of_one_customer_holds_for_no_other() -> None:
    rules = Rules((Rule(RuleKind.OVER_UNITS, "", Decimal(2), customer=9), Rule(RuleKind.OVER_UNITS, "", Decimal(1))))
    tolerances = [rules.tolerance("CHAIR", Decimal(8), customer) for customer in (9, 8, None)]
    assert (tolerances, rules.by_customer, Rules().by_customer) == ([2, 1, 1], True, False)
