"""What is pushed: a PushVerification, or the StateChange of what a client was not told yet (RFC 8620 §7.1, §7.2.2).

Alerts of calendars go before it, each as a message of its own (JMAP calendars §6.4).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from angarium.datatypes import principals
from angarium.datatypes.calendars import reminders
from angarium.datatypes.push import Subscription, is_void
from angarium.engine.events import state_change
from angarium.formats import json
from angarium.formats.json import JSON
from angarium.store.contract import Snapshot

MOST_OCTETS = 3_993
"""Octets of one message, so that it fits the 4,096 that every push service takes once it is encrypted (RFC 8291 §4)."""


@dataclass(frozen=True, slots=True)
class News:
    """Messages that tell of every commit up to `sequence`; none when there is nothing to tell."""

    messages: list[bytes]
    sequence: int


def verification(subscription: Subscription) -> bytes:
    """The PushVerification object."""
    return json.dumps(
        {
            "@type": "PushVerification",
            "pushSubscriptionId": subscription.id,
            "verificationCode": subscription.code,
        }
    )


def news(snapshot: Snapshot, subscription: Subscription, told: int, now: int) -> News:
    """What the user of a subscription may know of what changed after a commit; nothing once it is void.

    `now` in epoch milliseconds.
    """
    # RFC 8620 §7.2: no request after it expires; who removes it may come a moment later.
    void = is_void(snapshot, subscription, now)
    principal = None if void else principals.principal(snapshot, subscription.user)
    keys = [account.key for account in principal.accounts.values()] if principal else []
    changes, newest = snapshot.states_after(keys, told)
    if principal is None:
        return News([], newest)
    alerts: list[dict[str, JSON]] = []
    if reminders.is_news(changes, subscription.types):
        alerts, _ = reminders.fired(snapshot, principal, told)
    # What no push service must take (RFC 8030 §7.2) is left out: its uid is not of this server's making.
    messages = [message for message in map(json.dumps, alerts) if len(message) <= MOST_OCTETS]
    event = state_change(principal, changes, subscription.types)
    if event is not None:
        whole = json.dumps(event)
        messages += [whole] if len(whole) <= MOST_OCTETS else list(_split(event))
    return News(messages, newest)


def _split(event: dict[str, JSON]) -> Iterator[bytes]:
    """A StateChange over the limit as several, each with some of its accounts."""
    part: dict[str, JSON] = {}
    for account, states in cast("dict[str, JSON]", event["changed"]).items():
        if part and len(json.dumps({**event, "changed": {**part, account: states}})) > MOST_OCTETS:
            yield json.dumps({**event, "changed": part})
            part = {}
        part[account] = states
    yield json.dumps({**event, "changed": part})
