"""Every failure that a person can meet, by its stable code.

A code never changes its meaning. Each has a page ``docs/runbook/<code>.md``; a test compares the two.
"""

from integration.errors.problem import Owner, Problem, Severity
from integration.errors.problems import (
    books,
    codes,
    drift,
    guard,
    holds,
    messages,
    missing,
    ourselves,
    outages,
    parcels,
    receipts,
    releases,
    reports,
    returns,
    routing,
    setup,
    shipments,
    stock,
)

__all__ = ["PROBLEMS", "Owner", "Problem", "Severity"]

PROBLEMS: dict[str, Problem] = {
    **outages.PROBLEMS,
    **setup.PROBLEMS,
    **guard.PROBLEMS,
    **codes.PROBLEMS,
    **drift.PROBLEMS,
    **releases.PROBLEMS,
    **holds.PROBLEMS,
    **routing.PROBLEMS,
    **shipments.PROBLEMS,
    **parcels.PROBLEMS,
    **messages.PROBLEMS,
    **missing.PROBLEMS,
    **receipts.PROBLEMS,
    **returns.PROBLEMS,
    **stock.PROBLEMS,
    **books.PROBLEMS,
    **ourselves.PROBLEMS,
    **reports.PROBLEMS,
}
