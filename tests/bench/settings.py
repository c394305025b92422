"""The product's settings, with the peers' tables and views beside them in the same processes."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as PRODUCT

INSTALLED_APPS = [*PRODUCT, "tests.bench.peers"]
ROOT_URLCONF = "tests.bench.urls"
