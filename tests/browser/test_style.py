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
LAPTOP, BESIDE_MENU = {"width": 1400, "height": 900}, 1078
CASES = """<style>* { box-sizing: border-box; font: 14px sans-serif; } td, th { white-space: nowrap; } %s</style>
<div class="cd-card" style="width: %spx; padding: 0; border: 0; display: block; overflow: auto">
<table id="result_list" style="border-spacing: 0"><tr>
<td style="width: 32px"></td><th class="field-problem"><b class="cd-title">Nicht das, was best&auml;tigt wurde</b>
<span class="cd-cause">Das Lager nennt SKU-4053, die niemand zugeordnet hat.</span></th>
<td class="field-code">CD-2021</td><td class="field-hangs_on_it">1 Auftrag, 500,45 EUR</td>
<td class="field-seen"><svg class="cd-spark"></svg> 1.234</td><td class="field-document_page">WH/OUT/B0077735</td>
<td class="field-team">Stammdaten</td><td class="field-severity_badge"><span class="cd-badge">Kritisch</span></td>
<td class="field-age">6 T 16 Std.</td><td class="field-due"><span class="cd-late">6 T 18 Std. zu sp&auml;t</span></td>
<td class="field-state_badge"><span class="cd-badge">Wartet auf das Lager</span></td></tr></table></div>"""
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


def test_on_a_laptop_the_list_of_cases_shows_its_last_column(browser: Browser) -> None:
    page = browser.new_page(viewport=LAPTOP)
    page.set_content(CASES % (CSS, BESIDE_MENU))
    assert page.evaluate(OVER) == 0
    page.close()
