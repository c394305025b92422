"""Where Odoo's automation rules post. They are not signed, so the address holds a token, and they are only hints:

nothing of the body is believed but which record to read.
"""

import hmac
from typing import Any

from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integration.adapters.base import CAPTURED_MODELS
from integration.api import bodies
from integration.api.schema import HINT
from integration.jobs import inbox
from integration.models import Connection

TOKENS = ("hint_token", "hint_token_previous")  # two, so that the token can be changed without a gap
LARGEST_ID = 2**31 - 1


class Hint(APIView):
    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = bodies.AnyAccept

    @HINT
    def post(self, request: Request, connection: str, token: str) -> Response:
        erp = _erp(connection, token)
        model, record_id = _record(bodies.parse(bodies.read(request._request)))
        if model in CAPTURED_MODELS:
            inbox.hint(erp, model, record_id)
        return Response({}, status=status.HTTP_202_ACCEPTED)


def _erp(slug: str, token: str) -> Connection:
    found = Connection.objects.filter(slug=slug).first()
    known = [found.secrets[name] for name in TOKENS if found.secrets.get(name)] if found else []
    fits = [hmac.compare_digest(each.encode(), token.encode("utf-8", "replace")) for each in known]
    if found is None or not any(fits):
        raise Http404
    return found


def _record(document: Any) -> tuple[str, int]:
    if not isinstance(document, dict):
        raise ValidationError("The body is not a JSON object.")
    model, record_id = document.get("_model"), document.get("_id", document.get("id"))
    if not isinstance(model, str):
        raise ValidationError({"_model": "This is not the name of a model."})
    if type(record_id) is not int or not 0 < record_id <= LARGEST_ID:
        raise ValidationError({"_id": "This is not the id of a record."})
    return model, record_id
