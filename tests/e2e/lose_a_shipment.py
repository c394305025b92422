"""Lets one more piece leave the demo's warehouse and loses the message about it. Run by the demo's --before-proof."""

import os

from integration.sandbox.day.wms import Wms


def main() -> None:
    wms = Wms(os.environ["DEMO_WMS_URL"])
    order = next(held for held in wms.books()["orders"] if held["lines"][0]["packages"])  # one that both agree about
    line = order["shipments"][0]["lines"][0]
    again = {"line": line["line"], "sku": line["sku"], "quantity": "1", "unit": line["unit"]}
    wms.ship(order["release"], lines=[again], faults=["lost"])


if __name__ == "__main__":
    main()
