"""The `common` and `object` services, which XML-RPC and JSON-RPC share."""

from __future__ import annotations

from typing import Any

from ..service import Service
from .wire import Call


def object_call(protocol: str, method: str, params: list[Any], reference: Any = None) -> Call:
    """The call in the parameters of `object.execute_kw` or `object.execute`. Raises Exception like the server."""
    if method not in ("execute_kw", "execute"):
        raise NameError(f"Method not available {method}")
    database, uid, secret, model, name, *rest = params
    if method == "execute_kw":
        args = list(rest[0]) if rest else []
        kwargs = dict(rest[1]) if len(rest) > 1 and rest[1] else {}
    else:
        args, kwargs = list(rest), {}
    login = [database, uid, secret]
    shown = uid if isinstance(uid, int) else 0
    return Call(protocol, "object", name, [login, args], shown, model, kwargs, reference)


def run(service: Service, call: Call) -> Any:
    """Carry out a call of either service."""
    if call.service == "object":
        (database, uid, secret), args = call.args
        service.check_login(database, uid, secret)
        return service.execute(uid, call.model, call.method, args, call.kwargs)
    return _common(service, call)


def _common(service: Service, call: Call) -> Any:
    if call.method == "version":
        return service.version()
    if call.method in ("authenticate", "login"):
        database, login, secret = call.args[:3]
        return service.authenticate(database, login, secret)
    raise Exception(f"Method not found: {call.method}")
