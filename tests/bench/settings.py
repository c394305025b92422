"""The product's settings, with the peers' tables, views and templates beside them in the same processes."""

from pathlib import Path

from django.contrib import admin

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as PRODUCT
from config.settings import TEMPLATES as OURS

INSTALLED_APPS = [*PRODUCT, "tests.bench.peers"]
TEMPLATES = [
    *OURS,
    {**OURS[0], "NAME": "plain", "DIRS": [Path(admin.__file__).parent / "templates"], "APP_DIRS": False},
]
ROOT_URLCONF = "tests.bench.urls"
