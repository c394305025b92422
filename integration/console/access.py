"""Users, groups, tokens of the API, and the audit log."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from integration.console import kinds
from integration.console.base import ConfigurationAdmin, HistoryAdmin, actor, changes, subject
from integration.console.reach import limit, sees_as_much
from integration.console.words import badge
from integration.jobs import acts, tokens
from integration.models import ApiToken, AuditEvent, Reach
from integration.rules.roles import ALL_WAREHOUSES, ROLES

MADE = ("prefix", "revoked_at", "last_used_at", "created_at")

admin.site.unregister([User, Group])


class ReachInline(TabularInline):  # type: ignore[misc]
    """Given and taken by who sees all warehouses: nobody else gives what he has not got, himself least of all."""

    model = Reach
    extra = 0
    verbose_name_plural = _('Sees only (for who is not in the group "every warehouse")')

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reach]:
        rows: QuerySet[Reach] = super().get_queryset(request)
        seen = limit(request)
        return rows if seen is None else rows.filter(warehouse__in=seen)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **{"queryset": kinds.choices(db_field), **kwargs})

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return limit(request) is None and bool(super().has_add_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return limit(request) is None and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return limit(request) is None and bool(super().has_delete_permission(request, obj))


def _is_in(who: Any, group: Group) -> bool:
    """Nobody changes the rights of a group of his own."""
    return bool(who.groups.filter(pk=group.pk).exists())


def _gives(group: Group) -> set[str]:
    return {f"{right.content_type.app_label}.{right.codename}" for right in group.permissions.all()}


def _may_as_much(who: Any, other: User) -> bool:
    return bool(
        who.is_superuser or (not other.is_superuser and other.get_all_permissions() <= who.get_all_permissions())
    )


@admin.register(User)
class ConsoleUserAdmin(UserAdmin, ConfigurationAdmin):  # type: ignore[misc,type-arg]
    """Django's page comes first: the theme's class has an empty form for a new row, which must not replace it."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("username",)
    list_display = ("username", "first_name", "last_name", "roles", "sees", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    inlines = (ReachInline,)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": (("first_name", "last_name"), "email")}),
        (_("Access"), {"fields": ("is_active", "groups")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        users: QuerySet[User] = super().get_queryset(request)
        return users.prefetch_related("groups", "reach__warehouse", "reach__erp")

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody changes somebody who may do more, or sees more: with his password all of it could be seen."""
        changes: bool = super().has_change_permission(request, obj)
        return changes and (obj is None or (_may_as_much(request.user, obj) and sees_as_much(request, obj)))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Nobody gives rights that he has not got."""
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups" and not request.user.is_superuser:
            own = request.user.get_all_permissions()
            given = [
                group.pk
                for group in Group.objects.prefetch_related("permissions__content_type")
                if _gives(group) <= own
            ]
            field.queryset = field.queryset.filter(pk__in=given)
        return field

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        page = super().user_change_password(request, id, form_url)
        if request.method == "POST" and page.status_code == 302:
            changed = User.objects.get(pk=id)
            acts.note(actor(request), "changed", subject(changed), **{"password": "(secret)"})
        return page

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        """Whoever is a user here is let into the console; what is to be seen there comes with the role."""
        obj.is_staff = True
        super().save_model(request, obj, form, change)

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        named = [str(_("all rights"))] if user.is_superuser else [group.name for group in user.groups.all()]
        return ", ".join(name for name in named if name != ALL_WAREHOUSES) or "-"

    @admin.display(description=_("sees"))
    def sees(self, user: Any) -> str:
        if user.is_superuser or any(group.name == ALL_WAREHOUSES for group in user.groups.all()):
            return ALL_WAREHOUSES
        return ", ".join(str(row).partition(": ")[2] for row in user.reach.all()) or str(_("no warehouse"))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Who has left is made inactive: the audit log names them for ever."""
        return False


@admin.register(Group)
class ConsoleGroupAdmin(ConfigurationAdmin, GroupAdmin):  # type: ignore[misc]
    """The roles come with the release; others can be made beside them."""

    ordering = ("name",)
    list_display = ("name", "what_for")

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        own = obj is None or (obj.name not in ROLES and (request.user.is_superuser or not _is_in(request.user, obj)))
        return own and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return (obj is None or obj.name not in ROLES) and bool(super().has_delete_permission(request, obj))

    @admin.display(description=_("what for"))
    def what_for(self, group: Group) -> str:
        return str(_(ROLES[group.name].says)) if group.name in ROLES else "-"


@admin.register(Reach)
class ReachAdmin(HistoryAdmin):
    exact = ("user__username",)
    search_help_text = _("The whole name of a user")
    list_display = ("user", "warehouse", "erp", "company_id")
    list_select_related = ("user", "warehouse", "erp")
    nothing = _('What a user sees is entered on the user\'s page; who is in the group "every warehouse" sees all.')


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(name, format_lazy("{} - {}", name, _(text))) for name, text in tokens.SCOPES.items()],
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
    nothing = _("Make a token for each program that uses the API.")
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
        once = str(_("The token is {}. Copy it now: it cannot be shown again."))
        messages.warning(request, format_html(once, format_html("<code class='cd-token'>{}</code>", text)))

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, rows: QuerySet[ApiToken]) -> None:
        valid = list(rows.filter(revoked_at=None))
        for token in valid:
            ApiToken.objects.filter(pk=token.pk).update(revoked_at=Now())
            acts.note(actor(request), "revoked", subject(token))
        messages.success(
            request, ngettext("{count} token revoked.", "{count} tokens revoked.", len(valid)).format(count=len(valid))
        )

    @admin.display(description=_("may"))
    def scope_names(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @admin.display(description=_("state"))
    def state(self, token: ApiToken) -> SafeString:
        if token.revoked_at:
            return badge(_("revoked"), "cancelled")
        if token.expires_at and token.expires_at <= now():
            return badge(_("expired"), "cancelled")
        return badge(_("valid"), "accepted")


@admin.register(AuditEvent)
class AuditEventAdmin(HistoryAdmin):
    exact = ("actor", "subject")
    search_help_text = _("The whole name of an actor, or a whole subject")
    list_display = ("at", "actor", "verb", "subject", "number")
    list_display_links = ("at",)
    exclude = ("hash",)
    ordering = ("-id",)
    nothing = _("Every act of a person and every change of configuration leaves a row here.")
