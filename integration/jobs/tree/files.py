"""A tree as YAML: one file, or a folder with a file for each part of it."""

import re
from collections.abc import Hashable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator, ValidationError, validators

from integration.jobs.tree.defaults import short
from integration.jobs.tree.reading import Tree
from integration.jobs.tree.shape import VERSION, schema
from integration.jobs.tree.tables import SECTIONS
from integration.jobs.tree.wrong import Wrong

LARGEST = 50_000_000  # bytes of all files together
ENDINGS = (".yaml", ".yml")
MOST_FAULTS = 10
HEAD = "version"


class Loader(yaml.CSafeLoader):
    """As YAML 1.2 has it: 07:00 and no are text. Numbers are exact, and a key stands once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class Dumper(yaml.CSafeDumper):
    pass


PLAIN = (
    ("bool", r"true|false", "tf"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
)
for _class in (Loader, Dumper):
    _class.yaml_implicit_resolvers = {}
    for _tag, _pattern, _first in PLAIN:
        _class.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(node.value))
Dumper.add_representer(
    Decimal, lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", f"{number:f}")
)


def load(path: Path) -> Tree:
    """Raises Wrong with every fault that it finds, up to ten."""
    tree: Tree = {}
    for file in _files(path):
        for section, rows in _read(file).items():
            tree.setdefault(section, []).extend(rows)
    return tree


def dump(tree: Tree) -> str:
    said = {name: [short(SECTIONS[name], row) for row in rows] for name, rows in tree.items()}
    return yaml.dump({HEAD: VERSION, **said}, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1000)


def save(tree: Tree, folder: Path) -> list[Path]:
    """A file for each section. Returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, rows in tree.items():
        written.append(folder / f"{name}.yaml")
        written[-1].write_text(dump({name: rows}), encoding="utf-8")
    return written


def _files(path: Path) -> list[Path]:
    try:
        found = sorted(each for each in path.iterdir() if each.suffix in ENDINGS) if path.is_dir() else [path]
        if not found:
            raise Wrong(f"There is no file that ends in {' or '.join(ENDINGS)} in {path}.")
        size = sum(file.stat().st_size for file in found)
    except OSError as wrong:
        raise Wrong(f"{path} cannot be read: {wrong.strerror}.") from wrong
    if size > LARGEST:
        raise Wrong(f"{path} has {size} bytes; at most {LARGEST} are read.")
    return found


def _read(file: Path) -> Tree:
    try:
        text = file.read_text(encoding="utf-8")
        _no_anchors(text)
        said = yaml.load(text, Loader)  # noqa: S506  (a safe one)
    except OSError as wrong:
        raise Wrong(f"{file} cannot be read: {wrong.strerror}.") from wrong
    except UnicodeDecodeError as wrong:
        raise Wrong(f"{file} is not in UTF-8.") from wrong
    except (yaml.YAMLError, ValueError, RecursionError) as wrong:
        raise Wrong(f"{file} is no YAML that can be read: {_where(wrong)}") from None
    faults = list(_faults(said))
    if faults:
        more = f"\n... and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
        raise Wrong(f"{file} is not as it should be:\n" + "\n".join(faults[:MOST_FAULTS]) + more)
    return {name: rows for name, rows in said.items() if name != HEAD}


def _no_anchors(text: str) -> None:
    """Some lines of them can stand for more than a machine can hold."""
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="write it out: anchors are not read", problem_mark=cast("yaml.Mark", event.start_mark)
            )


def _where(wrong: Exception) -> str:
    mark, problem = getattr(wrong, "problem_mark", None), getattr(wrong, "problem", None) or str(wrong)
    return f"line {mark.line + 1}: {problem}" if mark else problem


def _faults(said: Any) -> Iterator[str]:
    if not isinstance(said, dict):
        yield "It has to begin with version: 1, and its sections follow."
        return
    for fault in sorted(_validator().iter_errors(said), key=lambda fault: [str(step) for step in fault.absolute_path]):
        yield f"- {_place(said, fault)}: {_words(fault)}"


def _place(said: Any, fault: ValidationError) -> str:
    """ "cut_offs, row 3 (main/WH), time"."""
    section, number, *rest = [*fault.absolute_path, None, None][: max(2, len(fault.absolute_path))]
    if section is None:
        return "at the top"
    if number is None:
        return str(section)
    row = said[section][number]
    key = SECTIONS[str(section)].key[0]
    named = f" ({row[key]})" if isinstance(row, dict) and key in row else ""
    return ", ".join([str(section), f"row {int(number) + 1}{named}", *map(str, rest)])


def _words(fault: ValidationError) -> str:
    """Plain, where the schema's own are not."""
    about: Any = fault.validator_value
    if fault.instance is None and fault.validator == "type":
        return "it is empty: write [] where all its rows are to go, or leave it out"
    if fault.validator == "anyOf":
        return _words(fault.context[0])
    if fault.validator == "enum":
        return f"{fault.instance!r} is none of {', '.join(map(repr, about))}"
    if fault.validator == "additionalProperties":
        known = ", ".join(cast("dict[str, Any]", fault.schema)["properties"])
        return f"{fault.message.partition('(')[2].rstrip(')').replace(' unexpected', ' not known')}; known are {known}"
    if fault.validator == "pattern":
        return f'{fault.instance!r} is no time of the day, such as "07:00"'
    return str(fault.message)


@cache
def _validator() -> Draft202012Validator:
    types = Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number)
    exact: Any = validators.extend(Draft202012Validator, type_checker=types)  # type: ignore[no-untyped-call]
    return cast("Draft202012Validator", exact(schema()))


def _is_number(_: object, said: object) -> bool:
    return isinstance(said, int | Decimal) and not isinstance(said, bool)
