"""`manage.py make_key`: a new key for FIELD_KEYS."""

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Prints a new key for FIELD_KEYS. Put it in front of the others: the first encrypts, all decrypt."
    requires_system_checks = ()  # it is needed before there are settings

    def handle(self, **_: Any) -> None:
        self.stdout.write(Fernet.generate_key().decode())
