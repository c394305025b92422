"""CEL as conditions are written in it: which facts there are, and the part of the language that may be used.

Two environments with the same names. *Checking* has exact numbers as a type of their own, so that comparing one with a
whole number, or with a fraction that CEL would keep as a float, is refused when a rule is saved. *Asking* has them as
whole millionths. What could make a small text grow (sums of texts and lists, ``map``, ``filter``) is in neither, nor
are floats; what goes through lists is counted by the library and stops at 10,000 steps.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from cel_expr_python import cel

from integration.rules.business.facts import FACTS, Type

EXACT = cel.Type.AbstractType("decimal")
MACROS = ("all", "exists", "exists_one")
MOVED = ("_+_", "_-_")
COMPARED = ("_<_", "_<=_", "_>_", "_>=_")
LEFT_OUT = (
    *("_+_", "_-_", "_*_", "_/_", "_%_", "-_", "dyn", "type", "double", "string", "bytes", "uint", "int"),
    *("getMilliseconds",),
)
PLAIN: Mapping[str, Any] = {
    "string": cel.Type.STRING,
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "timestamp": cel.Type.TIMESTAMP,
    "list(string)": cel.Type.List(cel.Type.STRING),
}


@cache
def checking() -> Any:
    alike = (EXACT, cel.Type.INT, cel.Type.STRING, cel.Type.TIMESTAMP, cel.Type.DURATION)
    compared = [
        cel.FunctionDecl(name, [_overload(f"{name}{kind.name()}", cel.Type.BOOL, [kind, kind]) for kind in alike])
        for name in COMPARED
    ]
    return _environment(EXACT, [*compared, _decimal(EXACT)], LEFT_OUT + COMPARED)


@cache
def asking() -> Any:
    return _environment(cel.Type.INT, [_decimal(cel.Type.INT, exactly)], LEFT_OUT)


def exactly(number: str | int) -> int:
    """A number as a rule writes it, in millionths. Raises ArithmeticError."""
    return int(Decimal(number).scaleb(6).to_integral_exact())


def _environment(number: Any, functions: list[Any], without: tuple[str, ...]) -> Any:
    kinds = {**PLAIN, Type.DECIMAL.value: number, Type.QUANTITIES.value: cel.Type.Map(cel.Type.STRING, number)}
    named = {fact.name: kinds[fact.type.value] for fact in FACTS}
    lines = ["stdlib:", f"  include_macros: [{', '.join(MACROS)}]", "  exclude_functions:"]
    config = "\n".join([*lines, *(f'    - name: "{name}"' for name in without)])
    return cel.NewEnv(
        config=cel.NewEnvConfigFromYaml(config), variables=named, functions=[*functions, *map(_moved, MOVED)]
    )


def _moved(name: str) -> Any:
    """A moment and a span; how that is done, the library knows."""
    moment = cel.Type.TIMESTAMP
    return cel.FunctionDecl(name, [_overload(f"{name}moment", moment, [moment, cel.Type.DURATION])])


def _decimal(kind: Any, impl: Callable[[Any], int] | None = None) -> Any:
    overloads = [_overload(f"decimal_{each.name()}", kind, [each], impl) for each in (cel.Type.STRING, cel.Type.INT)]
    return cel.FunctionDecl("decimal", overloads)


def _overload(name: str, gives: Any, takes: list[Any], impl: Callable[..., Any] | None = None) -> Any:
    return cel.Overload(name, gives, takes, **({"impl": impl} if impl else {}))
