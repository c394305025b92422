"""`python -m tests.browser.screenshots`: pictures of the main pages for the README and the docs, on the demo's data.

Starts `manage.py demo` and waits for the end of its day. Look at each picture afterwards: no test does.
"""

import base64
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from config.local.place import CHECKOUT
from tests.browser import chromium
from tests.browser.desk import DESK, PHONE, TABLET
from tests.browser.places import FIRST, PAGES, STILL, visit

FOLDER = CHECKOUT / "docs" / "images"
SIZES = {"desk": DESK, "tablet": TABLET, "phone": PHONE}
DARK = ("today", "case")  # beside light
# Which row the picture of a page is of.
CHOSEN = {
    "case": "integration/exceptioncase/?code=CD-3002*",  # an unknown SKU, with the field that mends it
    "variance": "integration/variance/?q=STOOL-3&agrees=no*",  # with two causes
}
LEFT_OUT = (
    "partners", "lot", "transit", "report-schedule", "alert-rule", "alert-channel", "typed", "recoveries", "missing",
    "waves", "working-hours", "days-off", "rule-for-orders", "apart-from-files",
)  # fmt: skip
PACKS = "Makes anew what each warehouse works by while systems are down"
PATIENCE = 180  # seconds, until what was asked for is told
MANY = "CHAIR-OAK"
QUALITY = 82  # of WebP
ADDRESS = re.compile(r"Console +(http://\S+)/console/")
LOGIN = re.compile(r"login (\S+), password (\S+)")
READY = "Ctrl-C ends everything"


def main() -> None:
    orders = sys.argv[1] if len(sys.argv) > 1 else "200"
    FOLDER.mkdir(exist_ok=True)
    with demo(orders) as (url, login, password), chromium.running() as browser:
        for scheme in ("light", "dark"):
            context = browser.new_context(color_scheme=scheme, locale="en-US", timezone_id="UTC")
            page = log_in(context, url, login, password)
            number = parcel(page, url)
            if scheme == "light":
                bring_about(page, url)
            for name in [each for each in PAGES if each not in LEFT_OUT] if scheme == "light" else DARK:
                visit(page, url, CHOSEN.get(name, PAGES[name]), shipped=number, many=MANY)
                picture(page, f"{name}-dark" if scheme == "dark" else name)
            context.close()
        sign_in(browser, url)


@contextmanager
def demo(orders: str) -> Iterator[tuple[str, str, str]]:
    """A day with so many orders; the address, the login and the password when it is over."""
    command = [sys.executable, "manage.py", "demo", "--orders", orders]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    try:
        yield told(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def told(process: "subprocess.Popen[str]") -> tuple[str, str, str]:
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if READY in line:
            break
    address, who = ADDRESS.search(said), LOGIN.search(said)
    assert address, said
    assert who, said
    return address[1], who[1], who[2]


def log_in(context: BrowserContext, url: str, login: str, password: str) -> Page:
    page = context.new_page()
    page.goto(f"{url}/console/")
    page.get_by_label("Username").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    return page


def bring_about(page: Page, url: str) -> None:
    """What comes by itself in a quarter of an hour: packs for downtime, and an alert that the numbers do not agree."""
    page.goto(f"{url}/console/django_celery_beat/periodictask/")
    page.get_by_role("link", name=PACKS).click()
    page.get_by_role("button", name="Run now").click()
    page.goto(f"{url}/console/integration/alertrule/")
    page.get_by_role("link", name="The numbers do not agree").click()
    page.get_by_label("Minutes that they have differed").fill("0")
    page.get_by_role("button", name="Save", exact=True).click()
    for path in ("integration/downtimepack/", "integration/alert/"):
        page.goto(f"{url}/console/{path}")
        for _ in range(PATIENCE):
            if page.locator(FIRST).count():
                break
            page.wait_for_timeout(1000)
            page.reload()


def parcel(page: Page, url: str) -> str:
    """The number of one that is there, which leads to an order with a story."""
    page.goto(f"{url}/console/integration/parcel/")
    return page.locator(FIRST).first.inner_text().strip()


def sign_in(browser: Browser, url: str) -> None:
    page = browser.new_page()
    page.goto(f"{url}/console/login/")
    picture(page, "login")


def picture(page: Page, name: str) -> None:
    """The page at three sizes, as WebP; the dark one on a desk only."""
    page.add_style_tag(content=STILL)
    for size, (width, height) in SIZES.items():
        if name.endswith("-dark") and size != "desk":
            continue
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)  # until what was dragged into another shape is drawn
        taken = page.context.new_cdp_session(page).send(
            "Page.captureScreenshot", {"format": "webp", "quality": QUALITY}
        )
        save(FOLDER / f"{name}-{size}.webp", taken["data"])


def save(file: Path, data: str) -> None:
    file.write_bytes(base64.b64decode(data))
    sys.stdout.write(f"{file.relative_to(CHECKOUT)}  {file.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    main()
