"""The language of a page: what the user chose, which a cookie keeps; before that, what the browser asks for."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.urls import reverse
from django.utils import translation

PLAIN = settings.LANGUAGE_CODE


class Middleware(LocaleMiddleware):
    """For pages of the console only: the API answers in English, whatever is asked for. The thread speaks it again
    afterwards."""

    async_capable = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with plainly():
            return cast("HttpResponseBase", super().__call__(request))

    def process_request(self, request: HttpRequest) -> None:
        if _is_console(request):
            super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return super().process_response(request, response) if _is_console(request) else response


def plainly() -> translation.override:
    """What is kept, or read by machines, is in English: ``with plainly(): ...``."""
    return translation.override(PLAIN)


def _is_console(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))
