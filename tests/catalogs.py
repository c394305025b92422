"""``make messages``: brings the catalogues up to date with what the console says, and compiles them.

What the layers below say in plain English (the problems, the tables, the roles ...) is listed here, and read off a
file that is there only meanwhile. Needs gettext.
"""

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import polib
from django.apps import apps
from django.core.management import call_command

from config.schedule import schedule
from integration.canonical.master import KINDS
from integration.console import phrases
from integration.errors.catalogue import PROBLEMS, Owner, Severity
from integration.jobs import odoo_codes, tokens
from integration.jobs.routes import ROUTES
from integration.models import Document, Lane, ReplayItem, Stage, SyncJob
from integration.rules.alerts import says
from integration.rules.alerts.kinds import KINDS as ALERTS
from integration.rules.business.facts import FACTS
from integration.rules.choices import CHOICES
from integration.rules.flows import FLOWS
from integration.rules.posting import NAMES
from integration.rules.roles import ROLES

BASE = Path(__file__).resolve().parent.parent
CATALOGS = BASE / "integration" / "locale"
LANGUAGES = ["de"]
LIST = BASE / "integration" / "said_below.py"
HEADER = {"Project-Id-Version": "Crossdock", "MIME-Version": "1.0", "Content-Transfer-Encoding": "8bit"}
# The theme's own words that Django does not translate either.
THEME = (
    "Filters", "Apply Filters", "Reset filters", "Clear all filters", "Select all rows", "Expand row",
    "Toggle sorting", "Remove from sorting", "Type to search", "General", "Light", "Dark", "System",
    "Search apps and models...", "No results found", "No results matching your query", "Loading more results...",
    "Recent searches", "No recent searches", "Welcome back to", "Return to site", "Select action",
    "Select action to run", "Run the selected action", "Select record", "Manage user", "Manage group", "Add row",
    "Filter navigation items", "Date", "Time", "Choose file to upload", "Click to cancel", "Select value", "Go back",
    "This item will be deleted.", "After you've created a user, you’ll be able to edit more user options.",  # noqa: RUF001
    "This page yielded into no results. Create a new item or reset your filters.", "Toggle password visibility",
    "You have been successfully logged out from the administration", "Save and view", "More actions", "Record picture",
)  # fmt: skip
# Names in the code that people read: the kinds of messages that are sent, verbs of writes, outcomes of tries.
NAMED = (
    "order.release", "order.change", "order.cancel", "receipt.advice", "succeeded", "failed", "retry", "blocked",
    "needs_attention", "superseded", "cancelled", "already_done", "landed",
    "freight", "inspect", "put_away", "receive", "ship", "substitute", "take_back", "take_in", "write_off",
    "adjust_stock", "move_stock", "invoice", "vendor_bill", "credit_note", "product", "unit", "location", "carrier",
)  # fmt: skip
GIVEN_TO = ("NotAllowed", "Refused", "cases.clear", "cases.went_on", "cases.ended", "_unless_said")
OTHERS = ("test", "production", "Test", "draft", "posted", "good", "cancel", "canceled", *Stage.values, *schedule())


def said_below() -> list[str]:
    """Each once, in the order of the alphabet."""
    return sorted({text for text in _texts() if text and text.strip()})


def _texts() -> Iterator[str]:
    yield from THEME
    yield from _tables()
    for problem in PROBLEMS.values():
        yield from (problem.title, problem.cause, problem.fix)
    for choice in chain.from_iterable(CHOICES.values()):
        yield from (choice.label, choice.asks)
    for name, flow in FLOWS.items():
        yield from (_words(name), flow.says)
    yield from (role.says for role in ROLES.values())
    for means in ALERTS.values():
        yield from (means.threshold, means.least, means.todo)
    yield from says.ALL
    yield from (fact.says for fact in FACTS)
    yield from tokens.SCOPES.values()
    yield from (*odoo_codes.WORDS.values(), odoo_codes.NEAREST, odoo_codes.READ)
    yield from (*Owner, *Severity, *NAMES.values(), *(f"{kind}s" for kind in KINDS))
    yield from (_words(name) for name in (*ROUTES, *NAMED))
    yield from (*phrases.ALL, *phrases.NONE, *phrases.WHOLE)
    yield from OTHERS
    yield from _given()
    for states in (ReplayItem.Verdict, Document.State, SyncJob.State, Lane):
        yield from (str(said) for _, said in states.choices)


def _words(name: str) -> str:
    return name.replace("_", " ").replace(".", " ").capitalize()


def _given() -> Iterator[str]:
    """Whole sentences that acts refuse with, and that cases end with; what names something is in ``phrases``."""
    for folder in ("jobs", "flows"):
        for path in sorted((BASE / "integration" / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _called(node.func) in GIVEN_TO:
                    yield from (given.value for given in node.args if isinstance(given, ast.Constant) and given.value)


def _called(node: ast.expr) -> str:
    """ "NotAllowed", "cases.clear"."""
    owner = f"{node.value.id}." if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""
    return owner + (node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else "")


def _tables() -> Iterator[str]:
    for model in apps.get_app_config("integration").get_models():
        yield from (str(model._meta.verbose_name), str(model._meta.verbose_name_plural))
        for field in model._meta.fields + model._meta.many_to_many:
            yield from (str(field.verbose_name), str(field.help_text), *(str(said) for _, said in field.flatchoices))


def update() -> None:
    LIST.write_text("".join(f"gettext({text!r})\n" for text in said_below()), encoding="utf-8")
    try:
        call_command(
            "makemessages",
            locale=LANGUAGES,
            no_location=True,
            no_obsolete=True,
            verbosity=0,
            ignore_patterns=["tests/*", "var/*", ".venv/*"],
        )
    finally:
        LIST.unlink()
    for path in sorted(CATALOGS.glob("*/LC_MESSAGES/django.po")):
        settle(path)


def settle(path: Path) -> None:
    """Writes a catalogue in one form, whoever made it, and compiles it."""
    catalog = polib.pofile(str(path))
    rule = catalog.metadata.get("Plural-Forms", "nplurals=2; plural=(n != 1);")
    catalog.metadata = HEADER | {"Language": path.parts[-3], "Content-Type": "text/plain; charset=UTF-8"}
    catalog.metadata["Plural-Forms"] = rule
    catalog.header = ""
    catalog.save()
    catalog.save_as_mofile(str(path.with_suffix(".mo")))
