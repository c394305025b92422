"""Keys and secrets that are exchanged for new ones, and what our users in Odoo may do."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from integration.console import links, said
from integration.console.acting import Act, Acting
from integration.console.base import HistoryAdmin, actor
from integration.console.connections import SECRETS, signing_secret
from integration.console.reach import may_change
from integration.console.words import badge
from integration.jobs import acts, rotations
from integration.models import KeyRotation

RIGHT = "integration.change_secrets"
WEEK_HOURS, YEAR_HOURS = 7 * 24, 365 * 24
State, Kind = KeyRotation.State, KeyRotation.Kind
TONES = {
    State.ASKED: "pending", State.MADE: "running", State.BOTH: "running", State.LEFT: "retry",
    State.ENDED: "succeeded", State.FAILED: "failed",
}  # fmt: skip


def _end(pk: int, by: acts.Actor, _reason: str) -> str:
    rotations.end_signing(pk, by)
    return str(_("From now on the old secret is refused."))


def _look(pk: int, _by: acts.Actor, _reason: str) -> str:
    rotations.look_again(pk)
    return str(_("Come back in a moment: the result stands on its page."))


END = Act(
    "end", _("End the old one now"), _end, _("ended"),
    asks=_("Does the partner sign with the new secret by now?"), grave=True, right=RIGHT,
)  # fmt: skip
LOOK = Act("look", _("Look again"), _look, _("is being looked at"), right=RIGHT)


class RotationForm(forms.ModelForm):  # type: ignore[type-arg]
    secret_new = forms.CharField(
        label=_("New key or secret"),
        required=False,
        strip=True,
        max_length=500,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty to have one made: by Odoo from version 19 on, a signing secret by us."),
    )
    expires = forms.DateField(
        label=_("Ends on"), required=False, widget=UnfoldAdminDateWidget, help_text=_("Of an Odoo's key")
    )
    hours = forms.FloatField(
        label=_("Hours"),
        initial=WEEK_HOURS,
        min_value=0,
        max_value=YEAR_HOURS,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Of a signing secret: so long the old one is good beside the new one."),
    )

    class Meta:
        model = KeyRotation
        fields = ("connection", "secret_new", "expires", "hours")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        connection, secret = given.get("connection"), given.get("secret_new")
        if connection is not None and "signing" in SECRETS.get(connection.kind, {}) and secret:
            try:
                signing_secret(secret)
            except forms.ValidationError as wrong:
                self.add_error("secret_new", wrong)
        return given


@admin.register(KeyRotation)
class KeyRotationAdmin(Acting, HistoryAdmin):
    acts = (END, LOOK)
    form = RotationForm
    exact = ("connection__slug",)
    search_help_text = _("Short name of the connection")
    list_display = ("connection", "kind", "standing", "until", "old_used_at", "expires", "asked_at", "asked_by")
    list_select_related = ("connection",)
    list_filter = ("kind", "state")
    change_form_outer_before_template = "console/rotation_panel.html"
    nothing = _(
        "Nothing was exchanged yet. Add one before a key ends: the old one is good until the new one is in use."
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["integration.add_keyrotation", RIGHT])

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(RIGHT)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        if obj is None:
            return RotationForm.Meta.fields
        return [name for name in super().get_fields(request, obj) if name not in ("secrets", "user")]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return () if obj is None else self.get_fields(request, obj)

    def acts_for(self, row: Model | None) -> Any:
        if not isinstance(row, KeyRotation):
            return ()
        if row.kind == Kind.SIGNING:
            return (END,) if row.state == State.BOTH else ()
        return (LOOK,) if row.state in KeyRotation.OPEN else ()

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        """Raises NotAllowed."""
        given, connection = form.cleaned_data, obj.connection
        if not may_change(request, connection):
            raise acts.NotAllowed(
                "Work of warehouses that you do not see hangs on it: ask somebody who sees all of it."
            )
        if "key" in SECRETS.get(connection.kind, {}):
            made = rotations.ask_for_key(
                connection.pk, actor(request), key=given["secret_new"], expires=given["expires"]
            )
        else:
            made, secret = rotations.ask_for_signing(
                connection.pk, actor(request), hours=given["hours"], secret=given["secret_new"]
            )
            if not given["secret_new"]:
                once = str(_("The new secret is {}. Give it to the partner now: it cannot be shown again."))
                messages.warning(request, format_html(once, format_html("<code class='cd-token'>{}</code>", secret)))
        obj.__dict__.update(made.__dict__)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        context = {"buttons": self.allowed(request, self.acts_for(row)), "rotation": row}
        try:
            return super().changeform_view(request, object_id, form_url, (extra_context or {}) | context)
        except acts.NotAllowed as refusal:
            messages.warning(request, said.below(refusal))
            return HttpResponseRedirect(links.listing(KeyRotation))

    @admin.display(description=_("state"))
    def standing(self, row: KeyRotation) -> SafeString:
        return badge(_(row.get_state_display()), TONES[State(row.state)])
