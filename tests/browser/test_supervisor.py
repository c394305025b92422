"""The supervisor approves what an operator may not, and says how things are done from now on."""

import re

from playwright.sync_api import expect

from integration.sandbox.day.goods import DESK, MANY_DESKS, STOOL
from tests.browser.conftest import Open
from tests.browser.stack import Running
from tests.browser.test_operator import open_case

DIFFERENCE = "Adjustment waits for approval"


def test_an_operator_sees_a_difference_and_cannot_approve_it(desk_of: Open) -> None:
    desk = desk_of("operator")
    open_case(desk, DIFFERENCE)
    desk.says(STOOL.sku)
    expect(desk.button("Approve")).to_have_count(0)


def test_a_difference_of_stock_is_approved_with_a_reason(desk_of: Open) -> None:
    desk = desk_of("supervisor")
    open_case(desk, DIFFERENCE)
    desk.clicks.click(desk.button("Approve"))
    reason = desk.page.get_by_label(re.compile("Why|right"))
    expect(reason).to_be_focused()
    reason.fill("A pallet fell over: seen with my own eyes.")
    desk.clicks.click(desk.button("Approve"))
    assert desk.clicked == 3
    desk.go("integration/stockdifference/?q=ADJ-STOOLS&state__exact=posted")
    desk.reload_until(STOOL.sku)


def test_a_rule_for_cases_sends_new_ones_to_a_team(desk_of: Open) -> None:
    desk = desk_of("supervisor")
    desk.go("integration/caserule/add/")
    desk.page.locator("[name=code]").fill("CD-5")
    desk.page.locator("[name=team]").select_option("warehouse")
    desk.button("Save").click()
    desk.says(re.compile("was added successfully"))
    expect(desk.page.locator("#result_list")).to_contain_text("CD-5")


def test_a_business_rule_is_added(desk_of: Open) -> None:
    desk = desk_of("supervisor")
    desk.go("integration/businessrule/add/")
    desk.page.locator("[name=kind]").select_option("over_percent")
    desk.page.locator("[name=value]").fill("2")
    desk.page.locator("[name=note]").fill("Cut goods")
    desk.button("Save").click()
    desk.says(re.compile("was added successfully"))


def test_a_rule_for_orders_is_written_and_a_mistake_is_pointed_at(desk_of: Open) -> None:
    desk = desk_of("supervisor")
    desk.go("integration/orderrule/add/")
    desk.page.locator("[name=kind]").select_option("hold")
    desk.page.locator("[name=name]").fill("Very large orders")
    condition = desk.page.locator("[name=condition]")
    condition.fill("order.valu > 100")
    desk.page.locator("[name=why]").select_option("value")
    desk.button("Save").click()
    desk.says("There is no order.valu. Did you mean order.value?")
    expect(desk.page.locator(".cd-pointed")).to_have_text("order.valu > 100\n^")
    condition.fill("order.value > decimal(1000000)")
    desk.button("Save").click()
    desk.says(re.compile("was added successfully"))
    names = desk.page.locator("#result_list tbody .field-name")
    expect(names.nth(0)).to_have_text("Many desks")  # of its kind: others may be behind
    expect(names.nth(1)).to_have_text("Very large orders")
    desk.page.get_by_role("button", name="Move up: Very large orders").click()
    expect(names.nth(0)).to_have_text("Very large orders")
    expect(names.nth(1)).to_have_text("Many desks")


def test_an_order_that_a_rule_holds_is_let_go_with_a_reason(desk_of: Open, running: Running) -> None:
    people = running.people
    line = {"product_id": people.shop.products[DESK.sku], "product_uom_qty": MANY_DESKS}
    wanted = {"partner_id": people.shop.customers["Alder Interiors"], "warehouse_id": people.shop.warehouse}
    made = people.odoo.call("sale.order", "create", [{**wanted, "order_line": [[0, 0, line]]}])
    people.odoo.call("sale.order", "action_confirm", made)
    [order] = [row["name"] for row in people.odoo.rows("sale.order", [["id", "in", made]], ["name"])]
    desk = desk_of("supervisor")
    desk.go(f"find/?q={order}")
    desk.reload_until(f"{order} is held by the rule Many desks")
    desk.go("integration/orderrule/try/")
    desk.page.get_by_label("Order number").fill(order)
    desk.button("Ask").click()
    desk.says(re.compile("matches"))
    desk.go("integration/exceptioncase/?q=CD-4025")
    desk.link(re.compile("Held for a product")).first.click()
    desk.button("Let it go").click()
    desk.page.get_by_label(re.compile("Who agreed")).fill("The buyer said so on the telephone.")
    desk.button("Let it go").click()
    desk.go(f"find/?q={order}")
    desk.reload_until("let go by a person")
    desk.reload_until(f"to ship {MANY_DESKS} x {DESK.sku}")


def test_the_body_of_a_message_is_read_by_who_may(desk_of: Open, running: Running) -> None:
    pages = []
    for role in ("supervisor", "operator"):
        desk = desk_of(role)
        desk.go("integration/outboundmessage/?type__exact=order.release")
        desk.page.locator("#result_list tbody th a").last.click()
        pages.append(desk.page.locator("#content").inner_text())
    assert ["2 Alder Street" in page for page in pages] == [True, False]
