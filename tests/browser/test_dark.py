"""In the dark, what has not begun and what is to be filled in stays quiet."""

from pathlib import Path

from playwright.sync_api import Browser

import integration

CSS = (Path(integration.__file__).parent / "static" / "console" / "console.css").read_text()
PAGE = """<html class="dark"><style>:root { --color-base-300: rgb(3, 3, 3); --color-base-700: rgb(7, 7, 7); } %s</style>
<div class="cd-page"><form class="cd-card cd-form"><input><select></select><textarea></textarea></form>
<ol><li class="cd-step cd-quiet"></li></ol></div>"""
EDGES = """[...document.querySelectorAll("input, select, textarea, .cd-step")]
    .map(each => getComputedStyle(each).borderTopColor)"""


def test_the_edge_of_fields_and_of_steps_is_dark(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGE % CSS)
    assert page.evaluate(EDGES) == ["rgb(7, 7, 7)"] * 4
    page.close()
