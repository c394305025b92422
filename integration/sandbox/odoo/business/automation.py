"""Automation rules that post webhooks: which changes fire them, and what is sent."""

from __future__ import annotations

import ast
import http.client
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from ..orm.domain import compile_domain
from ..orm.env import Env, Watch
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, serves

TIMEOUT = 1.0
USER_AGENT = "python-requests/2.31.0"
ON_CREATE = ("on_create", "on_create_or_write", "on_state_set")
ON_WRITE = ("on_write", "on_create_or_write", "on_state_set")
DEFAULT_NAME = "Send Webhook Notification"


@serves("base.automation")
class Automation(Model):
    """A rule: when a record of the model changes like this, run the actions."""

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"active": True}

    def created(self, record: Record, values: dict[str, Any]) -> None:
        """17 leaves a rule on a state without its filter: it fires on every write."""
        choice = record.trg_selection_field_id
        if record.trigger == "on_state_set" and choice and self.env.traits.number >= 18:
            record.put(filter_domain=f"[('{choice.field_id.name}', '=', '{choice.value}')]")
            self.env.store.update(self.name, record.id, {"trigger_field_ids": (choice.field_id.id,)})


@serves("ir.model.fields.selection")
class SelectionValue(Model):
    """One value of a selection field."""


@serves("ir.actions.server")
class ServerAction(Model):
    """What a rule does: here, post a webhook."""

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"usage": "ir_actions_server"}

    def created(self, record: Record, values: dict[str, Any]) -> None:
        if record.state == "webhook" and self.env.traits.number <= 18:
            record.put(name=DEFAULT_NAME)

    @computes("webhook_sample_payload")
    def _sample(self, record: Record) -> Any:
        newest = self.env.model(record.model_id.model).matching([], limit=1, order="id desc", internal=True)
        if not newest:
            return False
        body = payload(record, self.env.browse(record.model_id.model, newest[0]))
        if self.env.traits.number <= 18:
            body = {"_model": body["_model"], "_name": record.name, **{k: v for k, v in body.items() if k[0] != "_"}}
        return json.dumps(body, indent=4, sort_keys=True)


def payload(action: Record, record: Record) -> dict[str, Any]:
    """The body: chosen fields, links as bare ids, times as `str` shows them."""
    chosen = {field.name: record.raw(field.name) for field in action.webhook_field_ids}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in chosen.items()}
    shown = {name: str(value) if isinstance(value, datetime) else value for name, value in plain.items()}
    head = {"_action": f"{action.name}(#{action.id})", "_id": record.id, "_model": record.model_name, "id": record.id}
    return {**head, **shown}


def post(url: str, body: str) -> None:
    """Send and forget: one try, one second, no answer is an error."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT)
    headers = {
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "gzip, deflate",
        "Accept": "*/*",
        "Content-Type": "application/json",
    }
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        connection.request("POST", path, body.encode(), headers)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()


@dataclass(frozen=True)
class Candidate:
    """A record that may fire a rule, as it was before the change."""

    rule: Record
    record: Record
    before: tuple[Any, ...]
    allowed: bool


class RuleWatch(Watch):
    """Lets changes fire automation rules."""

    def before_write(self, env: Env, model: str, record_id: int) -> list[Candidate]:
        """The rules that a write of this record may fire; a move's write may change its picking."""
        if not env.store.table("base.automation") or not env.traits.webhooks:
            return []
        records = [env.browse(model, record_id)]
        if model == "stock.move" and records[0].picking_id:
            records.append(records[0].picking_id)
        return [_candidate(rule, record) for record in records for rule in _rules(env, record.model_name, ON_WRITE)]

    def after_write(self, candidates: list[Candidate]) -> None:
        """Fire the rules whose change has now happened."""
        for one in candidates:
            if not one.record.exists or not one.allowed or not _matches(one.rule.filter_domain, one.record):
                continue
            if not one.rule.trigger_field_ids or _values(one.rule, one.record) != one.before:
                _fire(one.rule, one.record)

    def after_create(self, env: Env, model: str, record_id: int) -> None:
        """Fire the rules on new records."""
        if not env.store.table("base.automation") or not env.traits.webhooks:
            return
        record = env.browse(model, record_id)
        for rule in _rules(env, model, ON_CREATE):
            if _matches(rule.filter_domain, record):
                _fire(rule, record)


def _rules(env: Env, model: str, triggers: tuple[str, ...]) -> list[Record]:
    rules = env.browse_all("base.automation", list(env.store.table("base.automation")))
    return [rule for rule in rules if rule.active and rule.trigger in triggers and rule.model_id.model == model]


def _candidate(rule: Record, record: Record) -> Candidate:
    return Candidate(rule, record, _values(rule, record), _matches(rule.filter_pre_domain, record))


def _values(rule: Record, record: Record) -> tuple[Any, ...]:
    return tuple(record.raw(field.name) for field in rule.trigger_field_ids)


def _matches(domain: Any, record: Record) -> bool:
    if not domain:
        return True
    return compile_domain(record.env, record.model_name, ast.literal_eval(str(domain)))(record.id)


def _fire(rule: Record, record: Record) -> None:
    """Post now, while the transaction is open, or after it (19)."""
    env = record.env
    for action in rule.action_server_ids:
        if action.state != "webhook" or not action.webhook_url:
            continue
        url, body = str(action.webhook_url), json.dumps(payload(action, record), sort_keys=True, default=str)
        if env.traits.webhook_after_commit:
            env.after_commit.append(lambda url=url, body=body: post(url, body))  # type: ignore[misc]
        else:
            with env.database.shown_as_before():
                post(url, body)
