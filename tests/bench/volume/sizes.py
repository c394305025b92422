"""How much of everything."""

from dataclasses import dataclass

JOBS, ORDERS, CASES = 1_000_000, 200_000, 5_000
DAYS = 60  # that the history goes back
MANY = 60  # deliveries of the one order that has most


@dataclass(frozen=True, slots=True)
class Sizes:
    """What is asked for; the rest follows from it."""

    jobs: int = JOBS
    orders: int = ORDERS
    cases: int = CASES

    @property
    def open_cases(self) -> int:
        return max(self.cases // 5, 1)

    @property
    def products(self) -> int:
        return max(self.orders // 8, 50)
