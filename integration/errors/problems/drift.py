"""CD-302x: What the other side says, or is, that the code was not written for."""

from integration.errors.problem import Owner, Problem, Severity

PROBLEMS: dict[str, Problem] = {
    "CD-3020": Problem(
        "Unknown fields in messages",
        "{connection} sends fields in {type} that the contract does not know: {fields}. The messages were taken, and these fields are not used.",
        "Ask the partner what they mean and whether something was renamed. Then press Resolve, or Ignore: new ones open a case again unless it is ignored.",
        ("connection", "type"),
        Owner.ADMINISTRATOR,
        Severity.LOW,
    ),
    "CD-3021": Problem(
        "Paused because of drift",
        "{connection} was paused, as its settings ask for, because it is not as it was: {what}. Its work waits; what it sends is still taken.",
        "See what has changed and whether the work may go on. Then press Retry now, which resumes the connection.",
        ("connection",),
        Owner.ADMINISTRATOR,
        Severity.HIGH,
    ),
    "CD-3022": Problem(
        "Odoo is not as it was",
        "{connection} has changed in what we use of it: {what}. It is used by: {flows}.",
        "Ask whoever runs Odoo what was updated or installed. See that the work goes through, then press Resolve, or Ignore.",
        ("connection", "model"),
        Owner.ADMINISTRATOR,
        Severity.MEDIUM,
    ),
}
