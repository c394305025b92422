"""CD-95xx: What goes wrong with reports."""

from integration.errors.problem import Owner, Problem, Severity

PROBLEMS: dict[str, Problem] = {
    "CD-9501": Problem(
        "Mail server away",
        "The mail server did not take the report {schedule} ({detail}).",
        "Nothing is lost: it is tried again by itself. If it stays so, look whether the server of EMAIL_HOST runs and can be reached from the workers.",
        ("schedule",),
        Owner.ADMINISTRATOR,
        Severity.LOW,
    ),
    "CD-9502": Problem(
        "Mail server set up wrong",
        "The report {schedule} could not be mailed: {detail}.",
        "Correct the EMAIL_ settings (docs/reference/settings.md) and start the workers again, then press Retry now: the report of that day is mailed.",
        ("detail",),
        Owner.ADMINISTRATOR,
        Severity.MEDIUM,
    ),
    "CD-9503": Problem(
        "Mail server refused a report",
        "The mail server refused the report {schedule} for a recipient at {domain} ({detail}).",
        "Look at the addresses of the schedule under Report schedules, and at what the server lets EMAIL_FROM send. Then press Retry now; Ignore leaves this one mail out.",
        ("schedule", "domain"),
        Owner.ADMINISTRATOR,
        Severity.MEDIUM,
    ),
}
