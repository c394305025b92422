"""Whether a warehouse's endpoint keeps to the contract: asked by the adapter itself, with marked test documents.

Each check is a function that returns what it saw, or raises ``Broken`` with what is wrong, in words for the vendor.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from integration.adapters.base import Answer, Capability, ConnectionSettings, Reply, WmsAdapter
from integration.canonical import trials
from integration.canonical.orders import OrderCancel, OrderRelease
from integration.errors import IntegrationError, Permanent

STRANGER = "whsec_" + "QUJD" * 8
WRONG_TOKEN = "not-the-token"  # noqa: S105  (nobody's)
KIND = "order.release"
MOST_PAGES = 500


class Broken(Exception):
    """The text says what the contract asks for and what came instead."""


class Skipped(Exception):
    """The warehouse does not offer it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """``ok`` None: it could not be looked at."""

    name: str
    ok: bool | None
    detail: str

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "ok": self.ok, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Goods:
    """What the test documents are about: codes that the warehouse knows."""

    site: str
    owner: str
    sku: str
    unit: str


@dataclass(frozen=True, slots=True)
class Bench:
    """``open``: makes an adapter with these settings."""

    settings: ConnectionSettings
    open: Callable[[ConnectionSettings], WmsAdapter]
    goods: Goods
    run: str

    @property
    def adapter(self) -> WmsAdapter:
        return self.open(self.settings)

    def with_secrets(self, **secrets: str) -> WmsAdapter:
        return self.open(replace(self.settings, secrets={**self.settings.secrets, **secrets}))

    def release(self, number: int, version: int = 1) -> OrderRelease:
        goods = self.goods
        return trials.release(
            self.run, number, site=goods.site, owner=goods.owner, sku=goods.sku, unit=goods.unit, version=version
        )

    def key(self, name: str) -> str:
        return f"conformance/{self.run}/{name}"

    def send(self, release: OrderRelease, key: str) -> Reply:
        adapter = self.adapter
        return adapter.send(KIND, adapter.render(release), key=self.key(key))


def health(bench: Bench) -> str:
    bad = [each for each in bench.adapter.probe().findings if each.ok is False]
    if bad:
        raise Broken("; ".join(f"{each.name}: {each.detail}" for each in bad))
    return "it says who it is, which version it speaks and what it takes"


def token(bench: Bench) -> str:
    if not bench.settings.secrets.get("token"):
        raise Skipped("no token was agreed")
    _refused("a call with a wrong token", lambda: bench.with_secrets(token=WRONG_TOKEN).probe())
    return "a call with a wrong token is refused"


def signature(bench: Bench) -> str:
    release, stranger = bench.release(1), bench.with_secrets(signing=STRANGER, signing_previous="")
    send = lambda: stranger.send(KIND, stranger.render(release), key=bench.key("stranger"))  # noqa: E731
    _refused("an order with a stranger's signature", send)
    _not_held(bench, release, "an order that was refused for its signature")
    return "an order with a stranger's signature is refused and not kept"


def takes(bench: Bench) -> str:
    release = bench.release(2)
    reply = bench.send(release, "first")
    if reply.answer == Answer.REJECTED:
        raise Broken(f"the order {release.release} was rejected at once: {reply.reason or 'without a reason'}")
    held = bench.adapter.find(KIND, release.release, 1)
    if held is None:
        raise Broken(f"{release.release} was taken, and GET says that it is not there")
    return f"{release.release} was taken ({reply.answer}), and is found afterwards"


def once(bench: Bench) -> str:
    release, adapter = bench.release(2), bench.adapter
    rendered = adapter.render(release)
    key = bench.key("again")
    first, second = (adapter.send(KIND, rendered, key=key) for _ in range(2))
    if first != second:
        raise Broken(f"one Idempotency-Key with the same bytes was answered {_said(first)}, then {_said(second)}")
    return "the same key with the same bytes is answered as before"


def other_content(bench: Bench) -> str:
    release = bench.release(3)
    bench.send(release, "third")
    other = release.model_copy(update={"customer_reference": "another document"})
    _refused("another document under a key that was used", lambda: bench.send(other, "third"))
    return "another document under a key that was used is refused"


def versions(bench: Bench) -> str:
    first, second = bench.release(4), bench.release(4, version=2)
    bench.send(first, "fourth/1")
    bench.send(second, "fourth/2")
    _refused("an older version after a newer one", lambda: bench.send(first, "fourth/3"))
    if bench.adapter.find(KIND, second.release, 2) is None:
        raise Broken(f"version 2 of {second.release} was taken, and GET says that it is not there")
    return "a higher version takes the place of a lower one, which is refused afterwards"


def nonsense(bench: Bench) -> str:
    adapter, release = bench.adapter, bench.release(5)
    whole = json.loads(adapter.render(release))
    whole["data"]["lines"] = []
    body = json.dumps(whole).encode()
    _refused("an order without lines", lambda: adapter.send(KIND, body, key=bench.key("nonsense")))
    _not_held(bench, release, "an order that was refused")
    return "an order without lines is refused with a reason, and not kept"


def unknown(bench: Bench) -> str:
    _not_held(bench, bench.release(6), "an order that was never sent")
    return "an order that was never sent is not found"


def inventory(bench: Bench) -> str:
    _needs(bench, Capability.FETCH_INVENTORY)
    goods, number = bench.goods, 1
    first = bench.adapter.fetch_inventory(goods.site, goods.owner, 1)
    while number < min(first.pages, MOST_PAGES):
        number += 1
        page = bench.adapter.fetch_inventory(goods.site, goods.owner, number)
        if (page.snapshot, page.page, page.pages) != (first.snapshot, number, first.pages):
            raise Broken(f"page {number} of snapshot {first.snapshot} says that it is {page.page} of {page.snapshot}")
    return f"{first.pages} pages of one snapshot"


def items(bench: Bench) -> str:
    _needs(bench, Capability.ITEMS)
    return _walked("items", lambda after: [each.sku for each in bench.adapter.fetch_items(after)])


def states(bench: Bench) -> str:
    _needs(bench, Capability.FETCH_STATES)
    seen, after = set[str](), ""
    for _ in range(MOST_PAGES):
        page = bench.adapter.fetch_states(after)
        names = {f"{each.kind} {each.reference}" for each in page.states}
        if names & seen:
            raise Broken(f"{sorted(names & seen)[0]} stands on two pages")
        seen |= names
        after = page.following
        if not after:
            break
    wanted = f"{KIND} {bench.release(2).release}"
    if wanted not in seen:
        raise Broken(f"{wanted} was taken, and is not among the {len(seen)} documents that it lists")
    return f"{len(seen)} documents, each once, the test order among them"


def clean_up(bench: Bench) -> str:
    _needs(bench, Capability.CANCEL)
    adapter, said = bench.adapter, []
    for number, version in ((2, 1), (3, 1), (4, 2)):
        release, goods = bench.release(number), bench.goods
        cancel = OrderCancel(
            release=release.release, change=1, version=version, site=goods.site, owner=goods.owner, reason=trials.NOTES
        )
        adapter.send("order.cancel", adapter.render(cancel), key=bench.key(f"cancel/{number}"))
        said.append(release.release)
    return f"it was asked to cancel {', '.join(said)}"


CHECKS: Sequence[tuple[str, Callable[[Bench], str]]] = (
    ("health", health),
    ("token", token),
    ("signature of calls", signature),
    ("takes an order", takes),
    ("acts once", once),
    ("one key, one document", other_content),
    ("versions in order", versions),
    ("refuses nonsense", nonsense),
    ("does not make up", unknown),
    ("pages of stock", inventory),
    ("pages of items", items),
    ("pages of states", states),
)
LAST = ("cancels what was sent", clean_up)


def examine(bench: Bench, checks: Sequence[tuple[str, Callable[[Bench], str]]] = CHECKS) -> Iterator[Checked]:
    """One after the other: a check that fails ends only itself."""
    for name, check in checks:
        try:
            yield Checked(name, True, check(bench))
        except Skipped as why:
            yield Checked(name, None, str(why))
        except Broken as wrong:
            yield Checked(name, False, str(wrong))
        except IntegrationError as wrong:
            yield Checked(name, False, f"{wrong.cause} ({wrong.code})")


def _refused(what: str, call: Callable[[], object]) -> None:
    try:
        call()
    except Permanent:
        return
    except IntegrationError as wrong:
        raise Broken(f"{what} must be refused for good (4xx), and was answered otherwise: {wrong.cause}") from None
    raise Broken(f"{what} must be refused, and was taken")


def _not_held(bench: Bench, release: OrderRelease, what: str) -> None:
    if bench.adapter.find(KIND, release.release, 1) is not None:
        raise Broken(f"{what} must not be there, and GET finds {release.release}")


def _needs(bench: Bench, wanted: Capability) -> None:
    if wanted not in bench.adapter.capabilities:
        raise Skipped("it does not say that it offers this")


def _walked(what: str, page: Callable[[str], list[str]]) -> str:
    """Every page behind the one before it, to the empty one."""
    count, after = 0, ""
    for _ in range(MOST_PAGES):
        found = page(after)
        if not found:
            return f"{count} {what}, in order, to an empty page"
        if found != sorted(found) or found[0] <= after:
            raise Broken(f"the page of {what} behind {after or 'nothing'} is not in order, or begins before it")
        count, after = count + len(found), found[-1]
    return f"{count} {what}, and more"


def _said(reply: Reply) -> str:
    return f"{reply.answer} {reply.reference}".strip()
