"""Where partners post their signed messages. 202 means: committed."""

import logging
import secrets
import time
from base64 import b64encode
from functools import lru_cache

from django.db import IntegrityError
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integration.adapters import registry
from integration.api import bodies, limits
from integration.api.schema import WEBHOOK
from integration.errors import Forbidden
from integration.jobs import inbox
from integration.models import Connection

REMEMBERED_SECONDS = 1.0
log = logging.getLogger(__name__)

# Nobody knows this secret: what is sent to an address that no connection has is refused by the same checks, in the
# same words, as a message with a wrong signature. So the answers do not tell which connections exist.
_NOBODYS = {"signing": "whsec_" + b64encode(secrets.token_bytes(32)).decode()}


class Webhook(APIView):
    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = bodies.AnyAccept

    @WEBHOOK
    def post(self, request: Request, connection: str) -> Response:
        body = bodies.read(request._request)
        turn = limits.take(connection)
        try:
            receipt = _receive(connection, request, body)
        except Forbidden:
            limits.give_back(turn)
            raise
        log.debug("message taken", extra={"connection": connection, "inbound": receipt.message_id})
        code = status.HTTP_200_OK if receipt.duplicate else status.HTTP_202_ACCEPTED
        return Response({"message": receipt.message_id, "trace": receipt.trace_id}, status=code)


def _receive(slug: str, request: Request, body: bytes) -> inbox.Receipt:
    try:
        return inbox.receive(_partner(slug), request.headers, body)
    except IntegrityError:  # the connection that was remembered has been removed
        _known.cache_clear()
        return inbox.receive(_partner(slug), request.headers, body)


def _partner(slug: str) -> Connection:
    found = _known(slug, int(time.monotonic() / REMEMBERED_SECONDS))
    return found or Connection(slug=slug, kind="http_json", secrets=_NOBODYS)


@lru_cache(maxsize=256)
def _known(slug: str, _moment: int) -> Connection | None:
    """Remembered for a moment: a burst of messages asks once. So long a secret that was taken away still opens."""
    return Connection.objects.filter(slug=slug, kind__in=registry.WMS).first()
