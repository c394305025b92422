"""What rows are called in the tree instead of by their numbers, which are others in each database.

A warehouse is ``main/WH``: the slug of its Odoo, and Odoo's code of it, or its id where the last probe did not find
it; ``main/WH@2`` where two companies have one of that code.
"""

from collections import Counter
from dataclasses import dataclass

from django.contrib.auth.models import User

from integration.jobs.tree.wrong import Wrong
from integration.models import Connection, DaysOff, Warehouse


@dataclass(frozen=True, slots=True)
class Codes:
    """Of the warehouses of one Odoo, as its last probe found them, by id and by what they are called."""

    by_id: dict[int, str]
    ids: dict[str, int]
    companies: dict[int, int]


class Names:
    """Of the rows that there are when it is made."""

    def __init__(self) -> None:
        connections = list(Connection.objects.defer("secrets"))
        self.connections = {row.slug: row for row in connections}
        self.slugs = {row.pk: row.slug for row in connections}
        self.codes = {row.pk: codes_of(row) for row in connections if row.kind == "odoo"}
        self.warehouses = {self.warehouse(row): row for row in Warehouse.objects.all()}
        self.of_warehouses = {row.pk: called for called, row in self.warehouses.items()}
        self.users = dict(User.objects.values_list("username", "pk"))
        self.days_off = dict(DaysOff.objects.values_list("name", "pk"))
        self.of_days_off = {pk: name for name, pk in self.days_off.items()}
        self.of_users = {pk: name for name, pk in self.users.items()}

    def code(self, erp_id: int, erp_warehouse_id: int) -> str | int:
        """Odoo's code of a warehouse, or its id."""
        codes = self.codes.get(erp_id)
        return codes.by_id.get(erp_warehouse_id, erp_warehouse_id) if codes else erp_warehouse_id

    def warehouse(self, row: Warehouse) -> str:
        return f"{self.slugs[row.erp_id]}/{self.code(row.erp_id, row.erp_warehouse_id)}"

    def erp_warehouse_id(self, erp: Connection, called: str | int) -> int:
        """Raises Wrong."""
        if isinstance(called, int):
            return called
        found = self.codes[erp.pk].ids.get(called) if erp.pk in self.codes else None
        if found is None:
            known = ", ".join(self.codes[erp.pk].ids if erp.pk in self.codes else ()) or "none"
            raise Wrong(
                f"{erp.slug} was not seen to have a warehouse {called}; it has: {known}. Look anew: connect odoo."
            )
        return found


def codes_of(erp: Connection) -> Codes:
    known = erp.profile.get("warehouses", [])
    often = Counter(row["code"] for row in known)
    called = {
        row["id"]: row["code"] if often[row["code"]] == 1 else f"{row['code']}@{row['company_id']}" for row in known
    }
    ids = {code: pk for pk, code in called.items()}
    return Codes(called, ids, {row["id"]: row["company_id"] for row in known})
