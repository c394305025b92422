"""Search domains: parsing, checking and matching records one by one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from .schema import X2MANY, Field
from .values import TEXTS

if TYPE_CHECKING:
    from .env import Env

Predicate = Callable[[int], bool]
NEGATED = {"!=": "=", "not in": "in", "not ilike": "ilike", "not like": "like", "not any": "any"}
POSITIVE = {
    "=",
    "in",
    "<",
    ">",
    "<=",
    ">=",
    "=?",
    "like",
    "ilike",
    "=like",
    "=ilike",
    "child_of",
    "parent_of",
    "any",
}
OPERATORS = POSITIVE | set(NEGATED) | {"<>", "=="}


def compile_domain(env: Env, model: str, domain: Any) -> Predicate:
    """A function that says whether a record of the model matches. Raises ValueError or TypeError."""
    if not isinstance(domain, (list, tuple)):
        raise TypeError(f"Domain() invalid argument type for domain: {domain!r}")
    stack: list[Predicate] = []
    for item in reversed(domain):
        if item == "!":
            stack.append(_negate(stack.pop()))
        elif item in ("&", "|"):
            stack.append(_join(item, stack.pop(), stack.pop()))
        else:
            stack.append(_leaf(env, model, item))
    return _all(stack)


def refuse_hidden(env: Env, model: str, domain: Any) -> None:
    """Clients may not search by what this version does not have. Raises ValueError."""
    for leaf in domain:
        if not isinstance(leaf, (list, tuple)) or len(leaf) != 3 or not isinstance(leaf[0], str):
            continue
        first, _, rest = leaf[0].partition(".")
        field = env.database.fields(model).get(first)
        if field is not None and field.hidden:
            raise _unknown(env, model, first, leaf)
        if field is not None and rest:
            refuse_hidden(env, field.relation, [(rest, leaf[1], leaf[2])])


def _unknown(env: Env, model: str, name: str, leaf: Any) -> ValueError:
    word = "condition" if env.traits.whole_seconds else "leaf"
    return ValueError(f"Invalid field {model}.{name} in {word} {tuple(leaf)!r}")


def _all(predicates: list[Predicate]) -> Predicate:
    return lambda record_id: all(predicate(record_id) for predicate in reversed(predicates))


def _negate(inner: Predicate) -> Predicate:
    return lambda record_id: not inner(record_id)


def _join(operator: str, left: Predicate, right: Predicate) -> Predicate:
    if operator == "&":
        return lambda record_id: left(record_id) and right(record_id)
    return lambda record_id: left(record_id) or right(record_id)


def _leaf(env: Env, model: str, leaf: Any) -> Predicate:
    name, operator, value = leaf
    if isinstance(name, int):
        return lambda _record_id: name == value
    operator = {"<>": "!=", "==": "="}.get(operator, operator)
    if operator not in OPERATORS:
        raise ValueError(f"Invalid operator {operator!r} in domain term {tuple(leaf)!r}")
    first, _, rest = str(name).partition(".")
    field = env.database.fields(model).get(first)
    if field is None:
        raise _unknown(env, model, first, leaf)
    if rest:
        return _through(env, model, field, rest, operator, value)
    if operator in NEGATED:
        return _negate(_leaf(env, model, (name, NEGATED[operator], value)))
    return _field(env, model, field, operator, value)


def _through(env: Env, model: str, field: Field, rest: str, operator: str, value: Any) -> Predicate:
    """A dotted path: any record at the other end matches (for a negation: of the last step, as Odoo does)."""
    inner = _leaf(env, field.relation, (rest, operator, value))
    empty_matches = operator in ("=", "in") and not value
    if field.type == "many2one":
        return lambda record_id: _any_of(_linked(env, model, record_id, field), inner, empty_matches)
    return lambda record_id: _any_of(_linked(env, model, record_id, field), inner, empty=False)


def _any_of(ids: tuple[int, ...], inner: Predicate, empty: bool) -> bool:
    return any(inner(linked) for linked in ids) if ids else empty


def _linked(env: Env, model: str, record_id: int, field: Field) -> tuple[int, ...]:
    value = env.browse(model, record_id).raw(field.name)
    if field.type == "many2one":
        return (value,) if value else ()
    return tuple(value)


def _field(env: Env, model: str, field: Field, operator: str, value: Any) -> Predicate:
    if operator == "any":
        inner = compile_domain(env, field.relation, value)
        return lambda record_id: any(inner(linked) for linked in _linked(env, model, record_id, field))
    if operator in ("child_of", "parent_of"):
        return _hierarchy(env, model, field, operator, value)
    if field.type == "many2one" or field.type in X2MANY:
        return _relation(env, model, field, operator, value)
    test = _test(env, field, operator, value)
    return lambda record_id: test(env.browse(model, record_id).raw(field.name))


def _relation(env: Env, model: str, field: Field, operator: str, value: Any) -> Predicate:
    wanted = _targets(env, field, operator, value)
    if wanted is None:
        return lambda record_id: not _linked(env, model, record_id, field)
    accepts_none = operator == "in" and isinstance(value, (list, tuple)) and False in value
    return lambda record_id: _any_of(_linked(env, model, record_id, field), wanted.__contains__, accepts_none)


def _targets(env: Env, field: Field, operator: str, value: Any) -> set[int] | None:
    """The ids that a link must point to; None: no link at all."""
    if isinstance(value, str) or operator in ("like", "ilike", "=like", "=ilike"):
        found = env.model(field.relation).name_search(
            str(value or ""), [], "ilike" if operator == "=" else operator, None
        )
        return {row[0] for row in found}
    if isinstance(value, (list, tuple)):
        return {item for item in value if item}
    if not value:
        return None
    return {int(value)}


def _hierarchy(env: Env, model: str, field: Field, operator: str, value: Any) -> Predicate:
    target = model if field.name == "id" else field.relation
    roots = set(value if isinstance(value, (list, tuple)) else [value])
    parent = "location_id" if target == "stock.location" else "parent_id"

    def chain(record_id: int) -> set[int]:
        seen: set[int] = set()
        while record_id and record_id not in seen:
            seen.add(record_id)
            record_id = env.store.table(target)[record_id].get(parent) or 0
        return seen

    above: set[int] = set().union(*(chain(root) for root in roots)) if operator == "parent_of" else set()

    def test(record_id: int) -> bool:
        return record_id in above if operator == "parent_of" else bool(chain(record_id) & roots)

    if field.name == "id":
        return test
    return lambda record_id: any(test(linked) for linked in _linked(env, model, record_id, field))


def _test(env: Env, field: Field, operator: str, value: Any) -> Callable[[Any], bool]:
    if operator == "=?":
        return (lambda _kept: True) if value in (None, False) else _test(env, field, "=", value)
    if field.type in ("datetime", "date") and value:
        return _moment(env, field, operator, value)
    if operator in ("like", "ilike", "=like", "=ilike"):
        return _pattern(operator, str(value))
    if operator == "in":
        wanted = [_same(field, item) for item in (value if isinstance(value, (list, tuple)) else [value])]
        return lambda kept: _same(field, kept) in wanted
    if operator == "=":
        return lambda kept: _same(field, kept) == _same(field, value)
    return lambda kept: kept not in (None, False) and _ordered(operator, kept, value)


def _same(field: Field, value: Any) -> Any:
    """Empty is empty, however a client spells it."""
    if field.type in ("float", "monetary"):
        return round(float(value or 0), 6)
    if field.type in (*TEXTS, "selection"):
        return value or False
    return value or 0 if field.type in ("integer", "boolean") else value


def _ordered(operator: str, kept: Any, value: Any) -> bool:
    if operator == "<":
        return bool(kept < value)
    if operator == ">":
        return bool(kept > value)
    return bool(kept <= value) if operator == "<=" else bool(kept >= value)


_WILD = {"%": ".*", "_": "."}


def _pattern(operator: str, text: str) -> Callable[[Any], bool]:
    """SQL's patterns: `%` any text, `_` any character, a backslash takes the next one as it is; without `=` the text
    may stand anywhere.
    """
    words = text if operator.startswith("=") else f"%{text}%"
    parts = re.findall(r"\\.|.", words, re.DOTALL)
    expression = "".join(_WILD.get(part) or re.escape(part[-1]) for part in parts)
    flags = re.DOTALL | (re.IGNORECASE if "ilike" in operator else 0)
    compiled = re.compile(expression, flags)
    return lambda kept: bool(kept) and compiled.fullmatch(str(kept)) is not None


def _moment(env: Env, field: Field, operator: str, value: Any) -> Callable[[Any], bool]:
    """Compare times: to the microsecond before Odoo 19, by whole seconds since."""
    if isinstance(value, (list, tuple)):
        tests = [_moment(env, field, "=", item) for item in value]
        return lambda kept: any(test(kept) for test in tests)
    wanted = _read_moment(env, value)

    def clip(moment: Any) -> Any:
        if isinstance(moment, date) and not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        return moment.replace(microsecond=0) if env.traits.whole_seconds else moment

    if operator == "=":
        return lambda kept: bool(kept) and clip(kept) == clip(wanted)
    return lambda kept: bool(kept) and _ordered(operator, clip(kept), clip(wanted))


def _read_moment(env: Env, value: Any) -> datetime:
    text = str(value)
    if env.traits.whole_seconds and text.endswith("Z"):
        raise ValueError(f"expecting only datetimes with no timezone: {text!r}")
    return datetime.fromisoformat(text.removesuffix("Z").replace("T", " "))
