"""Until when a warehouse hands parcels to which carrier, and where each carrier says where a parcel is."""

from django import forms
from django.contrib import admin
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from integration.console.base import ConfigurationAdmin
from integration.models import CutOff, TrackingPage

DAYS = list(WEEKDAYS_ABBR.items())


class CutOffForm(forms.ModelForm):  # type: ignore[type-arg]
    days = forms.TypedMultipleChoiceField(
        label=_("Days"), choices=DAYS, coerce=int, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = CutOff
        fields = ("warehouse", "carrier", "time", "days")


@admin.register(CutOff)
class CutOffAdmin(ConfigurationAdmin):
    form = CutOffForm
    list_display = ("warehouse", "carrier_shown", "time", "days_shown")
    list_display_links = ("warehouse", "carrier_shown")
    list_select_related = ("warehouse",)
    list_filter = ("warehouse",)
    search_fields = ("carrier",)
    nothing = _("Say until when each carrier takes parcels: Today then ranks by what leaves first.")

    @admin.display(description=_("carrier"))
    def carrier_shown(self, row: CutOff) -> str:
        return row.carrier or str(_("all others"))

    @admin.display(description=_("days"))
    def days_shown(self, row: CutOff) -> str:
        return ", ".join(str(WEEKDAYS_ABBR[day]) for day in sorted(row.days))


@admin.register(TrackingPage)
class TrackingPageAdmin(ConfigurationAdmin):
    list_display = ("__str__", "url")
    search_fields = ("carrier",)
    nothing = _("Say where each carrier tells where a parcel is: customer service then has a link for each parcel.")
