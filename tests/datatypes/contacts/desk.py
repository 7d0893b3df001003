"""What a test does as one user: make books and cards, look at what is there."""

from collections.abc import Mapping
from typing import Any

from tests import desk

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0" + bytes(40)


def named(given: str, surname: str = "", **more: Any) -> dict[str, Any]:
    """The properties of a card with a name."""
    parts = (("given", given), ("surname", surname))
    return {"name": {"components": [{"kind": kind, "value": part} for kind, part in parts if part]}, **more}


class Desk(desk.Desk):
    """A user with address books."""

    def books(self) -> dict[str, dict[str, Any]]:
        """Every address book by name."""
        return {book["name"]: book for book in self.call("AddressBook/get", ids=None)["list"]}

    @property
    def book(self) -> str:
        """The default address book."""
        return next(str(book["id"]) for book in self.books().values() if book["isDefault"])

    def new_book(self, name: str, **properties: Any) -> str:
        made = self.call("AddressBook/set", create={"new": {"name": name, **properties}})
        return str(made["created"]["new"]["id"])

    def create(self, **properties: Any) -> Any:
        """The outcome of creating one card: what was created, or the SetError."""
        properties.setdefault("addressBookIds", {self.book: True})
        answer = self.call("ContactCard/set", create={"new": properties})
        return (answer["created"] or answer["notCreated"])["new"]

    def put(self, **properties: Any) -> str:
        """The id of a new card."""
        made = self.create(**properties)
        assert "id" in made, made
        return str(made["id"])

    def update(self, card: str, patch: Mapping[str, Any]) -> Any:
        """What the server changed when an update was done, else the SetError."""
        answer = self.call("ContactCard/set", update={card: dict(patch)})
        return answer["updated"][card] if answer["updated"] else answer["notUpdated"][card]

    def destroy(self, card: str) -> None:
        assert self.call("ContactCard/set", destroy=[card])["destroyed"] == [card]

    def card(self, card: str, *properties: str) -> Any:
        found = self.call("ContactCard/get", ids=[card], properties=list(properties) or None)["list"]
        return found[0] if found else None

    def find(self, sort: Any = None, **filter_: Any) -> list[str]:
        ids: list[str] = self.call("ContactCard/query", filter=filter_, sort=sort)["ids"]
        return ids
