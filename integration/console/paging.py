"""Pages of big tables without counting them."""

from collections.abc import Sequence
from typing import Any

from unfold import paginator


class UncountedPage(paginator.InfinitePage):  # type: ignore[misc]
    """Knows whether there is a next page, and no more."""

    more = False

    def has_next(self) -> bool:
        return self.more


class InfinitePaginator(paginator.InfinitePaginator):  # type: ignore[misc]
    """Reads one row more than it shows. The theme's templates leave counts out for a class of this name."""

    template_name = "console/pagination.html"

    def page(self, number: int | str) -> UncountedPage:
        wanted: int = self.validate_number(number)
        first = (wanted - 1) * self.per_page
        ids = self.object_list.select_related(None).values_list("pk", flat=True)
        found = list(ids[first : first + self.per_page + 1])
        self.last = UncountedPage(self._rows(found[: self.per_page]), wanted, self)
        self.last.more = len(found) > self.per_page
        return self.last

    def _rows(self, ids: Sequence[Any]) -> list[Any]:
        """What is shown of the rows, as far as they are still there, once it is known which they are.

        Joined at once, PostgreSQL would at times read the tables beside to their end.
        """
        rows = {row.pk: row for row in self.object_list.filter(pk__in=ids)}
        return [rows[pk] for pk in ids if pk in rows]

    def get_page(self, number: Any) -> UncountedPage:
        return self.page(number)
