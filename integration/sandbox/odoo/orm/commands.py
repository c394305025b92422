"""The commands 0 to 6 by which clients write lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .links import INVERSES, MIRRORS

if TYPE_CHECKING:
    from .env import Env

CREATE, UPDATE, DELETE, UNLINK, LINK, CLEAR, SET = range(7)


def apply(env: Env, model: str, record_id: int, name: str, commands: Any) -> None:
    """Carry out the commands on a stored list field of an existing record."""
    column = env.field(model, name).column
    if (model, column) in INVERSES:
        _one2many(env, model, record_id, column, _as_commands(commands))
    else:
        _many2many(env, model, record_id, name, _as_commands(commands))


def _as_commands(value: Any) -> list[list[Any]]:
    """A bare list of ids means: exactly these."""
    if not value:
        return [] if value != [] else [[SET, 0, []]]
    if all(isinstance(item, int) for item in value):
        return [[SET, 0, list(value)]]
    return [list(item) for item in value]


def _one2many(env: Env, model: str, record_id: int, column: str, commands: list[list[Any]]) -> None:
    target, inverse = INVERSES[model, column]
    lines = env.model(target)
    for command in commands:
        code, line = command[0], command[1] if len(command) > 1 else 0
        if code == CREATE:
            lines.create({**command[2], inverse: record_id})
        elif code == UPDATE:
            lines.write([line], command[2])
        elif code == DELETE:
            lines.unlink([line])
        elif code == UNLINK:
            lines.write([line], {inverse: False})
        elif code == LINK:
            lines.write([line], {inverse: record_id})
        else:
            _replace(env, model, record_id, column, list(command[2]) if code == SET else [])


def _replace(env: Env, model: str, record_id: int, column: str, wanted: list[int]) -> None:
    target, inverse = INVERSES[model, column]
    current = env.value(model, record_id, column)
    gone = [line for line in current if line not in wanted]
    if env.field(target, inverse).required:
        env.model(target).unlink(gone)
    elif gone:
        env.model(target).write(gone, {inverse: False})
    added = [line for line in wanted if line not in current]
    if added:
        env.model(target).write(added, {inverse: record_id})


def _many2many(env: Env, model: str, record_id: int, name: str, commands: list[list[Any]]) -> None:
    field = env.field(model, name)
    before = list(env.store.table(model)[record_id].get(field.column) or ())
    after = list(before)
    for command in commands:
        after = _changed(env, field.relation, after, command)
    env.store.update(model, record_id, {field.column: tuple(after)})
    _mirror(env, model, record_id, field.column, before, after)


def _changed(env: Env, target: str, ids: list[int], command: list[Any]) -> list[int]:
    code, line = command[0], command[1] if len(command) > 1 else 0
    if code == CREATE:
        return [*ids, *env.model(target).create_all([command[2]])]
    if code == UPDATE:
        env.model(target).write([line], command[2])
        return ids
    if code in (DELETE, UNLINK):
        return [item for item in ids if item != line]
    if code == LINK:
        return ids if line in ids else [*ids, line]
    return list(dict.fromkeys(command[2])) if code == SET else []


def _mirror(env: Env, model: str, record_id: int, column: str, before: list[int], after: list[int]) -> None:
    if (model, column) not in MIRRORS:
        return
    target, back = MIRRORS[model, column]
    for line in {*before, *after}:
        row = env.store.table(target).get(line)
        if row is None:
            continue
        links = [item for item in row.get(back) or () if item != record_id]
        env.store.update(target, line, {back: tuple([*links, record_id] if line in after else links)})
