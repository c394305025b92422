"""Which class serves which model; a model without a class of its own is served by the plain one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from .model import Model

Class = TypeVar("Class", bound="type[Model]")
Function = TypeVar("Function", bound=Callable[..., Any])

_CLASSES: dict[str, type[Model]] = {}
_PLAIN: list[type[Model]] = []


def serves(*names: str) -> Callable[[Class], Class]:
    """Register a class for models."""

    def register(cls: Class) -> Class:
        for name in names:
            _CLASSES[name] = cls
        return cls

    return register


def serves_the_rest(cls: Class) -> Class:
    """Register the class for all other models."""
    _PLAIN[:] = [cls]
    return cls


def model_class(name: str) -> type[Model]:
    return _CLASSES.get(name, _PLAIN[0])


def computes(*columns: str) -> Callable[[Function], Function]:
    """Mark a method as the source of fields."""

    def mark(function: Function) -> Function:
        function.columns = columns  # type: ignore[attr-defined]
        return function

    return mark


def on_records(function: Function) -> Function:
    """Mark a method that clients may call on ids."""
    function.rpc = "records"  # type: ignore[attr-defined]
    return function


def on_model(function: Function) -> Function:
    """Mark a method that clients may call on the model."""
    function.rpc = "model"  # type: ignore[attr-defined]
    return function


def rpc_kind(cls: type, name: str) -> str:
    """How clients may call a method: on `records`, on the `model`, or (empty) not at all."""
    for owner in cls.__mro__:
        kind = getattr(owner.__dict__.get(name), "rpc", "")
        if kind:
            return str(kind)
    return ""
