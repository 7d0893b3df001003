"""Two people and where they keep things, in an engine on any store."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from angarium.datatypes import principals
from angarium.engine.access import Principal
from angarium.store.sqlite import SqliteStore
from tests.harness import Harness

NAMES = ("ann", "bob")
BOXES = ("inbox", "archive")


@dataclass(frozen=True, slots=True)
class Member:
    """A user and the places where the user keeps mail."""

    name: str
    user: Principal
    boxes: Mapping[str, str]
    identity: str
    book: str


def home(store: SqliteStore) -> tuple[Harness, dict[str, Member]]:
    """An engine on the store and the people in it, who move in when it is new."""
    engine = Harness(Path(), store=store)
    return engine, {name: _member(engine, name) for name in NAMES}


def _member(engine: Harness, name: str) -> Member:
    address = f"{name}@example.com"
    found = engine.store.read(lambda snapshot: principals.by_name(snapshot, address))
    if found is None:
        user: Principal | None = engine.user(name, BOXES)
    else:
        user = engine.store.read(lambda snapshot: principals.principal(snapshot, found.id))
    assert user is not None
    boxes = {box["role"]: box["id"] for box in engine.call(user, "Mailbox/get")["list"]}
    identity = engine.call(user, "Identity/get")["list"][0]["id"]
    book = engine.call(user, "AddressBook/get")["list"][0]["id"]
    return Member(name, user, boxes, identity, book)


def token_in(octets: bytes) -> str:
    """What a message of the household is known by."""
    return octets.partition(b"Message-ID: <")[2].partition(b"@home>")[0].decode()


def token_of(mail: Mapping[str, list[str]]) -> str:
    """The same, from what Email/get shows of it."""
    return mail["messageId"][0].removesuffix("@home")
