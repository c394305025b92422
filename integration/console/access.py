"""Users, groups, tokens of the API, and the audit log."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from integration.console.base import ConfigurationAdmin, HistoryAdmin, actor, changes, subject
from integration.console.words import badge, plural
from integration.jobs import acts, tokens
from integration.models import ApiToken, AuditEvent

MADE = ("prefix", "revoked_at", "last_used_at", "created_at")

admin.site.unregister([User, Group])


@admin.register(User)
class ConsoleUserAdmin(UserAdmin, ConfigurationAdmin):  # type: ignore[misc,type-arg]
    """Django's page comes first: the theme's class has an empty form for a new row, which must not replace it."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("username",)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Who has left is made inactive: the audit log names them for ever."""
        return False


@admin.register(Group)
class ConsoleGroupAdmin(ConfigurationAdmin, GroupAdmin):  # type: ignore[misc]
    ordering = ("name",)


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    scopes = forms.MultipleChoiceField(
        choices=[(name, f"{name} - {text}") for name, text in tokens.SCOPES.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = ApiToken
        fields = ("name", "scopes", "expires_at")


@admin.register(ApiToken)
class ApiTokenAdmin(ConfigurationAdmin):
    """The token itself is shown once, when it is made; afterwards it can only be revoked."""

    form = TokenForm
    list_display = ("name", "prefix", "scope_names", "state", "expires_at", "last_used_at")
    search_fields = ("name", "prefix")
    readonly_fields = MADE
    nothing = "Make a token for each program that uses the API."
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> tuple[str, ...]:
        return ("name", "scopes", "expires_at", *(MADE if obj else ()))

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made, text = tokens.make(obj.name, form.cleaned_data["scopes"], obj.expires_at)
        obj.__dict__.update(made.__dict__)
        acts.note(actor(request), "added", subject(obj), **changes(form))
        once = "The token is {}. Copy it now: it cannot be shown again."
        messages.warning(request, format_html(once, format_html("<code class='cd-token'>{}</code>", text)))

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, rows: QuerySet[ApiToken]) -> None:
        valid = list(rows.filter(revoked_at=None))
        for token in valid:
            ApiToken.objects.filter(pk=token.pk).update(revoked_at=Now())
            acts.note(actor(request), "revoked", subject(token))
        messages.success(request, f"{plural(len(valid), 'token')} revoked.")

    @admin.display(description="may")
    def scope_names(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @admin.display(description="state")
    def state(self, token: ApiToken) -> SafeString:
        if token.revoked_at:
            return badge("revoked", "cancelled")
        if token.expires_at and token.expires_at <= now():
            return badge("expired", "cancelled")
        return badge("valid", "accepted")


@admin.register(AuditEvent)
class AuditEventAdmin(HistoryAdmin):
    exact = ("actor", "subject")
    search_help_text = "The whole name of an actor, or a whole subject"
    list_display = ("at", "actor", "verb", "subject", "number")
    list_display_links = ("at",)
    exclude = ("hash",)
    ordering = ("-id",)
    nothing = "Every act of a person and every change of configuration leaves a row here."
