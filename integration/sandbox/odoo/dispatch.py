"""From a model, a method and arguments to the answer: rights, signatures, one transaction per call."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .faults import AccessError
from .orm.access import check_access, check_message, check_records
from .orm.base import as_ids
from .orm.companies import check_companies
from .orm.env import Env
from .orm.importing import Importing
from .orm.model import Model
from .orm.registry import rpc_kind
from .orm.threads import THREADS

# Methods by the first version that has them.
SINCE = {"formatted_read_group": 19, "web_read": 17, "has_access": 18, "check_access": 18}
UNTIL = {"check_access_rights": 18, "button_done": 18}
# Argument names of older versions.
OLD_NAMES = {
    "16": {"search": {"args": "domain"}, "search_count": {"args": "domain"}, "name_search": {"args": "domain"}},
    "17": {"name_search": {"args": "domain"}},
    "18": {"name_search": {"args": "domain"}},
}
READERS = {
    "read", "search", "search_count", "search_read", "fields_get", "default_get", "name_search", "read_group", "exists",
    "formatted_read_group", "export_data", "web_read", "web_search_read", "get_external_id", "get_metadata",
    "check_object_reference", "address_get", "message_post", "has_access", "check_access", "check_access_rights",
    "has_group", "context_get", "generate", "revoke",
}  # fmt: skip
WITHOUT_WRITING = READERS - {"message_post", "generate", "revoke"}  # whoever may read may post, and have keys
# Owner shown in a TypeError: every class has its own create, write and unlink.
OVERRIDDEN = {"create", "write", "unlink"}


def find_method(env: Env, model: str, name: str) -> Callable[..., Any]:
    """The method that clients may call. Raises AccessError or AttributeError, as Odoo does."""
    served = env.model(model)
    if name.startswith("_"):
        shown = f"'{model}.{name}'" if env.traits.json2 else name
        raise AccessError(f"Private methods (such as {shown}) cannot be called remotely.")
    method = getattr(served, name, None)
    known = _since(served, name) <= env.traits.number <= _until(served, name)
    if not rpc_kind(type(served), name) or not known or (name == "message_post" and model not in THREADS):
        if env.traits.json2:
            raise AttributeError(f"The method '{model}.{name}' does not exist")
        raise AttributeError(f"The method '{name}' does not exist on the model '{model}'")
    found: Callable[..., Any] = method  # type: ignore[assignment]
    return found


def _since(served: Model, name: str) -> int:
    return int(getattr(served, "since", {}).get(name, SINCE.get(name, 0)))


def _until(served: Model, name: str) -> int:
    return int(getattr(served, "until", {}).get(name, UNTIL.get(name, 99)))


def takes_ids(env: Env, model: str, name: str) -> bool:
    """Called on records. Includes the one method that lost its decorator."""
    if env.traits.lot_create_needs_ids and (model, name) == ("stock.lot", "create"):
        return True
    if (model, name) == ("res.users", "has_group"):
        return env.traits.number >= 18
    return rpc_kind(type(env.model(model)), name) == "records"


def call(env: Env, model: str, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Call a method with the arguments of `execute_kw`."""
    method = find_method(env, model, name)
    ids: Any = None
    if takes_ids(env, model, name):
        ids, args = (args[0], args[1:]) if args else (kwargs.pop("ids", []), args)
    kwargs = _renamed(env, name, kwargs)
    _check_signature(env, model, name, method, args, kwargs)
    allow(env, model, name, ids)
    if rpc_kind(type(env.model(model)), name) == "records":
        return method(ids, *args, **kwargs)
    answer = method(*args, **kwargs)
    return answer if ids is None else f"{model}({', '.join(map(str, as_ids(answer)))},)"


def _renamed(env: Env, name: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    names = OLD_NAMES.get(env.traits.version, {}).get(name, {})
    return {names.get(key, key): value for key, value in kwargs.items()}


def parameters(method: Callable[..., Any]) -> inspect.Signature:
    """The signature without the ids."""
    signature = inspect.signature(method)
    return signature.replace(parameters=[one for key, one in signature.parameters.items() if key != "ids"])


def _check_signature(
    env: Env, model: str, name: str, method: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
) -> None:
    """Raises the TypeError that a Python call would raise on a real server."""
    signature = parameters(method)
    owner = _owner(env, model, name)
    known = signature.parameters
    if not any(one.kind is inspect.Parameter.VAR_KEYWORD for one in known.values()):
        for key in kwargs:
            if key not in known:
                raise TypeError(f"{owner}.{name}() got an unexpected keyword argument '{key}'")
    missing = [
        key
        for position, (key, one) in enumerate(known.items())
        if one.default is inspect.Parameter.empty
        and one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        and position >= len(args)
        and key not in kwargs
    ]
    if missing:
        plural = "s" if len(missing) > 1 else ""
        names = " and ".join(f"'{key}'" for key in missing)
        raise TypeError(f"{owner}.{name}() missing {len(missing)} required positional argument{plural}: {names}")
    if len(args) > len(known) and not any(one.kind is inspect.Parameter.VAR_POSITIONAL for one in known.values()):
        shown = "create()" if name == "create" and env.traits.number == 17 else f"{owner}.{name}()"
        raise TypeError(f"{shown} takes {len(known) + 1} positional arguments but {len(args) + 1} were given")


def _owner(env: Env, model: str, name: str) -> str:
    if name in OVERRIDDEN or not hasattr(Importing, name):
        return "".join(word.title() for word in model.replace("_", ".").split("."))
    return "BaseModel"


def allow(env: Env, model: str, name: str, ids: Any) -> None:
    """Raises AccessError when the user may not do this to these records."""
    check_companies(env)
    operation = "read" if name in READERS else name if name in ("create", "unlink") else "write"
    if name != "load":
        check_access(env, model, operation)
    if ids is not None and name == "message_post":
        check_message(env, model, as_ids(ids))
    if ids is not None:
        check_records(env, model, as_ids(ids))


def transact(env: Env, work: Callable[[], Any]) -> Any:
    """Run one call as one transaction: all of it is kept, or nothing."""
    try:
        answer = work()
    except BaseException:
        env.store.rollback()
        raise
    env.store.commit()
    return answer
