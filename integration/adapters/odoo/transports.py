"""The three protocols of Odoo's external API behind one ``call``, on odoo-client-lib's connectors and model proxies.

The library's own posting is replaced: it has no pool and no time-outs on XML-RPC, logs arguments (the password is
one) at debug level, and its JSON-2 proxy puts the payload into its error texts.
"""

import json
import xmlrpc.client
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from odoolib.json2 import Json2Connection, Json2Connector, JsonModel
from odoolib.main import JsonRPCConnector, XmlRPCConnector
from odoolib.rpc import Connection, Model, Service

from integration.adapters.odoo.answers import read_json2, read_jsonrpc, read_xml
from integration.adapters.odoo.faults import Call, classify, from_xmlrpc
from integration.adapters.odoo.wire import Wire

# What the classic protocols pass by position, because modules override these methods under other argument names.
POSITIONAL = {
    "check_access_rights": ("operation",),
    "create": ("vals_list",),
    "export_data": ("fields_to_export",),
    "fields_get": ("allfields",),
    "has_access": ("operation",),
    "has_group": ("group_ext_id",),
    "load": ("fields", "data"),
    "read": ("fields",),
    "search": ("domain",),
    "search_count": ("domain",),
    "search_read": ("domain", "fields"),
    "web_search_read": ("domain", "specification"),
    "write": ("vals",),
}


Named = Mapping[str, object]


class Transport(Protocol):
    """``ids`` None: a method of the model, not of records. ``kwargs`` are named as JSON-2 names them."""

    name: str

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        kwargs: Named,
        context: Named,
    ) -> object: ...


class RpcTransport:
    """XML-RPC and JSON-RPC: logs in once per process, then ``execute_kw``."""

    def __init__(self, name: str, connection: "QuietConnection") -> None:
        self.name = name
        self._connection = connection

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        kwargs: Named,
        context: Named,
    ) -> object:
        named = dict(kwargs)
        positional = [named.pop(name) for name in POSITIONAL.get(method, ()) if name in named]
        args = positional if ids is None else [list(ids), *positional]
        proxy = getattr(self._connection.get_model(model), method)
        return proxy(*args, **named, context=dict(context))

    def authenticate(self, *, afresh: bool = False) -> int:
        self._connection.check_login(force=afresh)
        return cast("int", self._connection.user_id)


class Json2Transport:
    """JSON-2: an API key in the header, arguments by name only."""

    name = "json2"

    def __init__(self, connection: "QuietJson2Connection") -> None:
        self._connection = connection

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        kwargs: Named,
        context: Named,
    ) -> object:
        records = {} if ids is None else {"ids": list(ids)}
        return getattr(self._connection.get_model(model), method)(**records, **kwargs, context=dict(context))


class PooledXmlRpc(XmlRPCConnector):  # type: ignore[misc]
    def __init__(self, wire: Wire) -> None:
        super().__init__(*_address(wire))
        self._wire = wire

    def get_service(self, service_name: str) -> "QuietService":
        return QuietService(self, service_name)

    def send(self, service_name: str, method: str, *args: object) -> object:
        body = xmlrpc.client.dumps(cast("tuple[Any, ...]", args), method, allow_none=True, encoding="utf-8").encode()
        call, headers = _asked(self._wire, service_name, method, args), {"Content-Type": "text/xml"}
        return self._wire.post(call, f"/xmlrpc/2/{service_name}", body, headers, read_xml)


class PooledJsonRpc(JsonRPCConnector):  # type: ignore[misc]
    def __init__(self, wire: Wire) -> None:
        super().__init__(*_address(wire))
        self._wire = wire

    def get_service(self, service_name: str) -> "QuietService":
        return QuietService(self, service_name)

    def send(self, service_name: str, method: str, *args: object) -> object:
        params = {"service": service_name, "method": method, "args": args}
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}).encode()
        call, headers = _asked(self._wire, service_name, method, args), {"Content-Type": "application/json"}
        return self._wire.post(call, "/jsonrpc", body, headers, read_jsonrpc)


class QuietService(Service):  # type: ignore[misc]
    """Without the library's log lines, which hold the password and the payload."""

    connector: Any

    def __getattr__(self, method: str) -> Callable[..., object]:
        return lambda *args: self.connector.send(self.service_name, method, *args)


class QuietModel(Model):  # type: ignore[misc]
    connection: Any

    def __getattr__(self, method: str) -> Callable[..., object]:
        def proxy(*args: object, **kwargs: object) -> object:
            connection = self.connection
            connection.check_login(force=False)
            login = (connection.database, connection.user_id, connection.password)
            execute = connection.get_service("object").execute_kw
            return execute(*login, self.model_name, method, args, kwargs)

        return proxy

    def search_read(self, *args: object, **kwargs: object) -> object:
        return self.__getattr__("search_read")(*args, **kwargs)


class QuietConnection(Connection):  # type: ignore[misc]
    """Keeps the user's id in the session: ``authenticate`` costs half a second, and the id never changes."""

    def __init__(self, connector: object, wire: Wire) -> None:
        options, session = wire.settings.options, wire.session
        login, key = str(options.get("login") or ""), str(wire.settings.secrets.get("key") or "")
        super().__init__(connector, str(options.get("database") or ""), login, key, session.uid)
        self._wire = wire

    def get_model(self, model_name: str) -> QuietModel:
        return QuietModel(self, model_name)

    def check_login(self, force: bool = True) -> None:
        session = self._wire.session
        with session.lock:
            if session.uid is None or force:
                common = self.get_service("common")
                session.uid = common.authenticate(self.database, self.login, self.password, {}) or None
            if session.uid is None:
                refused = from_xmlrpc(3, "")
                raise classify(refused, self._wire.call("common", "authenticate"))
            self.user_id = session.uid


class QuietJson2Model(JsonModel):  # type: ignore[misc]
    connection: Any

    def __getattr__(self, method: str) -> Callable[..., object]:
        def proxy(**arguments: object) -> object:
            wire = self.connection.wire
            body, path = json.dumps(arguments).encode(), f"/json/2/{self.model_name}/{method}"
            return wire.post(wire.call(self.model_name, method), path, body, self.connection.bearer_header, read_json2)

        return proxy

    def read(self, **arguments: object) -> object:
        return self.__getattr__("read")(**arguments)


class QuietJson2Connection(Json2Connection):  # type: ignore[misc]
    def __init__(self, wire: Wire) -> None:
        key = str(wire.settings.secrets.get("key") or "")
        super().__init__(Json2Connector(*_address(wire)), str(wire.settings.options.get("database") or ""), key)
        self.wire = wire
        if not self.database:
            del self.bearer_header["X-Odoo-Database"]

    def get_model(self, model_name: str) -> QuietJson2Model:
        return QuietJson2Model(self, model_name)


def open_transport(name: str, wire: Wire) -> Transport:
    """``name`` is xmlrpc, jsonrpc or json2."""
    if name == "json2":
        return Json2Transport(QuietJson2Connection(wire))
    connector = PooledXmlRpc(wire) if name == "xmlrpc" else PooledJsonRpc(wire)
    return RpcTransport(name, QuietConnection(connector, wire))


def server_version(wire: Wire) -> str:
    """Asked without a login; the same on all versions."""
    call, headers = wire.call("server", "version_info"), {"Content-Type": "application/json"}
    body = json.dumps({"jsonrpc": "2.0", "method": "call", "id": 1, "params": {}}).encode()
    answer = wire.post(call, "/web/webclient/version_info", body, headers, read_jsonrpc)
    return str(answer.get("server_serie") or answer.get("server_version") or "") if isinstance(answer, dict) else ""


def _address(wire: Wire) -> tuple[str, int]:
    parts = urlsplit(wire.settings.base_url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _asked(wire: Wire, service: str, method: str, args: Sequence[Any]) -> Call:
    if service == "object":
        return wire.call(str(args[3]), str(args[4]))
    return wire.call(service, method)
