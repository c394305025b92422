"""A warehouse system that speaks the project's own contract."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from integration.adapters.base import (
    Asked,
    Capability,
    ConnectionSettings,
    DocumentState,
    Fetched,
    Guard,
    Profile,
    Received,
    Reply,
    StatePage,
)
from integration.adapters.http import HttpAnswer, request
from integration.adapters.http_errors import Call, unreadable
from integration.adapters.redaction import quote
from integration.adapters.wms.http_json import checks, parse, render, signature
from integration.adapters.wms.http_json.answers import (
    ANSWERS,
    MOVED,
    DocumentAnswer,
    Health,
    HeldDocument,
    HeldDocuments,
    ListedEvents,
    ListedItems,
    ListedStates,
)
from integration.adapters.wms.http_json.endpoints import ENDPOINTS
from integration.canonical.inventory import InventorySnapshot
from integration.canonical.master import WarehouseItem
from integration.canonical.outgoing import Outgoing

PRIVATE = ("name", "company", "street", "street2", "phone", "email")
HEALTH, ITEMS, EVENTS, STATES = Call("health"), Call("items"), Call("events?"), Call("states?")
# In the contract's words: what it can be asked.
SERVES = {
    "inventory": Capability.FETCH_INVENTORY,
    "items": Capability.ITEMS,
    "events": Capability.FETCH_EVENTS,
    "states": Capability.FETCH_STATES,
}
Wanted = TypeVar("Wanted", bound=BaseModel)


class HttpJsonWms:
    """Implements ``WmsAdapter``; see docs/reference/http_json.md."""

    def __init__(self, settings: ConnectionSettings, guard: Guard) -> None:
        self._settings = settings
        self._guard = guard

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What its latest probe said that it takes and serves; before the first one, it takes releases alone."""
        facts = self._settings.options.get("facts")
        known = facts if isinstance(facts, dict) else {}
        said = {*(known.get("accepts") or ()), *(SERVES.get(each, "") for each in known.get("serves") or ())}
        always = {Capability.RELEASE, Capability.ACKNOWLEDGES, Capability.FINDS}
        return frozenset(always | {each for each in Capability if each in said})

    def probe(self) -> Profile:
        signature.check(self._settings.secrets, self._settings.name, datetime.now(UTC))
        answer = request(self._settings, self._guard, HEALTH, "GET", "/health", headers=self._token())
        health = self._read(HEALTH, answer, Health)
        findings = checks.findings(self._settings, health, answer.headers.get("date", ""), datetime.now(UTC))
        facts = {
            "name": health.name,
            "contract": health.contract,
            "accepts": list(health.accepts),
            "serves": list(health.serves),
        }
        return Profile(health.version, facts, findings)

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
        return signature.verify(self._settings.secrets, self._settings.name, headers, body, now)

    def parse(self, headers: Mapping[str, str], body: bytes) -> Received:
        return parse.event(self._settings.name, headers, body)

    def render(self, document: Outgoing) -> bytes:
        return render.envelope(document, datetime.now(UTC))

    def send(self, kind: str, rendered: bytes, *, key: str) -> Reply:
        """``key`` is printable ASCII; it is the webhook-id too. The same key with other bytes is refused (409)."""
        data, endpoint = json.loads(rendered)["data"], ENDPOINTS[kind]
        people = [data.get("ship_to"), *(party.get("address") for party in data.get("parties") or ())]
        private = tuple(person.get(name, "") for person in people if person for name in PRIVATE)
        call = Call(kind, document=data[endpoint.reference], writes=True, private=private)
        headers = {
            **self._token(),
            **signature.sign(self._settings.secrets, self._settings.name, key, rendered, datetime.now(UTC)),
            "content-type": "application/json",
            "idempotency-key": key,
        }
        answer = request(self._settings, self._guard, call, "POST", endpoint.path, headers=headers, content=rendered)
        return self._reply(call, self._read(call, answer, DocumentAnswer))

    def find(self, kind: str, reference: str, version: int) -> Reply | None:
        """A later version counts: what was sent as ``version`` has been replaced and need not be sent again."""
        call, endpoint = Call(f"{kind}?", document=reference), ENDPOINTS[kind]
        asked = {endpoint.reference: reference, endpoint.version: str(version)}
        answer = request(self._settings, self._guard, call, "GET", endpoint.path, params=asked, headers=self._token())
        held = [
            document
            for document in self._read(call, answer, HeldDocuments).documents
            if document.reference == reference and document.version >= version
        ]
        return self._reply(call, max(held, key=lambda document: document.version)) if held else None

    def fetch_inventory(self, site: str, owner: str, page: int) -> InventorySnapshot:
        asked = {"site": site, "page": str(page), **({"owner": owner} if owner else {})}
        call = Call("inventory?", document=f"the stock of {site}, page {page}")
        answer = request(self._settings, self._guard, call, "GET", "/inventory", params=asked, headers=self._token())
        return self._read(call, answer, InventorySnapshot)

    def fetch_events(self, asked: Asked, after: str) -> Sequence[Fetched]:
        which = {"about": asked.about} if asked.about else {"first": str(asked.first), "last": str(asked.last)}
        which |= {"after": after} if after else {}
        answer = request(self._settings, self._guard, EVENTS, "GET", "/events", params=which, headers=self._token())
        events = self._read(EVENTS, answer, ListedEvents).events
        if events and events[-1].id == after:
            raise unreadable(self._settings, EVENTS, answer.status, f"the page behind {after} ends with it again")
        return [Fetched(each.id, each.body.encode()) for each in events]

    def fetch_states(self, after: str) -> StatePage:
        asked = {"after": after} if after else {}
        answer = request(self._settings, self._guard, STATES, "GET", "/states", params=asked, headers=self._token())
        page = self._read(STATES, answer, ListedStates)
        if page.next and page.next == after:
            raise unreadable(self._settings, STATES, answer.status, f"the page behind {after} leads to itself again")
        states = [DocumentState(each.type, each.reference, each.status in MOVED, each.messages) for each in page.states]
        return StatePage(states, page.next)

    def fetch_items(self, after: str) -> Sequence[WarehouseItem]:
        asked = {"after": after} if after else {}
        answer = request(self._settings, self._guard, ITEMS, "GET", "/items", params=asked, headers=self._token())
        items = self._read(ITEMS, answer, ListedItems).items
        if items and items[-1].sku == after:
            raise unreadable(self._settings, ITEMS, answer.status, f"the page behind {after} ends with it again")
        return items

    def _token(self) -> dict[str, str]:
        token = self._settings.secrets.get("token", "")
        return {"authorization": f"Bearer {token}"} if token else {}

    def _read(self, call: Call, answer: HttpAnswer, wanted: type[Wanted]) -> Wanted:
        try:
            return wanted.model_validate_json(answer.body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            field = ".".join(str(step) for step in first["loc"])
            detail = f"not the answer that the contract describes ({field or 'body'}: {first['msg']})"
            raise unreadable(self._settings, call, answer.status, detail) from None

    def _reply(self, call: Call, answer: DocumentAnswer | HeldDocument) -> Reply:
        secrets = self._settings.secrets.values()
        reason = quote(answer.reason, secrets=secrets, private=call.private)
        refused = answer.refused if isinstance(answer, DocumentAnswer) else ()
        told = {each.id: quote(each.reason, secrets=secrets, private=call.private) for each in refused}
        return Reply(ANSWERS[answer.status], answer.warehouse_order, reason, told)
