"""Every failure that a person can meet: its stable code, plain cause, fix, owner and severity.

A code never changes its meaning. Each has a page ``docs/runbook/<code>.md``; a test compares the two.
"""

from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    """Whose desk a case lands on."""

    OPERATIONS = "operations"
    WAREHOUSE = "warehouse"
    MASTER_DATA = "master data"
    ADMINISTRATOR = "administrator"


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Problem:
    """``cause`` and ``fix`` are templates over an error's context; ``subject`` names the keys that tell causes apart.

    ``heals``: the cause may go away outside of our sight (in Odoo, in the warehouse), so the engine looks again by itself.
    """

    title: str
    cause: str
    fix: str
    subject: tuple[str, ...] = ()
    owner: Owner = Owner.OPERATIONS
    severity: Severity = Severity.MEDIUM
    heals: bool = False


_ADMIN, _MASTER, _WAREHOUSE = Owner.ADMINISTRATOR, Owner.MASTER_DATA, Owner.WAREHOUSE
_HIGH, _LOW, _CRITICAL = Severity.HIGH, Severity.LOW, Severity.CRITICAL

PROBLEMS: dict[str, Problem] = {
    # 1xxx: a remote system cannot be reached, or did not answer
    "CD-1001": Problem(
        "Remote system unreachable",
        "{connection} cannot be reached: {detail}.",
        "Nothing to do while the outage lasts: work waits and goes on by itself. If the system is up, check the connection's address and the network.",
        ("connection",),
        _ADMIN,
        _HIGH,
        heals=True,
    ),
    "CD-1002": Problem(
        "Slowed down",
        "{connection} allows no more calls just now; the next one is due in {retry_after} s.",
        "Nothing to do. If it lasts, raise the connection's call limit or ask the partner for a higher one.",
        ("connection",),
        _ADMIN,
        _LOW,
        heals=True,
    ),
    "CD-1003": Problem(
        "Remote system failing",
        "{connection} answered with an error of its own ({status}): {detail}.",
        "Nothing to do if it passes. If it lasts, show this to whoever runs {connection}.",
        ("connection",),
        _ADMIN,
        _HIGH,
        heals=True,
    ),
    "CD-1004": Problem(
        "Record busy",
        "{document} was being changed by somebody else in {connection}.",
        "Nothing to do: it is tried again by itself.",
        ("connection", "document"),
        severity=_LOW,
        heals=True,
    ),
    "CD-1005": Problem(
        "Waiting for a remote system",
        "{connection} is down; calls are held back until a probe gets through.",
        "Nothing to do: work goes on by itself, most urgent first, once {connection} answers again.",
        ("connection",),
        _ADMIN,
        _HIGH,
        heals=True,
    ),
    "CD-1006": Problem(
        "Answer lost",
        "{connection} gave no usable answer to {verb}; it may have been carried out.",
        "Nothing to do: we look whether it landed before anything is sent again.",
        ("connection", "verb"),
        severity=_LOW,
        heals=True,
    ),
    "CD-1007": Problem(
        "Outcome cannot be told",
        "{verb} for {document} was sent to {connection}, the answer was lost, and whether it landed cannot be told from there.",
        "Look in {connection}. If it is done, resolve this case; if not, retry the job.",
        ("connection", "document", "verb"),
        severity=_HIGH,
    ),
    # 2xxx: configuration and rights
    "CD-2001": Problem(
        "Login refused",
        "{connection} refused the login {login}.",
        "Enter a valid API key or password for the connection, then retry.",
        ("connection",),
        _ADMIN,
        _CRITICAL,
        heals=True,
    ),
    "CD-2002": Problem(
        "Database not found",
        "{connection} has no database {database}.",
        "Correct the database name of the connection.",
        ("connection",),
        _ADMIN,
        _CRITICAL,
        heals=True,
    ),
    "CD-2003": Problem(
        "Odoo app missing",
        "{connection} does not know {model}: an Odoo app is not installed.",
        "Install the app in Odoo (see the support matrix), then retry.",
        ("connection", "model"),
        _ADMIN,
        _HIGH,
        heals=True,
    ),
    "CD-2004": Problem(
        "Right missing",
        "The user of {connection} may not {verb}: {detail}",
        "Give the integration user the group that the connection's check names, then retry.",
        ("connection", "verb"),
        _ADMIN,
        _HIGH,
        heals=True,
    ),
    "CD-2005": Problem(
        "Odoo answers differently",
        "{connection} does not take {verb}: {detail}",
        "The Odoo version or a custom module changed. Run `manage.py connect` again, and report this if it stays.",
        ("connection", "verb"),
        _ADMIN,
        _HIGH,
    ),
    "CD-2006": Problem(
        "Connection not secure",
        "{connection} is configured with {url}, which is not HTTPS.",
        "Use an https:// address. Plain HTTP is allowed on this machine only.",
        ("connection",),
        _ADMIN,
        _HIGH,
    ),
    "CD-2007": Problem(
        "Delivery steps not supported",
        "Warehouse {warehouse} delivers in several steps: {steps} are open, and the last step ships {supported}.",
        "Change the warehouse's release point, or its number of delivery steps in Odoo.",
        ("connection", "warehouse"),
        _ADMIN,
        _HIGH,
    ),
    "CD-2008": Problem(
        "Warehouse not connected",
        "Order {order} ships from Odoo warehouse {warehouse}, which no WMS is connected to.",
        "Add a warehouse row that names the WMS connection and site, or cancel the job.",
        ("connection", "warehouse"),
        _ADMIN,
        _HIGH,
        heals=True,
    ),
    "CD-2009": Problem(
        "Verb not supported by the partner",
        "{connection} cannot {verb}.",
        "Use a partner adapter that supports it, or turn the flow off for this warehouse.",
        ("connection", "verb"),
        _ADMIN,
        _HIGH,
    ),
    "CD-2010": Problem(
        "Connection wrongly configured",
        "{connection} cannot be used: {detail}.",
        "Correct the connection's settings, then retry.",
        ("connection",),
        _ADMIN,
        _HIGH,
        heals=True,
    ),
    "CD-2011": Problem(
        "Flow switched off",
        "{connection} sent a document for {warehouse}, where {flow} is switched off.",
        "Set the warehouse's flow to live: what waits goes on by itself. Or cancel the job.",
        ("connection", "warehouse", "flow"),
        _ADMIN,
        _HIGH,
        heals=True,
    ),
    # 3xxx: codes without a counterpart
    "CD-3001": Problem(
        "Product not mapped",
        "Odoo product {code} has no SKU at {partner}.",
        "Add a product mapping for {code}. Every order that waits for it then goes out by itself.",
        ("scope", "code"),
        _MASTER,
        _HIGH,
    ),
    "CD-3002": Problem(
        "Unknown SKU from the warehouse",
        "{partner} shipped SKU {code}, which is mapped to no Odoo product.",
        "Add a product mapping from {code} to the Odoo product. The shipment then posts by itself.",
        ("scope", "code"),
        _MASTER,
        _HIGH,
    ),
    "CD-3003": Problem(
        "Unit not mapped",
        "Odoo unit {code} has no unit code at {partner}.",
        "Add a unit mapping for {code} with its factor.",
        ("scope", "code"),
        _MASTER,
        _HIGH,
    ),
    "CD-3004": Problem(
        "Unknown unit from the warehouse",
        "{partner} reported quantities in {code}, which is mapped to no Odoo unit.",
        "Add a unit mapping for {code} with its factor.",
        ("scope", "code"),
        _MASTER,
        _HIGH,
    ),
    "CD-3005": Problem(
        "Carrier not mapped",
        "Odoo delivery method {code} has no carrier code at {partner}.",
        "Add a carrier mapping for {code}.",
        ("scope", "code"),
        _MASTER,
        _HIGH,
    ),
    "CD-3006": Problem(
        "Unknown carrier from the warehouse",
        "{partner} shipped with carrier {code}, which is mapped to no Odoo delivery method.",
        "Add a carrier mapping from {code} to the Odoo delivery method. The shipment then posts by itself.",
        ("scope", "code"),
        _MASTER,
        _HIGH,
    ),
    "CD-3007": Problem(
        "Product without a code",
        "Product {product} on order {order} has no internal reference in Odoo.",
        "Give the product an internal reference in Odoo; the order is looked at again by itself.",
        ("connection", "product_id"),
        _MASTER,
        _HIGH,
        heals=True,
    ),
    # 4xxx: releasing an order
    "CD-4001": Problem(
        "Address incomplete",
        "The delivery address of order {order} lacks {missing}.",
        "Complete the address in Odoo; the order is looked at again by itself.",
        ("connection", "order"),
        heals=True,
    ),
    "CD-4002": Problem(
        "Fraction of a piece",
        "Order {order}: {quantity} {unit} of {sku} is not a whole number of {partner_unit}.",
        "Correct the quantity in Odoo, or add a rule that allows fractions of this product.",
        ("connection", "order", "sku"),
        heals=True,
    ),
    "CD-4003": Problem(
        "Held by Odoo",
        "Order {order} is on hold in Odoo: {reason}.",
        "Clear the hold in Odoo; the order is then released by itself.",
        ("connection", "order"),
        heals=True,
    ),
    "CD-4004": Problem(
        "Changed after release",
        "Order {order} was changed in Odoo after {release} had been released to {partner}: {difference}.",
        "Tell the warehouse, or undo the change in Odoo. The case closes by itself when both sides agree again.",
        ("connection", "release"),
        severity=_HIGH,
    ),
    "CD-4005": Problem(
        "Cancelled after release",
        "{release} of order {order} was cancelled in Odoo after it had been released to {partner}.",
        "Ask the warehouse to stop it. Goods that have left come back as a return.",
        ("connection", "release"),
        severity=_HIGH,
    ),
    "CD-4006": Problem(
        "Release refused by the warehouse",
        "{partner} refused {release} of order {order}: {reason}.",
        "Mend what it names, then press retry: the order is released again.",
        ("connection", "release"),
        _WAREHOUSE,
        _HIGH,
    ),
    "CD-4007": Problem(
        "No acknowledgement",
        "{partner} has not acknowledged {release}, sent {sent_at}; it was due {due_at}.",
        "Ask the warehouse whether it has the order. If not, press retry to send it again under the same number.",
        ("connection", "release"),
        _WAREHOUSE,
        _HIGH,
    ),
    "CD-4008": Problem(
        "Refused by the partner's system",
        "{connection} refused {document} ({status}): {detail}.",
        "Mend what it names on the side that is wrong, then retry.",
        ("connection", "document"),
        severity=_HIGH,
    ),
    "CD-4009": Problem(
        "Answer to an unknown release",
        "{partner} answered ({answer}) to {release}, which was never released to it.",
        "Ask the warehouse which order it means, then cancel the job.",
        ("connection", "release"),
        _WAREHOUSE,
    ),
    # 5xxx: confirming a shipment
    "CD-5001": Problem(
        "Shipment for an unknown order",
        "{partner} confirmed shipment {shipment} for {release}, which was never released to it.",
        "Ask the warehouse for the right number, or cancel the job. If the order is released later, the shipment posts by itself.",
        ("connection", "shipment"),
        _WAREHOUSE,
        _HIGH,
        heals=True,
    ),
    "CD-5002": Problem(
        "Line not on the order",
        "Shipment {shipment} holds {quantity} of {sku}, which {release} does not ask for.",
        "If the goods really left, add the line to the order in Odoo; the shipment is looked at again by itself. Else ask the warehouse for a correction.",
        ("connection", "shipment", "sku"),
        severity=_HIGH,
        heals=True,
    ),
    "CD-5003": Problem(
        "Shipment of a cancelled line",
        "Shipment {shipment} holds {quantity} of {sku}, whose line on {release} is cancelled in Odoo.",
        "Put the quantity back on the order in Odoo if the goods left; the shipment is looked at again by itself. Else stop the parcel.",
        ("connection", "shipment", "sku"),
        severity=_HIGH,
        heals=True,
    ),
    "CD-5004": Problem(
        "More shipped than ordered",
        "Shipment {shipment} holds {quantity} of {sku}; {release} has {open} open and the tolerance is {tolerance}.",
        "Raise the order line in Odoo, or allow a tolerance by a rule; then it posts by itself. Else ask the warehouse for a correction.",
        ("connection", "shipment", "sku"),
        severity=_HIGH,
        heals=True,
    ),
    "CD-5005": Problem(
        "Unknown lot",
        "Shipment {shipment} names lot {lot} of {sku}, which Odoo does not have.",
        "Create the lot in Odoo if it is right; the shipment then posts by itself. Else ask the warehouse for a correction.",
        ("connection", "sku", "lot"),
        severity=_HIGH,
        heals=True,
    ),
    "CD-5006": Problem(
        "Serial numbers do not match the quantity",
        "Shipment {shipment}: {quantity} of {sku} shipped with {count} serial or lot numbers.",
        "Ask the warehouse for the complete list of numbers and a corrected confirmation.",
        ("connection", "shipment", "sku"),
        _WAREHOUSE,
        _HIGH,
    ),
    "CD-5007": Problem(
        "Already shipped by somebody else",
        "Shipment {shipment} arrived, but {picking} was validated in Odoo by hand.",
        "Compare the quantities. If they agree, resolve this case; else correct {picking} by a return or a new delivery.",
        ("connection", "shipment"),
        severity=_HIGH,
    ),
    "CD-5008": Problem(
        "Shipment of a cancelled order",
        "Shipment {shipment} arrived for {release}, which is cancelled in Odoo.",
        "If the goods left, confirm the order again in Odoo, or book their return; then retry or resolve.",
        ("connection", "shipment"),
        severity=_HIGH,
        heals=True,
    ),
    "CD-5009": Problem(
        "Odoo refused the shipment",
        "Odoo refused shipment {shipment} on {picking}: {detail}",
        "Mend what Odoo names, then retry.",
        ("connection", "shipment"),
        severity=_HIGH,
    ),
    "CD-5010": Problem(
        "Odoo shows other quantities",
        "Shipment {shipment} was written to {picking}, and Odoo shows {difference}. It was not validated.",
        "Open {picking} in Odoo and see what changed its lines, then retry.",
        ("connection", "shipment"),
        severity=_CRITICAL,
    ),
    "CD-5011": Problem(
        "Shipment without quantities",
        "Shipment {shipment} for {release} has no line with a quantity.",
        "Ask the warehouse what it shipped; if nothing, cancel the job.",
        ("connection", "shipment"),
        _WAREHOUSE,
    ),
    "CD-5012": Problem(
        "Shipment number used twice",
        "Shipment {shipment} for {release} was confirmed before with other content: {difference}.",
        "Ask the warehouse which one is right. A second parcel needs a shipment number of its own.",
        ("connection", "shipment"),
        _WAREHOUSE,
        _HIGH,
    ),
    "CD-5013": Problem(
        "Serial or lot cannot be shipped",
        "Shipment {shipment} names {lot} of {sku}: {detail}.",
        "Correct the number with the warehouse, or the stock in Odoo; then retry.",
        ("connection", "sku", "lot"),
        severity=_HIGH,
    ),
    "CD-5014": Problem(
        "Earlier step still open",
        "Shipment {shipment} cannot post to {picking}: an earlier step ({earlier}) is not done in Odoo.",
        "Finish the earlier step in Odoo; the shipment then posts by itself.",
        ("connection", "picking"),
        severity=_HIGH,
        heals=True,
    ),
    "CD-5015": Problem(
        "Quantity without a counterpart",
        "Shipment {shipment}: {quantity} {unit} of {sku} is no exact quantity in Odoo's unit.",
        "Ask the warehouse to confirm in the unit that was released, or correct the unit mapping; then retry.",
        ("connection", "shipment", "sku"),
        _MASTER,
        _HIGH,
    ),
    # 6xxx: what a partner sends
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
        _ADMIN,
    ),
    # 9xxx: ourselves
    "CD-9001": Problem(
        "Worker died three times",
        "The worker died three times while it worked on {document}.",
        "Look at the job's attempts and the worker's log, then retry or cancel.",
        ("job",),
        _ADMIN,
        _CRITICAL,
    ),
    "CD-9002": Problem(
        "Unexpected failure",
        "{document} failed in a way that we did not foresee ({detail}).",
        "Report it with the job's number; retry when it is mended.",
        ("flow", "detail"),
        _ADMIN,
        _CRITICAL,
    ),
    "CD-9003": Problem(
        "Tried too often",
        "{document} did not succeed in {attempts} tries over {age}: {detail}",
        "See the last try's cause, mend it, then retry.",
        ("connection", "flow", "last_code"),
        severity=_HIGH,
    ),
}
