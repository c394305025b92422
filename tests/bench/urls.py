"""The product's addresses, and what they are compared with: a bare view, and Django's own admin."""

from django.urls import path

from config.urls import urlpatterns as product
from tests.bench.peers import admin
from tests.bench.peers.views import BareInsert

urlpatterns = [*product, path("bare", BareInsert.as_view()), path("plain/", admin.make().urls)]
