"""Makes Odoo and the warehouse differ, in ways that are known: by what people and machines do on either side.

It knows nothing of how differences are explained: it sells, ships, loses, keys and miscounts, by the doors of the two
stand-ins and by Crossdock's own pages, and writes down what it did.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import cycle, islice
from typing import Any

from integration.jobs import differences, mappings
from integration.models import CodeMapping, Warehouse
from tests.component.engine.yard import until
from tests.component.flows.shelves import SITE, now
from tests.component.flows.yard import SOMEBODY
from tests.component.reconcile.hands import CASE, FEW, FIRST, LOTS, Hands, Truth, amount, parts, stocked, whole_cases


class Injector(Hands):
    def play(self, many: int) -> list[Truth]:
        """Makes so many differences, at least, and has them looked at."""
        plan = list(islice(cycle(SORTS), many))
        goods = {sort: self._goods(sort, plan.count(sort)) for sort in dict.fromkeys(plan)}
        self._open_the_house(goods)
        self.shelves.yard.run()
        another_second = now() + timedelta(seconds=1)  # Odoo's times have no parts: what was put there is from before
        until(lambda: now() > another_second)
        self.shelves.watch()
        for act in STEPS:
            act(self, goods)
        self._look()
        return self.truths

    def _goods(self, sort: str, many: int) -> list[str]:
        return [f"{sort.upper()}-{number:03d}" for number in range(many)]

    # What both sides have, before anything goes wrong.

    def _open_the_house(self, goods: dict[str, list[str]]) -> None:
        self.shelves.yard.set(receipt_mode=Warehouse.Mode.LIVE)
        plain = [sku for sort, skus in goods.items() if sort not in LOTTED for sku in skus]
        lotted = [sku for sort, skus in goods.items() if sort in LOTTED for sku in skus]
        self._stock(plain, ("",))
        self._stock(lotted, LOTS)
        partner = self.shelves.yard.partner
        rows = [("product", sku, f"P-{sku}", 1, "") for sku in (*plain, *lotted)]
        cases = [sku for sort in IN_CASES for sku in goods.get(sort, ())]
        rows += [("unit", "Units", "CS", CASE, sku) for sku in cases]
        CodeMapping.objects.bulk_create(
            CodeMapping(
                partner=partner, kind=kind, odoo_code=odoo, partner_code=theirs, per=per, sku=sku, alias=per > 1
            )
            for kind, odoo, theirs, per, sku in rows
        )
        self.shelves.allow(reason="FOUND")

    def _stock(self, skus: Sequence[str], lots: Sequence[str]) -> None:
        odoo, lines = self.shelves.yard.odoo, []
        tracking = {"tracking": "lot"} if "" not in lots else {}
        usual = {"type": "consu", "is_storable": True, "standard_price": 2.5, **tracking}
        made = odoo.call("product.product", "create", [{"name": sku, "default_code": sku, **usual} for sku in skus])
        place, company = self.shelves.places["good"], str(self.shelves.yard.warehouse.company_id)
        quants: list[dict[str, Any]] = []
        for sku, product in zip(skus, made, strict=True):
            self.shelves.products[sku] = product
            for lot in lots:
                quantity = stocked(sku)
                lines.append({"sku": f"P-{sku}", "lot": lot, "quantity": str(quantity)})
                quants.append({"product_id": product, "location_id": place, "inventory_quantity": quantity, "lot": lot})
        if "" not in lots:
            names = [[quant["lot"], str(quant["product_id"]), company] for quant in quants]
            ids = odoo.call("stock.lot", "load", ["name", "product_id/.id", "company_id/.id"], names)["ids"]
            for quant, lot_id in zip(quants, ids, strict=True):
                quant["lot_id"] = lot_id
        for quant in quants:
            quant.pop("lot")
        for part in parts(quants, 200):
            ids = odoo.call("stock.quant", "create", part, context={"inventory_mode": True})
            odoo.call("stock.quant", "action_apply_inventory", ids)
        for some in parts(lines, 500):
            self.shelves.yard.wms.control("stock", site=SITE, lines=some)

    # What goes wrong, and is not noticed or not finished.

    def refuse(self, goods: dict[str, list[str]]) -> None:
        """The warehouse adjusts, a person says no."""
        wanted = [("refused", "refused"), ("refused_and_keyed", "refused"), ("rounded_refused", "refused")]
        self._adjusted(goods, wanted, "CHECK", 17)
        while case := self._open("CD-8001"):
            differences.refuse(case.pk, SOMEBODY, "a mistake")
            self.shelves.yard.run()
        self.shelves.yard.run()

    def end_by_hand(self, goods: dict[str, list[str]]) -> None:
        """The warehouse ships more than it was asked to, and a person ends the message."""
        skus = goods.get("ended", [])
        for some in parts(skus, 40):
            self._ship(some, asked=5, left=9, number=self._number("SHP"))
            self._truths(some, "refused", -9)
        self._ignore("CD-5004", "we were told it is wrong")
        self.shelves.yard.run()

    def lose(self, goods: dict[str, list[str]]) -> None:
        """The warehouse ships, says so when asked how far it is, and the confirmation is lost."""
        for sort in ("missing", "missing_and_rounded"):
            for some in parts(goods.get(sort, []), 40):
                sale = self._released(some, 11)
                self._ship(some, asked=11, left=11, sale=sale, faults=["lost"])
                self.shelves.yard.wms.control("tell", release=sale.release, stage="shipped")
                self.shelves.yard.run()
                self._truths(some, "missing", -11)

    def key(self, goods: dict[str, list[str]]) -> None:
        """Somebody counts in Odoo, and tells nobody."""
        odoo, skus = self.shelves.yard.odoo, [*goods.get("keyed", []), *goods.get("refused_and_keyed", [])]
        quants = [
            {
                "product_id": self.shelves.products[sku],
                "location_id": self.shelves.places["good"],
                "inventory_quantity": FIRST + amount(sku, 4),
            }
            for sku in skus
        ]
        for part in parts(quants, 200):
            ids = odoo.call("stock.quant", "create", part, context={"inventory_mode": True})
            odoo.call("stock.quant", "action_apply_inventory", ids)
        self._truths(skus, "by_hand", -4)
        for some in parts(goods.get("validated", []), 40):
            sale = self._released(some, 6)
            odoo.validate_by_hand(sale.id)
            self._truths(some, "by_hand", 6)
        self.shelves.yard.look()
        self.shelves.watch()

    def send_twice(self, goods: dict[str, list[str]]) -> None:
        """One adjustment comes under two numbers, and is posted twice."""
        for some in parts(goods.get("doubled", []), 40):
            lines = [self._line(sku, -3, "FOUND") for sku in some]
            done = self.shelves.adjust(*lines)
            self.shelves.yard.wms.send("inventory.adjusted", {**done, "adjustment": self._number("ADJ-AGAIN")})
            self.shelves.yard.run()
            self._truths(some, "duplicate", 3)

    def adjust_one_side(self, goods: dict[str, list[str]]) -> None:
        """The warehouse says that it has adjusted, and its books do not show it."""
        for sort in ("alone", "alone_or_rounded"):
            for some in parts(goods.get(sort, []), 40):
                self._say_adjusted(some, 8, "FOUND")
                if sort == "alone":
                    self._truths(some, "one_sided", -8)
        self.shelves.yard.run()

    def swap(self, goods: dict[str, list[str]]) -> None:
        """A picker takes another lot than the system says: two lots, or three in another order."""
        lines: list[dict[str, Any]] = []
        for sku in goods.get("swapped", []):
            moved = {"LA": amount(sku, -5), "LB": amount(sku, 5)}
            lines += [{**self._silently(sku, 1, lot), "quantity": str(quantity)} for lot, quantity in moved.items()]
            self.truths += [Truth(sku, lot, {"lot": Decimal(quantity)}) for lot, quantity in moved.items()]
        for sku in goods.get("either_lot", []):
            moved = {"LA": amount(sku, -5), "LB": amount(sku, 5), "LC": amount(sku, -5)}
            lines += [{**self._silently(sku, 1, lot), "quantity": str(quantity)} for lot, quantity in moved.items()]
            self.truths += [Truth(sku, lot) for lot in moved]
        self._fill(lines)

    def forget(self, goods: dict[str, list[str]]) -> None:
        """Goods go, and nobody knows."""
        lines = [self._silently(sku, -10) for sku in goods.get("stolen", [])]
        lines += [self._silently(sku, -5) for sku in goods.get("one_of_two", [])]
        self._fill(lines)
        self.truths += [Truth(sku) for sku in goods.get("stolen", [])]

    def tell_two_tales(self, goods: dict[str, list[str]]) -> None:
        """One of two documents tells the truth, and nothing says which: one was ended, one never came."""
        for some in parts(goods.get("one_of_two", []), 40):
            sale = self._released(some, 5)
            self.shelves.yard.wms.control("tell", release=sale.release, stage="shipped")
            self.shelves.yard.run()
            self._say_shipped(some, 5, self._number("SHP-STRAY"))
            self.truths += [Truth(sku) for sku in some]
        self._ignore("CD-5001", "nobody knows that order")
        self.shelves.yard.run()

    def unmap(self, goods: dict[str, list[str]]) -> None:
        """A mapping is ended: what the warehouse reports under its code is not understood any more."""
        skus = goods.get("unmapped", [])
        rows = CodeMapping.objects.filter(kind="product", odoo_code__in=skus, valid_to=None)
        for row in rows.order_by("pk"):
            mappings.end(row.pk, SOMEBODY, "relabelled")
        for sku in skus:
            self._truth(sku, "mapping", -FEW)

    def wait(self, goods: dict[str, list[str]]) -> None:
        """What comes in last: some of it stops at a person, some at a code, and some nobody has got to."""
        for some in parts(goods.get("unknown_carrier", []), 40):
            self._ship(some, asked=6, left=6, carrier="NEW")
            self._truths(some, "mapping", -6)
        for some in parts(goods.get("too_much", []), 40):
            self._ship(some, asked=5, left=8)
            self._truths(some, "failed", -8)
        self._adjusted(goods, [("to_approve", "failed"), ("approve_and_round", "failed")], "CHECK", 17)
        sales = []
        for sort in ("waiting", "waiting_and_rounded", "waiting_and_stolen"):
            for some in parts(goods.get(sort, []), 40):
                sales.append(self._released(some, 6))
                self._truths(some, "not_yet", -6)
        bought = []
        for some in parts(goods.get("arriving", []), 40):
            bought.append(self.shelves.yard.expected(*((sku, amount(sku, 9)) for sku in some)))
            self._truths(some, "not_yet", 9)
        for sale in sales:
            self.shelves.yard.wms.ship(sale.release)
        for purchase in bought:
            self.shelves.yard.wms.receive(purchase.advice)
        self._fill([self._silently(sku, -2) for sku in goods.get("waiting_and_stolen", [])])

    def miscount(self, goods: dict[str, list[str]]) -> None:
        """How the warehouse will report it: cases as pieces, or whole cases only."""
        for sku in goods.get("wrong_unit", []):
            self.told[f"P-{sku}"] = lambda held: (held / CASE, "EA")
            self._truth(sku, "unit", FEW // CASE - FEW)
        self._fill([self._silently(sku, -4) for sku in goods.get("rounded", [])], both=True)
        for sort in ROUNDED:
            for sku in goods.get(sort, []):
                self.told[f"P-{sku}"] = whole_cases
        for sort, sure in (
            ("rounded", -4),
            ("missing_and_rounded", -11),
            ("waiting_and_rounded", -6),
            ("approve_and_round", 17),
            ("rounded_refused", 17),
        ):
            for sku in goods.get(sort, []):
                self._truth(sku, "rounding", -((FIRST + amount(sku, sure)) % CASE))


SORTS = (
    *("refused", "ended", "missing", "keyed", "validated", "doubled", "alone", "swapped", "unmapped"),
    *("unknown_carrier", "too_much", "to_approve", "waiting", "arriving", "wrong_unit", "rounded"),
    # two causes at once
    *("refused_and_keyed", "waiting_and_rounded", "approve_and_round", "rounded_refused", "waiting_and_stolen"),
    "missing_and_rounded",
    # nobody can tell
    *("stolen", "either_lot", "one_of_two", "alone_or_rounded"),
)
LOTTED = ("swapped", "either_lot")
ROUNDED = (
    *("rounded", "waiting_and_rounded", "approve_and_round", "rounded_refused", "missing_and_rounded"),
    "alone_or_rounded",
)
IN_CASES = ("wrong_unit", *ROUNDED)
STEPS = (
    *(Injector.refuse, Injector.end_by_hand, Injector.lose, Injector.key, Injector.send_twice),
    *(Injector.adjust_one_side, Injector.swap, Injector.forget, Injector.tell_two_tales, Injector.unmap),
    *(Injector.miscount, Injector.wait),
)
