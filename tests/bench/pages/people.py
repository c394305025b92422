"""Who asks: somebody who sees all, and people who see one warehouse each, for whom every row is looked at first."""

from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.test import Client

from integration.models import Reach
from tests.bench.volume.places import WAREHOUSES

ALL = "administrator"
ROLES = ("supervisor", "integrator")
SEE_ONE = (3, 5)  # warehouses: one with a tenth of the orders, and one that is new


@dataclass(frozen=True, slots=True)
class Person:
    """``warehouse`` None: all of them."""

    name: str
    client: Client
    warehouse: int | None = None


def make() -> list[Person]:
    """Each with a session."""
    boss = User.objects.create_superuser(ALL)
    people = [Person(ALL, _client(boss))]
    for pk in SEE_ONE:
        name = f"{WAREHOUSES[pk][0]} only"
        user = User.objects.create_user(name, is_staff=True)
        user.groups.set(Group.objects.filter(name__in=ROLES))
        Reach.objects.create(user=user, warehouse_id=pk)
        people.append(Person(name, _client(user), pk))
    return people


def _client(user: User) -> Client:
    client = Client(headers={"host": "localhost", "accept-language": "en"})
    client.force_login(user)
    return client
