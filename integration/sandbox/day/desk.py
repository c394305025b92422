"""Master data: somebody changes it in Odoo, and the warehouse hears of it."""

from dataclasses import dataclass

from integration.sandbox.day.doing import Doing, People


@dataclass(frozen=True)
class Rename:
    """In Odoo: the first product is called otherwise."""

    name: str

    def play(self, people: People, doing: Doing) -> bool:
        product = people.shop.products[doing.scene.basket[0][0]]
        people.odoo.call("product.product", "write", [product], {"name": f"{self.name}{people.shop.sign}"})
        return True


@dataclass(frozen=True)
class Hear:
    """The warehouse knows the name."""

    name: str

    def play(self, people: People, doing: Doing) -> bool:
        told = people.wms.master()["records"]
        return any(each["kind"] == "item" and each["name"] == f"{self.name}{people.shop.sign}" for each in told)
