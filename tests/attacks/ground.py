"""An account with something in it, in an engine without sockets, for attacks on methods."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from angarium.engine.access import Principal
from angarium.engine.declare import Capability
from angarium.engine.limits import CORE, Limits
from angarium.engine.registry import Registry
from tests.harness import Harness, mail_server

MESSAGE = b"Subject: here\r\nFrom: a@example.com\r\nMessage-ID: <here@example.com>\r\n\r\nbody\r\n"
LETTER = b"Subject: a letter\r\nFrom: ann@example.com\r\nTo: bob@example.com\r\n\r\nbody\r\n"
TOMORROW = {
    "mailFrom": {"email": "ann@example.com", "parameters": {"HOLDFOR": "86400"}},
    "rcptTo": [{"email": "bob@example.com"}],
}


def registry() -> Registry:
    """Everything that a mail server can do, known before any server runs."""
    served = mail_server(Limits())
    return Registry([Capability(CORE, {}, in_accounts=False), *served.capabilities], served.types, served.methods)


@dataclass(frozen=True, slots=True)
class Ground:
    """The engine, its user, and ids of what the user has; `friend` is an account that the user may see too.

    `letter` is an email that can be sent, and `submission` sends it tomorrow.
    """

    engine: Harness
    user: Principal
    friend: str
    mailbox: str
    email: str
    blob: str
    identity: str
    letter: str
    submission: str
    book: str
    card: str
    push: str
    calendar: str
    event: str
    participant: str
    notification: str

    def image(self) -> list[Any]:
        """Everything in the account but the states, to compare before and after."""
        mails = ("Mailbox", "Email", "Identity", "EmailSubmission")
        others = ("AddressBook", "ContactCard", "Calendar", "CalendarEvent", "ParticipantIdentity")
        kinds = (*mails, *others, "CalendarEventNotification")
        calls = [(f"{kind}/get", {"ids": None}) for kind in kinds]
        return [given["list"] for _, given in self.engine.responses(self.user, *calls)]

    def imported(self, message: bytes) -> Any:
        """Import a message; what Email/import shows of it."""
        given = {"blobId": self.engine.upload(self.user, message), "mailboxIds": {self.mailbox: True}}
        answer = self.engine.call(self.user, "Email/import", {"emails": {"a": given}})
        assert answer["created"], answer
        return answer["created"]["a"]


def ground(folder: Path) -> Ground:
    """Make one."""
    engine = Harness(folder)
    ann, bob = engine.user("ann"), engine.user("bob")
    both = engine.share(bob, ann)
    mailbox = engine.call(ann, "Mailbox/get")["list"][0]["id"]
    blob = engine.upload(ann, MESSAGE)
    given = {"blobId": blob, "mailboxIds": {mailbox: True}}
    email = engine.call(ann, "Email/import", {"emails": {"a": given}})["created"]["a"]["id"]
    identity = engine.call(ann, "Identity/get")["list"][0]["id"]
    written = {"blobId": engine.upload(ann, LETTER), "mailboxIds": {mailbox: True}}
    letter = engine.call(ann, "Email/import", {"emails": {"a": written}})["created"]["a"]["id"]
    sent = {"identityId": identity, "emailId": letter, "envelope": TOMORROW}
    submission = engine.call(ann, "EmailSubmission/set", {"create": {"a": sent}})["created"]["a"]["id"]
    book = engine.call(ann, "AddressBook/get")["list"][0]["id"]
    create = {"a": {"addressBookIds": {book: True}, "uid": "here", "name": {"full": "Someone"}}}
    card = engine.call(ann, "ContactCard/set", {"create": create})["created"]["a"]["id"]
    subscribed = {"deviceClientId": "ann's", "url": "https://push.example.com/"}
    push = engine.call(ann, "PushSubscription/set", {"create": {"a": subscribed}})["created"]["a"]["id"]
    calendar = engine.call(ann, "Calendar/get")["list"][0]["id"]
    meeting = {"calendarIds": {calendar: True}, "uid": "here", "start": "2030-01-01T09:00:00", "timeZone": "Etc/UTC"}
    event = engine.call(ann, "CalendarEvent/set", {"create": {"a": meeting}})["created"]["a"]["id"]
    participant = engine.call(ann, "ParticipantIdentity/get")["list"][0]["id"]
    return Ground(
        engine,
        both,
        engine.account(bob),
        mailbox,
        email,
        blob,
        identity,
        letter,
        submission,
        book,
        card,
        push,
        calendar,
        event,
        participant,
        engine.noted(ann, event),
    )
