"""What this Odoo has of the models, fields and methods that the gateway uses."""

from integration.adapters.odoo import recorded
from integration.adapters.odoo.caller import Caller
from integration.canonical.shapes import FieldShape, ModelShape, Shape, Used, all_of
from integration.errors import ConfigurationError, IntegrationError, Permanent

ABOUT = ["type", "relation", "selection", "required"]
# Every model has these; most cannot be asked for without doing something.
EVERYWHERE = frozenset({
    *("create", "write", "unlink", "read", "search", "search_read", "web_search_read", "search_count", "load"),
    *("export_data", "fields_get", "read_group", "formatted_read_group", "default_get", "name_create"),
    *("check_access_rights", "has_access", "has_group", "context_get", "message_post"),
})  # fmt: skip
NO_MODEL, DIFFERS = "CD-2003", "CD-2005"
NOT_THERE = ("AttributeError", "NotFound")


class Shapes:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def read(self) -> Shape:
        """One call for each model and method. A model that is not there, or not to be seen, is left out."""
        used = all_of(recorded.uses(self._call.version.major))
        found = {model: self._model(model, each) for model, each in sorted(used.items())}
        return {model: shape for model, shape in found.items() if shape is not None}

    def _model(self, model: str, used: Used) -> ModelShape | None:
        try:
            answer = self._call(model, "fields_get", allfields=sorted(used.fields), attributes=ABOUT)
        except Permanent as error:
            if error.code == DIFFERS:
                raise
            return None
        fields = {name: _field(about) for name, about in answer.items() if name in used.fields}
        return ModelShape(fields, {name: self._has(model, name) for name in sorted(used.methods - EVERYWHERE)})

    def _has(self, model: str, method: str) -> bool:
        """Called on no record and with an argument that no method has: Python refuses that before anything is done,
        and refuses a method that is not there in another way."""
        try:
            self._call(model, method, [], crossdock_asks_whether_this_method_is_there=True)
        except ConfigurationError as error:
            return not str(error.context.get("detail", "")).startswith(NOT_THERE)
        except IntegrationError as error:
            if not isinstance(error, Permanent):
                raise
        return True


def _field(about: dict[str, object]) -> FieldShape:
    values = about.get("selection")
    listed = tuple(str(value) for value, _ in values) if isinstance(values, list | tuple) else ()
    kind, relation = str(about.get("type", "")), str(about.get("relation") or "")
    return FieldShape(kind, relation, listed, bool(about.get("required")))
