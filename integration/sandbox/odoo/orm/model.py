"""The plain model: everything that every Odoo model answers. Business classes add their rules in the hooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from .aggregates import Aggregating
from .exporting import Exporting
from .importing import Importing
from .permitting import Permitting
from .reading import Reading
from .registry import serves_the_rest
from .threads import Threads
from .webreading import WebReading


@serves_the_rest
class Model(Importing, Exporting, Aggregating, WebReading, Permitting, Threads):
    """One model in one call."""

    computes: ClassVar[dict[str, Callable[..., Any]]] = {"display_name": Reading.display_name_of}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        found = dict(cls.computes)
        for name in dir(cls):
            function: Any = getattr(cls, name, None)
            for column in getattr(function, "columns", ()):
                found[column] = function
        cls.computes = found
