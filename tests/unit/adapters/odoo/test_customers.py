"""What Odoo lets us see of a customer's credit, and what it does not."""

from decimal import Decimal
from typing import Any

import pytest

from integration.adapters.odoo.orders import _customer

LIMITED: dict[str, Any] = {"id": 1, "account_use_credit_limit": True}
OWING: dict[str, Any] = {"id": 5, "credit": 1200.5, "credit_limit": 1000.0}


@pytest.mark.parametrize(
    ("company", "partner", "owed", "limit"),
    [
        (LIMITED, {**OWING}, Decimal("1200.5"), Decimal(1000)),
        (
            LIMITED,
            {"id": 7, "commercial_partner_id": OWING, "credit": 1.0, "credit_limit": 2.0},
            Decimal("1200.5"),
            1000,
        ),
        (LIMITED, {"id": 5, "credit": None, "credit_limit": None}, Decimal(0), Decimal(0)),
        (LIMITED, {"id": 5}, None, None),  # we may not see it
        ({"id": 1}, {**OWING}, None, None),  # no limits are used
    ],
)
def test_credit_is_the_company_s_where_limits_are_used_and_nothing_is_taken_for_zero(
    company: dict[str, Any], partner: dict[str, Any], owed: Decimal | None, limit: Decimal | None
) -> None:
    found = _customer({"partner_id": partner, "company_id": company})
    assert (found.owed, found.credit_limit) == (owed, limit)
