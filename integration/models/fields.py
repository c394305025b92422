"""Columns that are encrypted at rest (Fernet; the first of settings.FIELD_KEYS encrypts, all of them decrypt)."""

import base64
import hmac
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

SIGNING_BYTES, SIGNATURE_BYTES = 16, 32  # of a Fernet key, and at the end of what it encrypts


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty: set it to a key made by `manage.py make_key`.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as wrong:
        raise ImproperlyConfigured("FIELD_KEYS holds something that is not a Fernet key.") from wrong


def encrypt(plain: bytes) -> bytes:
    return _cipher(tuple(settings.FIELD_KEYS)).encrypt(plain)


def seal(value: Any) -> bytes:
    """What an ``EncryptedJSONField`` keeps of it."""
    return encrypt(json.dumps(value, cls=DjangoJSONEncoder).encode())


def decrypt(token: bytes) -> bytes:
    """Raises ImproperlyConfigured when no configured key fits."""
    try:
        return _cipher(tuple(settings.FIELD_KEYS)).decrypt(token)
    except InvalidToken as wrong:
        raise ImproperlyConfigured("FIELD_KEYS lacks the key that a stored value was encrypted with.") from wrong


def place_of(token: bytes) -> int | None:
    """Which of settings.FIELD_KEYS a stored value is under, from 0 on; None: none of them. Reads its signature only."""
    try:
        whole = base64.urlsafe_b64decode(token)
    except ValueError:
        return None
    signed, signature = whole[:-SIGNATURE_BYTES], whole[-SIGNATURE_BYTES:]
    for place, key in enumerate(settings.FIELD_KEYS):
        signing = base64.urlsafe_b64decode(key)[:SIGNING_BYTES]
        if hmac.compare_digest(hmac.digest(signing, signed, "sha256"), signature):
            return place
    return None


class EncryptedBytesField(models.BinaryField):  # type: ignore[type-arg]
    """Bytes, encrypted in the database. Cannot be searched."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = None if value is None else encrypt(bytes(value))
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        return None if value is None else decrypt(bytes(value))


class EncryptedJSONField(models.BinaryField):  # type: ignore[type-arg]
    """Anything that JSON can hold, encrypted in the database."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(None if value is None else seal(value), connection, prepared)

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return None if value is None else json.loads(decrypt(bytes(value)))


class QuantityField(models.DecimalField):  # type: ignore[type-arg]
    """A quantity or an amount: exact, six places."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"max_digits": 18, "decimal_places": 6} | options))
