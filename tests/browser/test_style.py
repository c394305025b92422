"""What the style sheet makes of the console's parts, without the console."""

from pathlib import Path

from playwright.sync_api import Browser

import integration

CSS = (Path(integration.__file__).parent / "static" / "console" / "console.css").read_text()
DARK = """<html class="dark"><style>:root { --color-base-300: rgb(3, 3, 3); --color-base-700: rgb(7, 7, 7); } %s</style>
<div class="cd-page"><form class="cd-card cd-form"><input><select></select><textarea></textarea></form>
<ol><li class="cd-step cd-quiet"></li></ol></div>"""
LONG = """<style>%s</style><div class="cd-page" style="width: 600px"><section class="cd-card"><div class="cd-head">
<div><h2>S1</h2></div><dl class="cd-inline"><div><dt>Customer reference</dt><dd>%s</dd></div></dl></div>
</section></div>"""
OVER = "(card => card.scrollWidth - card.clientWidth)(document.querySelector('.cd-card'))"
EDGES = """[...document.querySelectorAll("input, select, textarea, .cd-step")]
    .map(each => getComputedStyle(each).borderTopColor)"""


def test_the_edge_of_fields_and_of_steps_is_dark(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(DARK % CSS)
    assert page.evaluate(EDGES) == ["rgb(7, 7, 7)"] * 4
    page.close()


def test_a_long_reference_stays_in_its_card(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(LONG % (CSS, "L" * 150))
    assert page.evaluate(OVER) == 0
    page.close()
