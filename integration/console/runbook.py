"""The runbook, as the pages under ``docs/runbook`` say it, so that a case leads to what to do step by step."""

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

from integration.errors.catalogue import PROBLEMS

LIST = "README"
DOWN = ("down-odoo", "down-warehouse", "down-crossdock", "down-database")  # what to do while one of them is
PAGES = settings.BASE_DIR / "docs" / "runbook"
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def view(request: HttpRequest, name: str) -> HttpResponseBase:
    """One page, or the list of all. Its address ends as the file's does: links between the pages lead on."""
    if name not in (LIST, *DOWN, *PROBLEMS):
        raise Http404
    context = admin.site.each_context(request) | {"title": _("Runbook"), "page": _page(name), "is_list": name == LIST}
    return TemplateResponse(request, "console/runbook.html", context)


def address(code: str) -> str:
    """Of the code's page; empty for what has none."""
    return reverse("admin:runbook", args=[code]) if code in PROBLEMS else ""


def _page(name: str) -> SafeString:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    return SafeString(MARKDOWN.render(text))  # files of our own, and HTML in them would be escaped
