"""The operator has yesterday's messages worked on again, after what stopped them was mended elsewhere."""

import psycopg
import pytest
from playwright.sync_api import expect

from integration.sandbox.day.goods import BENCH
from integration.sandbox.day.trade import BIN, MAIN, OWNER
from tests.browser.conftest import Open
from tests.browser.stack import Running
from tests.rig.poll import until

NUMBER = "PUT-BENCH"
WHY = "Why are these to be worked on again?"
STOPPED = "CD-7009"
A_DAY_AGO = "UPDATE integration_inboundmessage SET received_at = received_at - interval '1 day' WHERE reference = %s"


@pytest.fixture
def yesterday(running: Running) -> str:
    """The number of a put-away that failed, because two products in Odoo had its code; now one has it again."""
    people, line = running.people, {"sku": BENCH.partner_sku, "quantity": "1", "unit": "EA", "to_location": BIN}
    twin = people.odoo.create("product.product", {"name": "Bench, entered twice", "default_code": BENCH.sku})
    people.wms.put_away(MAIN, owner=OWNER, put_away=NUMBER, lines=[line])
    until(lambda: running.crossdock.has_case(STOPPED), seconds=60, every=0.2)
    people.odoo.call("product.product", "write", [twin], {"default_code": "BENCH-OLD"})
    with psycopg.connect(running.database) as database:
        database.execute(A_DAY_AGO, [NUMBER])
    return NUMBER


def test_yesterday_s_failed_receipts_of_a_warehouse_are_replayed_in_four_clicks(
    desk_of: Open, running: Running, yesterday: str
) -> None:
    desk = desk_of("operator")
    desk.clicks.click(desk.link("Receipts yesterday"))
    desk.clicks.click(desk.link("Main warehouse", exact=True))
    desk.clicks.click(desk.button("Replay all that match"))
    desk.says("in Odoo")
    expect(desk.page.get_by_label(WHY)).to_be_focused()
    desk.page.keyboard.type("Odoo had the bench twice; it has it once now.")
    desk.clicks.click(desk.button("Replay them"))
    desk.says("Succeeded")
    assert desk.clicked == 4
    assert not running.crossdock.has_case(STOPPED)
