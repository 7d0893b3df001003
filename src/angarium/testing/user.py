"""One user of a server in a test: how to sign in as that user, what to put into the account, and what is in it."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from angarium.testing import messages
from angarium.testing.accounts import Accounts, CallError

_LARGEST: Final = 50_000_000
"""Octets of a message that is taken from a file."""


@dataclass(frozen=True, slots=True)
class User:
    """Name, password and the Id of the user's own account; made by `Server.add_user`."""

    name: str
    password: str
    account: str
    accounts: Accounts = field(repr=False, compare=False)

    @property
    def authorization(self) -> str:
        """The value of an Authorization field that signs in as this user."""
        return "Basic " + base64.b64encode(f"{self.name}:{self.password}".encode()).decode()

    @property
    def address(self) -> str:
        """The address that mail for this user goes to."""
        return self.name if "@" in self.name else f"{self.name}@{self.accounts.domain}"

    def call(self, method: str, arguments: Mapping[str, Any] | None = None) -> Any:
        """Run one method as this user, past the network, the dials and strict mode; the arguments of its response.

        `accountId` is filled in. CallError when it ends in an error.
        """
        return self.accounts.call(self.name, self.account, method, arguments)

    # Putting something in

    def add_mailbox(self, path: str, **properties: Any) -> str:
        """Make a mailbox (`A/B` is B in A) with its parents, with properties as in Mailbox/set; its id."""
        made = self._mailbox(path)
        if properties:
            self._set("Mailbox", {"update": {made: properties}})
        return made

    def add_message(
        self,
        content: bytes | str | Path | None = None,
        *,
        mailbox: str | Sequence[str] = "inbox",
        keywords: Iterable[str] = (),
        received: str | int | None = None,
        from_: str = "Zoe Quill <zoe@example.net>",
        to: str | Sequence[str] | None = None,
        cc: str | Sequence[str] = (),
        subject: str = "",
        text: str = "",
        html: str | None = None,
        headers: Mapping[str, str] | None = None,
        attachments: Iterable[tuple[str, str, bytes]] = (),
    ) -> str:
        """Put a message into the account; the id of the Email.

        `content` are its octets as they are, or the file that holds them; without it the message is made from the other
        arguments, where an attachment is (name, media type, content). A mailbox is a role or a path; `received` is a
        UTCDate or epoch milliseconds.
        """
        moment = self.accounts.moment(received)
        octets = content.read_bytes() if isinstance(content, Path) else content
        if octets is None:
            to_, cc_ = [self.address] if to is None else _texts(to), _texts(cc)
            octets = messages.write_message(moment, from_, to_, cc_, subject, text, html, headers or {}, attachments)
        elif isinstance(octets, str):
            octets = octets.encode()
        services = self.accounts.services
        return messages.store_message(services, self.name, octets, _texts(mailbox), keywords, moment)

    def add_files(self, *paths: Path | str, mailbox: str | None = None) -> int:
        """Take in files and folders as `angarium import` does (.eml, mbox, Maildir, .vcf); how many messages and cards.

        What the account has already is passed over. ValueError names what could not be taken.
        """
        return messages.take_files(self.accounts.services, self.name, [Path(path) for path in paths], mailbox, _LARGEST)

    def add_card(self, card: Mapping[str, Any] | None = None, **properties: Any) -> str:
        """Put a JSContact Card into the user's default address book; its id. `name="Bob"` is short for a full name."""
        given = {**(card or {}), **properties}
        if isinstance(given.get("name"), str):
            given["name"] = {"full": given["name"]}
        return self._create("ContactCard", given, "AddressBook", "addressBookIds")

    def add_event(self, event: Mapping[str, Any] | None = None, **properties: Any) -> str:
        """Put a JSCalendar Event into the user's default calendar; its id. `start` is LocalDateTime, without a Z."""
        return self._create("CalendarEvent", {**(event or {}), **properties}, "Calendar", "calendarIds")

    def share_with(self, other: "User", read_only: bool = False) -> None:
        """Let another user into this user's account."""
        self.accounts.operate("account.grant", account=self.name, user=other.name, readOnly=read_only)

    def unshare(self, other: "User") -> None:
        """Take that back."""
        self.accounts.operate("account.revoke", account=self.name, user=other.name)

    def set_quota(self, **limits: int | None) -> None:
        """Let the account hold so many `octets` and `messages`; None for as many as there is room for."""
        self.accounts.operate("user.quota", name=self.name, **limits)

    # Looking at what is there

    def stored(self, kind: str | None = None) -> Any:
        """Everything in the account as its get methods show it: by type, or the objects of one type."""
        if kind is None:
            return {name: self.stored(name) for name in self.accounts.types()}
        return self.call(f"{kind}/get", {"ids": None})["list"]

    def messages(self, mailbox: str | None = None) -> list[dict[str, Any]]:
        """The emails of the account, or of one mailbox, the oldest first, as Email/get shows them with their texts."""
        wanted = {} if mailbox is None else {"inMailbox": self._mailbox(mailbox)}
        order = [{"property": "receivedAt", "isAscending": True}]
        ids = self.call("Email/query", {"filter": wanted, "sort": order})["ids"]
        found = self.call("Email/get", {"ids": ids, "fetchAllBodyValues": True})["list"]
        by_id = {email["id"]: email for email in found}
        return [by_id[email] for email in ids]

    def _mailbox(self, path: str) -> str:
        place = messages.place_of(path)
        given = {"path": list(place.path), "role": place.role, "sortOrder": None, "isSubscribed": None}
        (found,) = self.accounts.operate("import.mailboxes", user=self.name, places=[given])
        return str(found)

    def _create(self, kind: str, given: dict[str, Any], home: str, homes: str) -> str:
        """Make an object, in the default one of its homes unless told; its id."""
        if homes not in given:
            kept = self.stored(home)
            given[homes] = {next((one for one in kept if one.get("isDefault")), kept[0])["id"]: True}
        return str(self._set(kind, {"create": {"new": given}})["created"]["new"]["id"])

    def _set(self, kind: str, arguments: Mapping[str, Any]) -> Any:
        answer = self.call(f"{kind}/set", arguments)
        for refused in ("notCreated", "notUpdated", "notDestroyed"):
            for error in (answer.get(refused) or {}).values():
                raise CallError(f"{kind}/set", error)
        return answer


def _texts(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
