"""What a warehouse itself has lately not found of what Odoo says it holds."""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal

from django.db.models.functions import Now

from integration.models import Availability, Warehouse
from integration.rules.places import GOOD

FRESH = timedelta(hours=24)


def lacking(warehouse: Warehouse, products: Collection[int]) -> dict[int, Decimal]:
    """By product, in its own unit: how much less good stock its inventory had than was expected. What is older than a
    day says nothing."""
    if not products:
        return {}
    seen = Availability.objects.filter(warehouse=warehouse, product_id__in=list(products), condition=GOOD)
    fresh = seen.looked_at().filter(compared_at__gte=Now() - FRESH, difference__isnull=False)
    total: defaultdict[int, Decimal] = defaultdict(Decimal)
    for product, difference in fresh.values_list("product_id", "difference"):
        total[product] += difference
    return {product: -difference for product, difference in total.items() if difference < 0}
