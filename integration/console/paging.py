"""Pages of big tables without counting them."""

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
        rows = self._rows(first, first + self.per_page + 1)
        self.last = UncountedPage(rows[: self.per_page], wanted, self)
        self.last.more = len(rows) > self.per_page
        return self.last

    def _rows(self, first: int, last: int) -> list[Any]:
        """Which rows they are is found first, and then what else is shown of them.

        Joined at once, PostgreSQL would at times read the tables beside to their end.
        """
        ids = list(self.object_list.select_related(None).values_list("pk", flat=True)[first:last])
        found = {row.pk: row for row in self.object_list.filter(pk__in=ids)}
        return [found[pk] for pk in ids if pk in found]

    def get_page(self, number: Any) -> UncountedPage:
        return self.page(number)
