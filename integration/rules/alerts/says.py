"""The sentences of alerts, with what is filled in beside them, so that the console says them in its own language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from integration.rules.alerts.figures import Worth

Value = str | int
ALL_CARRIERS = "all carriers"
BEAT = "the scheduler"
WORDS = frozenset({"flow", "lane", "title", "who", "carrier"})  # values that are words of ours

PACE = "{flow}: {kept} % of {jobs} within {promise} in the last hour, {least} % are promised; today {today} %"
LATE = "{n} are late and not done"
WILL_MISS = "{n} orders will miss the cut-off of {carrier} at {time} in {warehouse}"
WILL_MISS_ONE = "1 order will miss the cut-off of {carrier} at {time} in {warehouse}"
WILL_MISS_WORTH = "{n} orders worth {worth} will miss the cut-off of {carrier} at {time} in {warehouse}"
WILL_MISS_WORTH_ONE = "1 order worth {worth} will miss the cut-off of {carrier} at {time} in {warehouse}"
MISSED = "{n} orders have missed the cut-off of {carrier} at {time} in {warehouse}"
MISSED_ONE = "1 order has missed the cut-off of {carrier} at {time} in {warehouse}"
MISSED_WORTH = "{n} orders worth {worth} have missed the cut-off of {carrier} at {time} in {warehouse}"
MISSED_WORTH_ONE = "1 order worth {worth} has missed the cut-off of {carrier} at {time} in {warehouse}"
WAIT_FOR = "{n} wait for {code} ({title})"
WAITS_FOR = "1 waits for {code} ({title})"
UNRELEASED = "{n} are not released"
UNRELEASED_ONE = "1 is not released"
CLEAR_IN = "{lane}: {n} jobs are due and will be done in {span}, at {time} UTC"
NOT_CLEAR = "{lane}: {n} jobs are due and more come in than are done"
AWAY = "{connection} has not answered for {span}"
HELD = "{n} jobs wait for it"
HELD_ONE = "1 job waits for it"
HELD_WORTH = "orders worth {worth} wait for it"
SILENT = "No sign of life of {who} for {span}: nothing is started by the clock"
NOT_POLLED = "{connection} has not been asked for {span} what was written"
KEY_ENDS = "The key of {connection} ends on {day}, in {n} days"
KEY_ENDS_TOMORROW = "The key of {connection} ends tomorrow, {day}"
KEY_ENDS_TODAY = "The key of {connection} ends today"
KEY_ENDED = "The key of {connection} ended on {day}"
APART = "{n} lines of {warehouse} do not add up, for {span}"
APART_ONE = "1 line of {warehouse} does not add up, for {span}"
APART_NOWHERE = "{n} lines that belong to no one warehouse do not add up, for {span}"
APART_ONE_NOWHERE = "1 line that belongs to no one warehouse does not add up, for {span}"
OVERDUE = "{n} cases are past their deadline: {code} ({title})"
OVERDUE_ONE = "1 case is past its deadline: {code} ({title})"
AT_STAKE = "{worth} hang on them"

ALL = (
    PACE, LATE, WILL_MISS, WILL_MISS_ONE, WILL_MISS_WORTH, WILL_MISS_WORTH_ONE, MISSED, MISSED_ONE, MISSED_WORTH,
    MISSED_WORTH_ONE, WAIT_FOR, WAITS_FOR, UNRELEASED, UNRELEASED_ONE, CLEAR_IN, NOT_CLEAR, AWAY, HELD, HELD_ONE,
    HELD_WORTH, SILENT, NOT_POLLED, KEY_ENDS, KEY_ENDS_TOMORROW, KEY_ENDS_TODAY, KEY_ENDED, APART, APART_ONE,
    APART_NOWHERE, APART_ONE_NOWHERE, OVERDUE, OVERDUE_ONE, AT_STAKE, ALL_CARRIERS, BEAT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, or a part of one."""

    template: str
    values: Mapping[str, Value]

    def __str__(self) -> str:
        return self.template.format(**self.values)


def said(template: str, **values: Value) -> Said:
    return Said(template, values)


def whole(parts: Sequence[object]) -> str:
    """The first part, and what is told beside it: "12 orders ...: 9 wait for ..., 3 are not released."."""
    head, *rest = map(str, parts)
    return f"{head}: {', '.join(rest)}." if rest else f"{head}."


def worth(amounts: Worth) -> str:
    """ "4,310.00 EUR and 12.50 USD"; empty for nothing."""
    return " and ".join(f"{amount:,.2f} {currency}".strip() for amount, currency in amounts if amount > Decimal(0))


def span(length: timedelta) -> str:
    """ "2 d 4 h", "1 h 5 min", "3 min"."""
    minutes = max(int(length.total_seconds() // 60), 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (rest, "min")) if n][:2]
    return " ".join(parts) or "1 min"
