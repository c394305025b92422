"""What tables, their columns and their choices are called, in the language of the page.

The tables themselves say it in English, which is what the API, the logs and the workers show.
"""

from django.apps import apps
from django.db.models import Field, Model
from django.utils.translation import gettext_lazy

APP = "integration"
WRITTEN = {"sku": "SKU", "partner sku": "partner SKU"}  # as the field writes it


def translate() -> None:
    """Before the first form is made: it takes over what its columns are called then."""
    for model in apps.get_app_config(APP).get_models():
        _table(model)
        for field in model._meta.get_fields():
            if isinstance(field, Field):
                _column(field)


def _table(model: type[Model]) -> None:
    names = model._meta
    names.verbose_name = gettext_lazy(str(names.verbose_name))
    names.verbose_name_plural = gettext_lazy(str(names.verbose_name_plural))


def _column(field: "Field[object, object]") -> None:
    name = str(field.verbose_name)
    field.verbose_name = gettext_lazy(WRITTEN.get(name, name))
    if field.help_text:
        field.help_text = gettext_lazy(str(field.help_text))
    if field.choices:
        field.choices = [(value, gettext_lazy(str(said)) if said else said) for value, said in field.flatchoices]
