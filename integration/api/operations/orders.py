"""Orders as the three sides see them, with their deliveries and lines."""

from django.db.models import Prefetch

from integration.api.filters import OrderFilter
from integration.api.operations.base import Resource
from integration.api.serializers import OrderSerializer
from integration.models import Document, Parcel

_PARCELS = Parcel.objects.defer("signed_by")
_DELIVERIES = (
    Document.objects.select_related("warehouse").prefetch_related("lines", Prefetch("parcels", _PARCELS)).order_by("id")
)


class Orders(Resource[Document]):
    """Orders with their deliveries and lines. Quantities are in Odoo's unit of the line."""

    resource = "orders"
    queryset = (
        Document.objects.with_progress()
        .filter(kind=Document.Kind.ORDER)
        .select_related("connection")
        .defer("connection__secrets")
        .prefetch_related(Prefetch("deliveries", _DELIVERIES))
    )
    serializer_class = OrderSerializer
    filterset_class = OrderFilter
