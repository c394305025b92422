"""Keeps the groups of the roles as the release says they are. (Loaded before there are models: it asks for them.)"""

from collections import defaultdict
from typing import Any

from django.apps import apps

from integration.rules.roles import ALL, APPS, ROLES, Role


def install(sender: Any, **_: Any) -> None:
    """After the last app's migrations, when all rights are there. Makes the groups, and sets their rights."""
    if sender is not list(apps.get_app_configs())[-1]:
        return
    known = _rights()
    wanted = {name: _of(role, known) for name, role in ROLES.items()}
    is_set = _as_set()
    for name, rights in wanted.items():
        if is_set.get(name) != rights:
            group, _created = apps.get_model("auth", "Group").objects.get_or_create(name=name)
            group.permissions.set(rights)


def _rights() -> dict[str, int]:
    """Their ids by name, such as "integration.view_document"."""
    rows = apps.get_model("auth", "Permission").objects.filter(content_type__app_label__in=APPS)
    named = rows.values_list("content_type__app_label", "codename", "pk")
    return {f"{app}.{codename}": pk for app, codename, pk in named}


def _of(role: Role, known: dict[str, int]) -> frozenset[int]:
    return frozenset(known.values() if ALL in role.rights else (known[right] for right in role.rights & known.keys()))


def _as_set() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    groups = apps.get_model("auth", "Group").objects.filter(name__in=ROLES)
    for name, pk in groups.values_list("name", "permissions"):
        found[name].add(pk)
    return {name: frozenset(rights) for name, rights in found.items()}
