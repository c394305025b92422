"""CD-202x: The guard of the environment, and keys that are exchanged."""

from integration.errors.problem import Owner, Problem, Severity

PROBLEMS: dict[str, Problem] = {
    "CD-2020": Problem(
        "Locked: not what was confirmed",
        "Nothing is sent to {connection}: this installation, or a system that it speaks to, is not what was confirmed.",
        "Nothing to do here: it goes on by itself once somebody has confirmed it under Environment locks.",
        ("connection",),
        Owner.ADMINISTRATOR,
        heals=True,
    ),
    "CD-2021": Problem(
        "Not what was confirmed",
        "Nothing is sent anywhere, because this is not as it was confirmed: {what}.",
        "Is it a copy? Then pause its connections and connect the right systems. Else confirm under Environment locks.",
        (),
        Owner.ADMINISTRATOR,
        Severity.CRITICAL,
    ),
    "CD-2022": Problem(
        "Key was not exchanged",
        "The key of {connection} was not exchanged for a new one: {detail}",
        "The old key goes on. Do what its page under Key rotations says, then begin a new one before the old one ends.",
        ("connection",),
        Owner.ADMINISTRATOR,
        Severity.HIGH,
    ),
    "CD-2023": Problem(
        "Old key still works",
        "{connection} works with its new key, and the old one is still good: only a person can take it away.",
        "In Odoo, as {login}: Preferences, Account Security, API keys: remove {names}. It is looked for every hour.",
        ("connection",),
        Owner.ADMINISTRATOR,
        Severity.MEDIUM,
    ),
}
