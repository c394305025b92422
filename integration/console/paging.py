"""Pages of big tables without counting them; of the few that are sorted anyway, with their number."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, IntegerField, Value, Window
from unfold import paginator


class UncountedPage(paginator.InfinitePage):  # type: ignore[misc]
    """Knows whether there is a next page, and no more."""

    more = False
    total: int | None = None  # of all pages; None: it is not counted
    pages = 0

    def has_next(self) -> bool:
        return self.more


class InfinitePaginator(paginator.InfinitePaginator):  # type: ignore[misc]
    """Reads one row more than it shows. The theme's templates leave counts out for a class of this name."""

    template_name = "console/pagination.html"
    counts = False  # where a page needs all rows anyway, because it sorts them

    def page(self, number: int | str) -> UncountedPage:
        wanted: int = self.validate_number(number)
        first = (wanted - 1) * self.per_page
        total = Window(Count("pk")) if self.counts else Value(None, IntegerField())
        rows = self.object_list.select_related(None).values_list("pk", total)
        found = list(rows[first : first + self.per_page + 1])
        self.last = UncountedPage(self._rows([pk for pk, _ in found[: self.per_page]]), wanted, self)
        self.last.more = len(found) > self.per_page
        if self.counts and found:
            self.last.total = found[0][1]
            self.last.pages = -(-found[0][1] // self.per_page)
        return self.last

    def _rows(self, ids: Sequence[Any]) -> list[Any]:
        """What is shown of the rows, as far as they are still there, once it is known which they are.

        Joined at once, PostgreSQL would at times read the tables beside to their end.
        """
        rows = {row.pk: row for row in self.object_list.filter(pk__in=ids)}
        return [rows[pk] for pk in ids if pk in rows]

    def get_page(self, number: Any) -> UncountedPage:
        return self.page(number)
