"""CD-9xxx: What goes wrong in Crossdock itself."""

from integration.errors.problem import Owner, Problem, Severity

PROBLEMS: dict[str, Problem] = {
    "CD-9001": Problem(
        "Worker died three times",
        "The worker died three times while it worked on {document}.",
        "Look at the job's attempts and the worker's log, then press Retry now; Ignore cancels the job.",
        ("job",),
        Owner.ADMINISTRATOR,
        Severity.CRITICAL,
    ),
    "CD-9002": Problem(
        "Unexpected failure",
        "{document} failed in a way that we did not foresee ({detail}).",
        "Report it with the job's number; press Retry now when it is mended.",
        ("flow", "detail"),
        Owner.ADMINISTRATOR,
        Severity.CRITICAL,
    ),
    "CD-9003": Problem(
        "Tried too often",
        "{document} did not succeed in {attempts} tries over {age}: {detail}",
        "See the last try's cause, mend it, then press Retry now.",
        ("connection", "flow", "last_code"),
        severity=Severity.HIGH,
    ),
    "CD-9301": Problem(
        "Alert channel takes nothing",
        "{channel} did not take what people were to be told there ({detail}).",
        "See that it works, enter its address anew on its page if it has changed, then press Send a test.",
        ("channel",),
        Owner.ADMINISTRATOR,
        Severity.HIGH,
    ),
    "CD-9302": Problem(
        "Alert channel has no usable address",
        "The address of {channel} cannot be used: {detail}.",
        "Enter its address anew on its page, then press Send a test.",
        ("channel",),
        Owner.ADMINISTRATOR,
        Severity.HIGH,
    ),
    "CD-9303": Problem(
        "Sign of life not taken outside",
        "Whoever watches Crossdock from outside did not take its sign of life ({detail}).",
        "See HEARTBEAT_URL and the service behind it: while it hears nothing, it tells people that Crossdock is down.",
        (),
        Owner.ADMINISTRATOR,
        Severity.MEDIUM,
    ),
    "CD-9401": Problem(
        "Typed in and told otherwise",
        "Shipment {shipment} for {release} says {goods}. {sku} is booked with {booked}: one of the two was typed in from a sheet, and both may be the same goods.",
        "Ask {partner} whether both are one parcel. Then press The same goods, or Other goods.",
        ("connection", "release", "shipment"),
        severity=Severity.HIGH,
    ),
    "CD-9402": Problem(
        "An older database",
        "The database knows nothing of what happened after {lost_after}. {why}",
        "Nothing is written in Odoo or at warehouses until you let it. Have the warehouses send again what they sent since then; then release under Recoveries.",
        (),
        Owner.ADMINISTRATOR,
        Severity.CRITICAL,
    ),
    "CD-9403": Problem(
        "Locked after a restore",
        "Nothing is written in {connection}: a backup was restored, and nobody has released the work yet.",
        "Nothing to do here: it goes on by itself once somebody has released the recovery.",
        ("connection",),
        Owner.ADMINISTRATOR,
        heals=True,
    ),
}
