"""CD-1xxx: A remote system cannot be reached, or did not answer."""

from integration.errors.problem import Owner, Problem, Severity

PROBLEMS: dict[str, Problem] = {
    "CD-1001": Problem(
        "Remote system unreachable",
        "{connection} cannot be reached: {detail}.",
        "Nothing to do while the outage lasts: work waits and goes on by itself. If the system is up, check the connection's address and the network.",
        ("connection",),
        Owner.ADMINISTRATOR,
        Severity.HIGH,
        heals=True,
    ),
    "CD-1002": Problem(
        "Slowed down",
        "{connection} allows no more calls just now; the next one is due in {retry_after} s.",
        "Nothing to do. If it lasts, raise the connection's call limit or ask the partner for a higher one.",
        ("connection",),
        Owner.ADMINISTRATOR,
        Severity.LOW,
        heals=True,
    ),
    "CD-1003": Problem(
        "Remote system failing",
        "{connection} answered with an error of its own ({status}): {detail}.",
        "Nothing to do if it passes. If it lasts, show this to whoever runs {connection}.",
        ("connection",),
        Owner.ADMINISTRATOR,
        Severity.HIGH,
        heals=True,
    ),
    "CD-1004": Problem(
        "Record busy",
        "{document} was being changed by somebody else in {connection}.",
        "Nothing to do: it is tried again by itself.",
        ("connection", "document"),
        severity=Severity.LOW,
        heals=True,
    ),
    "CD-1005": Problem(
        "Waiting for a remote system",
        "{connection} is down; calls are held back until a probe gets through.",
        "Nothing to do: work goes on by itself, most urgent first, once {connection} answers again.",
        ("connection",),
        Owner.ADMINISTRATOR,
        Severity.HIGH,
        heals=True,
    ),
    "CD-1006": Problem(
        "Answer lost",
        "{connection} gave no usable answer to {verb}; it may have been carried out.",
        "Nothing to do: we look whether it landed before anything is sent again.",
        ("connection", "verb"),
        severity=Severity.LOW,
        heals=True,
    ),
    "CD-1007": Problem(
        "Outcome cannot be told",
        "{verb} for {document} was sent to {connection}, the answer was lost, and whether it landed cannot be told from there.",
        "Look in {connection}. If it is done, press Resolve; if not, press Retry now.",
        ("connection", "document", "verb"),
        severity=Severity.HIGH,
    ),
    "CD-1008": Problem(
        "Waits for its release",
        "A change of {release} goes to {connection} after the release itself, which has not gone out yet.",
        "Nothing to do. If it lasts, look at the release: what holds it up has a case of its own.",
        ("connection", "release"),
        Owner.ADMINISTRATOR,
        Severity.LOW,
        heals=True,
    ),
}
