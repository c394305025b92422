"""What an Odoo server raises, and the classes that clients see named in its answers."""

import traceback
from typing import Any


class OdooFault(Exception):
    """An error that Odoo itself defines; `wire_name` is what JSON-RPC and JSON-2 call it."""

    wire_name = "odoo.exceptions.UserError"
    http_status = 422
    xmlrpc_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UserError(OdooFault):
    """A business rule says no."""


class ValidationError(OdooFault):
    """A constraint of the data is broken."""

    wire_name = "odoo.exceptions.ValidationError"


class MissingError(OdooFault):
    """The record is not there (any more)."""

    wire_name = "odoo.exceptions.MissingError"
    http_status = 404

    def __init__(self, model: str, record_id: int, uid: int) -> None:
        super().__init__(f"Record does not exist or has been deleted.\n(Record: {model}({record_id},), User: {uid})")


class AccessError(OdooFault):
    """The user lacks a right, or the method is private."""

    wire_name = "odoo.exceptions.AccessError"
    http_status = 403
    xmlrpc_code = 4


class AccessDenied(OdooFault):
    """Wrong login or key."""

    wire_name = "odoo.exceptions.AccessDenied"
    http_status = 401
    xmlrpc_code = 3

    def __init__(self, message: str = "Access Denied") -> None:
        super().__init__(message)


class UnknownModel(OdooFault):
    """No such model: a UserError on the old protocols, a 404 on JSON-2."""

    def __init__(self, model: str) -> None:
        super().__init__(f"Object {model} doesn't exist")
        self.model = model


class DatabaseError(Exception):
    """An error of psycopg2 that reaches the client."""

    def __init__(self, wire_name: str, message: str) -> None:
        super().__init__(message)
        self.wire_name = wire_name


def unknown_database(name: str) -> DatabaseError:
    text = f'connection to server at "127.0.0.1", port 5432 failed: FATAL:  database "{name}" does not exist\n'
    return DatabaseError("psycopg2.OperationalError", text)


def serialization_failure() -> DatabaseError:
    text = "could not serialize access due to concurrent update\n"
    return DatabaseError("psycopg2.errors.SerializationFailure", text)


def wire_name(error: Exception) -> str:
    name = getattr(error, "wire_name", None)
    return str(name) if name else f"builtins.{type(error).__name__}"


def wire_message(error: Exception) -> str:
    if isinstance(error, KeyError):
        return str(error.args[0])
    return str(error)


def traceback_text(error: Exception) -> str:
    """A traceback as a server prints it: only its last line carries information for clients."""
    shown = wire_name(error).removeprefix("builtins.")
    text = repr(error.args[0]) if isinstance(error, KeyError) else str(error)
    stack = "".join(traceback.format_tb(error.__traceback__))
    return f"Traceback (most recent call last):\n{stack}{shown}: {text}\n"


def json_body(error: Exception) -> dict[str, Any]:
    """The error object of JSON-RPC (`data`) and JSON-2."""
    message = wire_message(error)
    return {
        "name": wire_name(error),
        "message": message,
        "arguments": [message],
        "context": {},
        "debug": traceback_text(error),
    }
