"""A third, small warehouse, at a partner of its own: people serve it by hand, and Crossdock looks on, in shadow.

Data first; then how it gets into Odoo.
"""

from dataclasses import dataclass, field

from integration.sandbox.day.doing import Doing, People
from integration.sandbox.day.goods import CHAIR, LAMP, SHELF
from integration.sandbox.day.office import Office
from integration.sandbox.day.wms import Wms

SITE = CODE = "WEST"
NAME = "West branch"
GOODS = (CHAIR, LAMP, SHELF)
STOCK = 200  # of each of them
CUSTOMER = "Cedar Market"  # who is invoiced by hand, in shadow and after it
ADDRESS = {"street": "3 Harbour Road", "city": "Portland", "zip": "97201"}
KEYED = "keyed by hand"  # how the warehouse knows its own people's orders from those that were sent


@dataclass(eq=False)
class Branch:
    """``warehouse``: Odoo's id. ``standing``: errands that are as far as they can be in shadow. ``live``: it is over.

    ``asked``: act and flow of the console that were pressed. ``counts``: by flow, of its page when it went live, and
    of what was open then.
    """

    wms: Wms
    office: Office
    warehouse: int = 0
    live: bool = False
    standing: set[str] = field(default_factory=set)
    asked: set[tuple[str, str]] = field(default_factory=set)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


def open_branch(people: People, branch: Branch) -> None:
    """A warehouse with goods in Odoo. At the warehouse everybody's SKU is known, and it says yes only when asked."""
    shop, odoo = people.shop, people.odoo
    [own] = odoo.rows("stock.warehouse", [["id", "=", shop.warehouse]], ["company_id"])
    [country] = odoo.rows("res.country", [["code", "=", "US"]], ["code"])
    partner = odoo.create("res.partner", {"name": NAME, **ADDRESS, "country_id": country["id"]})
    about = {"name": NAME, "code": CODE, "partner_id": partner, "company_id": own["company_id"]}
    branch.warehouse = odoo.create("stock.warehouse", about)
    [place] = odoo.rows("stock.warehouse", [["id", "=", branch.warehouse]], ["lot_stock_id"])
    counts = [
        {"product_id": shop.products[each.sku], "location_id": place["lot_stock_id"], "inventory_quantity": STOCK}
        for each in GOODS
    ]
    quants = odoo.call("stock.quant", "create", counts, context={"inventory_mode": True})
    odoo.call("stock.quant", "action_apply_inventory", quants)
    branch.wms.answer_on_request()


def tracking(doing: Doing) -> str:
    return f"1ZW{doing.number:04d}57"


def mistyped(number: str) -> str:
    """Its last two digits have changed places."""
    return f"{number[:-2]}{number[-1]}{number[-2]}"
