"""Reads what each protocol answers: the result, or the typed error."""

import xmlrpc.client

from integration.adapters.odoo.faults import (
    Call,
    classify,
    classify_status,
    from_json2,
    from_jsonrpc,
    from_xmlrpc,
    is_null_result,
    lost_answer,
)
from integration.adapters.odoo.wire import Answer


def read_xml(answer: Answer, call: Call) -> object:
    if answer.status != 200:
        raise classify_status(answer.status, call)
    try:
        values, _ = xmlrpc.client.loads(answer.body, use_builtin_types=True)
    except xmlrpc.client.Fault as error:
        fault = from_xmlrpc(int(error.faultCode), str(error.faultString))
        if is_null_result(fault):
            return None
        raise classify(fault, call) from None
    except Exception:  # the parser raises whatever a broken page makes of it
        raise lost_answer(call, status=answer.status, detail="an unreadable answer") from None
    return values[0] if values else None


def read_jsonrpc(answer: Answer, call: Call) -> object:
    body = answer.json()
    if answer.status != 200:
        raise classify_status(answer.status, call)
    if not isinstance(body, dict):
        raise lost_answer(call, status=answer.status, detail="an unreadable answer")
    if body.get("error"):
        raise classify(from_jsonrpc(body["error"]), call)
    return body.get("result")


def read_json2(answer: Answer, call: Call) -> object:
    if 200 <= answer.status < 300:
        if answer.body and answer.json() is None and answer.body.strip() != b"null":
            raise lost_answer(call, status=answer.status, detail="an unreadable answer")
        return answer.json()
    raise classify(from_json2(answer.status, answer.json()), call)
