"""Calendars as they are stored: the records, and which of them is the default (JMAP calendars §4).

For whoever needs a calendar without being asked by a client: new accounts, imports, exports, invitations.
"""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from angarium.engine.defaults import INDEX, Defaults, entries
from angarium.engine.records import seen_by
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
    stored = records.get(account, KIND)
    return {calendar: seen_by("", cast("dict[str, JSON]", loads(value))) for calendar, value in stored.items()}


def create(transaction: Transaction, account: AccountKey, name: str, **more: JSON) -> str:
    """A new calendar, the default one when there is none yet; its id."""
    is_default = DEFAULTS.current(transaction.records, account) is None
    value = {"name": name, **_NEW, **more, "isDefault": is_default}
    return transaction.records.create(account, KIND, PREFIX, dumps(value), indexes(value))


def begin(transaction: Transaction, account: AccountKey) -> None:
    """Give the account its first calendar, unless it ever had one."""
    if not transaction.state(account, KIND):
        create(transaction, account, FIRST)
