"""Address books as they are stored: the records, and which of them is the default (RFC 9610 §2)."""

from collections.abc import Mapping
from typing import Final, cast

from angarium.datatypes.contacts.cards import CONTENTS
from angarium.engine.containers import Containers
from angarium.engine.defaults import INDEX, entries
from angarium.formats.json import JSON
from angarium.store.contract import Indexes

KIND: Final = CONTENTS.container
TOLD: Final = ("description", "sortOrder", "isSubscribed")
"""What an export tells of a book besides its name."""


def _indexes(value: Mapping[str, JSON]) -> Indexes:
    """By name, and the default one."""
    return {"name": [cast(str, value["name"])], INDEX: entries(value)}


BOOKS: Final = Containers(
    KIND,
    "A",
    _indexes,
    CONTENTS,
    first="Contacts",
    new={"description": None, "sortOrder": 0},
    per_user=("isSubscribed",),
)
