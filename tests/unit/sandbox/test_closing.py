"""The proof looks at the stock that Crossdock shows when both lists are here, and compared to their end."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from integration.sandbox.day import closing

LATER = (datetime.now(UTC) + timedelta(days=1)).isoformat()
FIRST = [{"warehouse": name, "sku": "A", "reported_at": LATER} for name in ("Main", "East")]
LAST = {"warehouse": "Main", "sku": "99999", "reported_at": LATER}


class Comparing:
    """A comparison that has so many pages still to come: the last one holds a row more."""

    def __init__(self, pages: int) -> None:
        self.pages = pages

    def inventory(self) -> list[dict[str, Any]]:
        return [*FIRST, LAST] if self.pages <= 0 else FIRST

    def moving(self) -> list[str]:
        return []

    def comparing(self) -> list[str]:
        self.pages -= 1
        return ["a part of it"] if self.pages > 0 else []


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_what_the_last_page_holds_is_shown(pages: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "PAUSE", 0.0)
    people: Any = SimpleNamespace(wms=SimpleNamespace(snapshot=lambda *_given, **_more: None))
    crossdock: Any = Comparing(pages)
    assert closing.list_stock(people, crossdock)[-1] == LAST
