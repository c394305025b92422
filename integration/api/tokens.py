"""Bearer tokens with scopes: ``cd_<prefix>_<secret>``, of which only a hash of the secret is stored."""

import hmac
from datetime import timedelta
from typing import Any, cast

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from integration.jobs.acts import Actor
from integration.jobs.tokens import SCOPES, hashed, make
from integration.models import ApiToken

__all__ = ["SCOPES", "HasScope", "TokenAuthentication", "actor", "find", "make", "scope_of", "touch"]

LAST_USED_EVERY = timedelta(minutes=1)


def find(text: str) -> ApiToken | None:
    """The valid token with this text."""
    kind, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if kind != "cd" or not prefix.isalnum() or not secret:
        return None
    row = ApiToken.objects.filter(prefix=prefix, revoked_at=None).first()
    known = row is not None and hmac.compare_digest(bytes(row.sha256), hashed(secret))
    if row is None or not known or (row.expires_at and row.expires_at <= timezone.now()):
        return None
    return row


def touch(token: ApiToken) -> None:
    """Notes the use, at most once a minute, so that a busy token is not one hot row."""
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - LAST_USED_EVERY:
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer cd_...``; ``request.auth`` is then the ApiToken."""

    def authenticate(self, request: Request) -> tuple[None, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words:
            return None
        token = None
        if len(words) == 2 and words[0].lower() == b"bearer":
            token = find(words[1].decode("ascii", "replace"))
        if token is None:
            raise AuthenticationFailed("The token is unknown, expired or revoked.")
        touch(token)
        return None, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="crossdock"'


class HasScope(BasePermission):
    """Reading a ``resource`` takes ``<resource>:read``, acting ``<resource>:write``; or the view names a ``scope``."""

    def has_permission(self, request: Request, view: Any) -> bool:
        token = _token(request)
        if token is None or view.action is None:  # no action: the method is not supported, which is 405 for everybody
            return token is not None
        needed = scope_of(view, request.method or "")
        if needed not in token.scopes:
            raise PermissionDenied(f"The token lacks the scope {needed}.", code="scope_missing")
        return True


def scope_of(view: Any, method: str) -> str:
    return str(view.scope or f"{view.resource}:{'read' if method in SAFE_METHODS else 'write'}")


def actor(request: Request) -> Actor:
    """Who acts, for the audit log."""
    token = _token(request)
    return Actor(name=f"token {token} ({token.prefix})" if token else "")


def _token(request: Request) -> ApiToken | None:
    return cast("ApiToken | None", request.auth)
