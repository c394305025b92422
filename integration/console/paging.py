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
        rows = list(self.object_list[first : first + self.per_page + 1])
        self.last = UncountedPage(rows[: self.per_page], wanted, self)
        self.last.more = len(rows) > self.per_page
        return self.last

    def get_page(self, number: Any) -> UncountedPage:
        return self.page(number)
