"""The product's addresses, and the bare view that they are compared with."""

from django.urls import path

from config.urls import urlpatterns as product
from tests.bench.peers.views import BareInsert

urlpatterns = [*product, path("bare", BareInsert.as_view())]
