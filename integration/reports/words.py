"""How a report's values are written, as the language at work writes them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from integration.reports.parts import Kind, Value

NONE = "-"
UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def say(value: Value, kind: Kind) -> str:
    """A dash for what is not known."""
    if value is None or value == "":
        return NONE
    if isinstance(value, datetime):
        return date_format(localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number(value, kind)
    return str(value)


def _number(value: float | Decimal, kind: Kind) -> str:
    if kind == Kind.SHARE:
        return _("{share} %").format(share=number_format(value, 1))
    if kind == Kind.MONEY:
        return str(number_format(value, 2, force_grouping=True))
    if kind == Kind.SECONDS:
        return span(float(value))
    if kind == Kind.QUANTITY:
        plain = f"{Decimal(str(value)):f}"
        return str(number_format(plain.rstrip("0").rstrip(".") if "." in plain else plain, force_grouping=True))
    return str(number_format(value, force_grouping=True))


def span(seconds: float) -> str:
    """ "840 ms", "12.4 s", "3 min 5 s", "2 d 4 h"."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{number_format(round(seconds, 1), 1)} s"
    left, parts = int(timedelta(seconds=seconds).total_seconds()), []
    for size, unit in UNITS:
        if left >= size:
            parts.append(f"{left // size} {_('d') if unit == 'd' else unit}")
            left %= size
        if len(parts) == 2:
            break
    if len(parts) < 2 and left:
        parts.append(f"{left} s")
    return " ".join(parts)
