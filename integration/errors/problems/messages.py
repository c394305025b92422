"""CD-6xxx: What a partner sends."""

from integration.errors.problem import Owner, Problem, Severity

PROBLEMS: dict[str, Problem] = {
    "CD-6001": Problem(
        "Not a document",
        "The body is not a JSON document: {detail}.",
        "Send the document that the contract describes.",
    ),
    "CD-6002": Problem(
        "Unknown message type",
        "{type} is not a message that we take.",
        "Use one of the types of the contract.",
        ("connection", "type"),
    ),
    "CD-6003": Problem(
        "Document refused",
        "{field}: {detail}.",
        "Correct the field and send it again.",
        ("connection", "field"),
    ),
    "CD-6004": Problem(
        "Message number used twice",
        "Message {external_id} was sent before with another content.",
        "Give each message a number of its own; repeat one only with the same content.",
        ("connection", "external_id"),
    ),
    "CD-6005": Problem(
        "Signature refused",
        "The signature does not fit: {detail}.",
        "Sign with the connection's secret as the contract says, with a clock that is right.",
        ("connection",),
        Owner.ADMINISTRATOR,
    ),
    "CD-6006": Problem(
        "Field that is not the partner's",
        "{partner} says {field} in {type}: the {what} is Odoo's to say. Message {message} was taken without it.",
        "If the partner is right, change it in Odoo. Then have the partner leave the field out and press Resolve, or press Ignore: the field of these messages is not asked about again.",
        ("connection", "type", "field"),
        Owner.WAREHOUSE,
        Severity.LOW,
    ),
}
