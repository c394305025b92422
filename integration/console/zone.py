"""Shows times in the zone of the user's browser, which a script of ours keeps in a cookie."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

COOKIE = "console_zone"
ZONES = frozenset(available_timezones())


def middleware(respond: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """For pages of the console only: the API answers in UTC."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        name = request.COOKIES.get(COOKIE, "")
        if name not in ZONES or not request.path.startswith(reverse("admin:index")):
            return respond(request)
        with timezone.override(ZoneInfo(name)):
            return respond(request)

    return answer
