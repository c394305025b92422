"""Which class serves which kind of connection. The only place that names concrete adapters."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from integration.adapters.base import ConnectionSettings, ErpGateway, Guard, WmsAdapter
from integration.canonical.shapes import Shape, Uses
from integration.errors import ConfigurationError

WMS: Mapping[str, str] = {
    "http_json": "integration.adapters.wms.http_json.adapter:HttpJsonWms",
}
RECORDED: Mapping[str, str] = {
    "odoo": "integration.adapters.odoo.recorded",
}
OWN_CONTRACT = "http_json"
ERP: Mapping[str, str] = {
    "odoo": "integration.adapters.odoo.gateway:OdooGateway",
}


class _Maker(Protocol):
    def __call__(self, settings: ConnectionSettings, guard: Guard) -> object: ...


class Recorded(Protocol):
    """What is known beforehand of a kind of business system: its versions, what each has, what we use of it."""

    def versions(self) -> Sequence[int]: ...

    def shape(self, version: int) -> Shape: ...

    def uses(self, version: int) -> Uses: ...

    def handled(self, source: int, target: int) -> Mapping[str, tuple[object, object]]: ...


class _NoNetwork:
    """The guard of an adapter that only receives."""

    def call(self, what: str, *, timeout: float, writes: bool = False) -> AbstractContextManager[None]:
        raise RuntimeError(f"{what}: an adapter that was opened for receiving makes no calls")


def open_wms(settings: ConnectionSettings, guard: Guard) -> WmsAdapter:
    """Raises ConfigurationError CD-2010 for a kind that no adapter serves."""
    return cast("WmsAdapter", _maker(WMS, settings)(settings, guard))


def open_erp(settings: ConnectionSettings, guard: Guard) -> ErpGateway:
    """Raises ConfigurationError CD-2010 for a kind that no gateway serves."""
    return cast("ErpGateway", _maker(ERP, settings)(settings, guard))


def recorded(kind: str) -> Recorded:
    return cast("Recorded", import_module(RECORDED[kind]))


def wms_for_receiving(settings: ConnectionSettings) -> WmsAdapter:
    """For ``verify`` and ``parse`` alone, which use no network. Raises as ``open_wms`` does."""
    return open_wms(settings, _NoNetwork())


def own_contract(settings: ConnectionSettings) -> WmsAdapter:
    """For ``parse`` alone: what people type in is written in our own contract, whatever the warehouse speaks."""
    return wms_for_receiving(replace(settings, kind=OWN_CONTRACT))


def _maker(table: Mapping[str, str], settings: ConnectionSettings) -> _Maker:
    if settings.kind not in table:
        detail = f"its kind is {settings.kind!r}, and the known kinds are {', '.join(sorted(table))}"
        raise ConfigurationError("CD-2010", connection=settings.name, detail=detail)
    return _load(table[settings.kind])


@cache
def _load(path: str) -> _Maker:
    module, _, name = path.partition(":")
    return cast("_Maker", getattr(import_module(module), name))
