"""Calendars as they are stored: the records, and which of them is the default (JMAP calendars §4).

For whoever needs a calendar without being asked by a client: new accounts, imports, exports, invitations.
"""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from angarium.engine.defaults import INDEX, Defaults, entries
from angarium.engine.records import OWNER, seen_by, with_own
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import AccountKey, Indexes, Records, Transaction

KIND: Final = "Calendar"
PREFIX: Final = "K"
FIRST: Final = "Calendar"
"""The name of the calendar that every account begins with."""

COLOR_AS_GIVEN: Final = "(color)"
"""A colour with transparency, which only the dialect from before RFC 8620 and CalDAV know; a private property."""

LONGEST_NAME: Final = 255
"""Octets of UTF-8."""

INHERITED: Final = ("name", "color", "timeZone")
"""What other users see as the owner set it until they set it themselves (§4.3)."""

_PER_USER: Final = frozenset(
    [
        "sortOrder",
        "isSubscribed",
        "isVisible",
        "includeInAvailability",
        "defaultAlertsWithTime",
        "defaultAlertsWithoutTime",
    ]
)
TOLD: Final = ("description", "color", "timeZone", *sorted(_PER_USER))
"""What an export tells of a calendar besides its name."""

_NEW: Final[Mapping[str, JSON]] = {"description": None, "color": None, "timeZone": None}


def indexes(value: Mapping[str, JSON]) -> Indexes:
    """The default one."""
    return {INDEX: entries(value)}


DEFAULTS: Final = Defaults(KIND, indexes)


def existing(records: Records, account: AccountKey, calendars: Sequence[str]) -> set[str]:
    """Those of the ids that name a calendar of the account."""
    return set(records.get(account, KIND, calendars))


def all_calendars(records: Records, account: AccountKey) -> dict[str, dict[str, JSON]]:
    """Every calendar as the owner sees it, in order of creation; properties never set are left out."""
    return decoded(records.get(account, KIND))


def decoded(stored: Mapping[str, bytes]) -> dict[str, dict[str, JSON]]:
    """Calendars as the owner sees them, in their stored JSON."""
    return {calendar: seen_by("", cast("dict[str, JSON]", loads(value))) for calendar, value in stored.items()}


def create(transaction: Transaction, account: AccountKey, name: str, **more: JSON) -> str:
    """A new calendar, the default one when there is none yet; its id."""
    is_default = DEFAULTS.current(transaction.records, account) is None
    value = _owned({"name": name, **_NEW, **more, "isDefault": is_default})
    return transaction.records.create(account, KIND, PREFIX, dumps(value), indexes(value))


def change(transaction: Transaction, account: AccountKey, calendar: str, values: Mapping[str, JSON]) -> None:
    """Change a calendar that exists, as its owner would."""
    (stored,) = transaction.records.get(account, KIND, [calendar]).values()
    before = cast("dict[str, JSON]", loads(stored))
    after = _owned({**before, **values})
    if after != before:
        transaction.records.update(account, KIND, calendar, dumps(after), indexes(after))


def _owned(value: Mapping[str, JSON]) -> dict[str, JSON]:
    """A stored value in which what each user has apart is set for the owner."""
    shared = {name: item for name, item in value.items() if name not in _PER_USER}
    own = {name: item for name, item in value.items() if name in _PER_USER}
    return with_own(shared, OWNER, own) if own else shared


def begin(transaction: Transaction, account: AccountKey) -> None:
    """Give the account its first calendar, unless it ever had one."""
    if not transaction.state(account, KIND):
        create(transaction, account, FIRST)
