"""The least that a webhook can do: check a document's form and commit it. No signature, no recognition, no job."""

from typing import Any

from rest_framework import parsers, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.bench.peers.models import BareMessage


class BareSerializer(serializers.ModelSerializer[BareMessage]):
    class Meta:
        model = BareMessage
        fields = ("type", "data")


class BareInsert(APIView):
    authentication_classes = ()
    permission_classes = ()
    parser_classes = (parsers.JSONParser,)

    def post(self, request: Request, *_: Any) -> Response:
        serializer = BareSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response({"id": serializer.save().pk}, status=status.HTTP_201_CREATED)
