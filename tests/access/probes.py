"""Where each method takes ids: for every method of the server, calls that put ids of another account in every place.

A method that is not in the table fails the tests until someone has thought of where it takes ids.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Arguments: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids of one account; those that do not exist have the same form and length."""

    account: str
    mailbox: str
    email: str
    thread: str
    blob: str
    part: str
    upload: str
    quota: str
    identity: str
    submission: str
    book: str
    card: str
    push: str
    calendar: str
    event: str
    instance: str
    participant: str
    notification: str

    def named(self) -> dict[str, str]:
        """What each id is called once it is taken out of an answer."""
        return {getattr(self, name): f"<{name}>" for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Asker:
    """What the one who asks has himself."""

    account: str
    mailbox: str
    email: str
    identity: str
    book: str
    card: str
    calendar: str
    event: str


Probe: TypeAlias = Callable[[Ids, Asker], Arguments]


def _message(mailbox: str, **more: Any) -> Arguments:
    return {"mailboxIds": {mailbox: True}, "subject": "probe", **more}


def _attached(mailbox: str, blob: str) -> Arguments:
    return _message(mailbox, attachments=[{"blobId": blob, "type": "text/plain"}])


def _text_part(mailbox: str, blob: str) -> Arguments:
    return _message(mailbox, textBody=[{"blobId": blob, "type": "text/plain"}])


def _structure(mailbox: str, blob: str) -> Arguments:
    parts = [{"blobId": blob, "type": "message/rfc822"}]
    return _message(mailbox, bodyStructure={"type": "multipart/mixed", "subParts": parts})


def _submission(email: str, identity: str) -> Arguments:
    envelope = {"mailFrom": {"email": ""}, "rcptTo": [{"email": "owner@example.com"}]}
    return {"create": {"a": {"emailId": email, "identityId": identity, "envelope": envelope}}}


def _card(book: str, **more: Any) -> Arguments:
    return {"addressBookIds": {book: True}, "name": {"full": "probe"}, **more}


def _event(calendar: str, **more: Any) -> Arguments:
    return {"calendarIds": {calendar: True}, "title": "probe", "start": "2030-01-01T09:00:00", **more}


def _enclosure(blob: str) -> Arguments:
    return {"l": {"rel": "enclosure", "blobId": blob}}


_MONTH = {"after": "2029-12-31T00:00:00", "before": "2030-02-01T00:00:00"}


def _sound(blob: str) -> Arguments:
    return {"s": {"kind": "sound", "blobId": blob}}


def _notification(email: str, identity: str) -> Arguments:
    disposition = {"actionMode": "manual-action", "sendingMode": "mdn-sent-manually", "type": "displayed"}
    return {
        "identityId": identity,
        "send": {"a": {"forEmailId": email, "disposition": disposition}},
        "onSuccessUpdateEmail": {"#a": {"keywords/$mdnsent": True}},
    }


PROBES: Mapping[str, Mapping[str, Probe]] = {
    "Core/echo": {},  # gives back what it was given and looks at nothing
    "PushSubscription/get": {"push ids": lambda ids, me: {"ids": [ids.push]}},
    "PushSubscription/set": {
        "push update": lambda ids, me: {"update": {ids.push: {"types": []}}},
        "push verify": lambda ids, me: {"update": {ids.push: {"verificationCode": "guess"}}},
        "push destroy": lambda ids, me: {"destroy": [ids.push]},
    },
    "Blob/copy": {
        "from": lambda ids, me: {"fromAccountId": ids.account, "blobIds": [ids.blob]},
        "part": lambda ids, me: {"fromAccountId": ids.account, "blobIds": [ids.part]},
        "upload": lambda ids, me: {"fromAccountId": ids.account, "blobIds": [ids.upload]},
    },
    "Mailbox/get": {
        "ids": lambda ids, me: {"ids": [ids.mailbox, me.mailbox]},
        "thread": lambda ids, me: {"ids": [ids.thread, ids.email, ids.blob]},
    },
    "Mailbox/changes": {"account": lambda ids, me: {"sinceState": "0"}},
    "Mailbox/query": {
        "parent": lambda ids, me: {"filter": {"parentId": ids.mailbox}},
        "not parent": lambda ids, me: {"filter": {"operator": "NOT", "conditions": [{"parentId": ids.mailbox}]}},
        "tree": lambda ids, me: {
            "filter": {"operator": "NOT", "conditions": [{"parentId": ids.mailbox}]},
            "filterAsTree": True,
            "sortAsTree": True,
        },
        "anchor": lambda ids, me: {"anchor": ids.mailbox},
    },
    "Mailbox/queryChanges": {
        "parent": lambda ids, me: {"sinceQueryState": "0", "filter": {"parentId": ids.mailbox}},
        "up to": lambda ids, me: {"sinceQueryState": "0", "upToId": ids.mailbox},
    },
    "Mailbox/set": {
        "parent": lambda ids, me: {"create": {"a": {"name": "probe", "parentId": ids.mailbox}}},
        "update": lambda ids, me: {"update": {ids.mailbox: {"name": "taken over"}}},
        "move": lambda ids, me: {"update": {me.mailbox: {"parentId": ids.mailbox}}},
        "destroy": lambda ids, me: {"destroy": [ids.mailbox], "onDestroyRemoveEmails": True},
    },
    "Thread/get": {"ids": lambda ids, me: {"ids": [ids.thread, ids.email]}},
    "Thread/changes": {"account": lambda ids, me: {"sinceState": "0"}},
    "Email/get": {
        "ids": lambda ids, me: {"ids": [ids.email, me.email], "properties": ["threadId", "blobId", "size"]},
        "all": lambda ids, me: {"ids": [ids.email], "properties": ["bodyStructure", "headers", "header:X-Any"]},
        "other kinds": lambda ids, me: {"ids": [ids.thread, ids.mailbox, ids.blob, ids.part]},
    },
    "Email/changes": {"account": lambda ids, me: {"sinceState": "0"}},
    "Email/query": {
        "in": lambda ids, me: {"filter": {"inMailbox": ids.mailbox}, "calculateTotal": True},
        "collapsed": lambda ids, me: {"filter": {"inMailbox": ids.mailbox}, "collapseThreads": True},
        "other than": lambda ids, me: {"filter": {"inMailboxOtherThan": [ids.mailbox]}, "calculateTotal": True},
        "anchor": lambda ids, me: {"anchor": ids.email},
    },
    "Email/queryChanges": {
        "in": lambda ids, me: {"sinceQueryState": "0", "filter": {"inMailbox": ids.mailbox}},
        "up to": lambda ids, me: {"sinceQueryState": "0", "upToId": ids.email},
    },
    "Email/set": {
        "file in": lambda ids, me: {"create": {"a": _message(ids.mailbox)}},
        "attach": lambda ids, me: {"create": {"a": _attached(me.mailbox, ids.blob)}},
        "attach part": lambda ids, me: {"create": {"a": _attached(me.mailbox, ids.part)}},
        "attach upload": lambda ids, me: {"create": {"a": _attached(me.mailbox, ids.upload)}},
        "text": lambda ids, me: {"create": {"a": _text_part(me.mailbox, ids.part)}},
        "structure": lambda ids, me: {"create": {"a": _structure(me.mailbox, ids.blob)}},
        "update": lambda ids, me: {"update": {ids.email: {"keywords/$seen": True}}},
        "move": lambda ids, me: {"update": {me.email: {f"mailboxIds/{ids.mailbox}": True}}},
        "leave": lambda ids, me: {"update": {me.email: {"mailboxIds": {ids.mailbox: True}}}},
        "destroy": lambda ids, me: {"destroy": [ids.email]},
    },
    "Email/copy": {
        "from": lambda ids, me: {
            "fromAccountId": ids.account,
            "create": {"a": {"id": ids.email, "mailboxIds": {me.mailbox: True}}},
        },
        "into": lambda ids, me: {
            "fromAccountId": ids.account,
            "create": {"a": {"id": ids.email, "mailboxIds": {ids.mailbox: True}}},
        },
        "state": lambda ids, me: {"fromAccountId": ids.account, "ifFromInState": "1", "create": {}},
    },
    "Email/import": {
        "blob": lambda ids, me: {"emails": {"a": {"blobId": ids.blob, "mailboxIds": {me.mailbox: True}}}},
        "part": lambda ids, me: {"emails": {"a": {"blobId": ids.part, "mailboxIds": {me.mailbox: True}}}},
        "upload": lambda ids, me: {"emails": {"a": {"blobId": ids.upload, "mailboxIds": {me.mailbox: True}}}},
        "mailbox": lambda ids, me: {"emails": {"a": {"blobId": ids.blob, "mailboxIds": {ids.mailbox: True}}}},
    },
    "Email/parse": {"blobs": lambda ids, me: {"blobIds": [ids.blob, ids.part, ids.upload]}},
    "CalendarEvent/parse": {"blobs": lambda ids, me: {"blobIds": [ids.blob, ids.part, ids.upload]}},
    "ContactCard/parse": {"blobs": lambda ids, me: {"blobIds": [ids.blob, ids.part, ids.upload]}},
    "Quota/get": {"ids": lambda ids, me: {"ids": [ids.quota]}},
    "Quota/changes": {"account": lambda ids, me: {"sinceState": "0"}},
    "Quota/query": {"anchor": lambda ids, me: {"anchor": ids.quota}},
    "Quota/queryChanges": {"up to": lambda ids, me: {"sinceQueryState": "0", "upToId": ids.quota}},
    "Identity/get": {"ids": lambda ids, me: {"ids": [ids.identity, me.identity]}},
    "Identity/changes": {"account": lambda ids, me: {"sinceState": "0"}},
    "Identity/set": {
        "update": lambda ids, me: {"update": {ids.identity: {"name": "taken over"}}},
        "destroy": lambda ids, me: {"destroy": [ids.identity]},
    },
    "EmailSubmission/get": {"ids": lambda ids, me: {"ids": [ids.submission]}},
    "EmailSubmission/changes": {"account": lambda ids, me: {"sinceState": "0"}},
    "EmailSubmission/query": {
        "identity": lambda ids, me: {"filter": {"identityIds": [ids.identity]}, "calculateTotal": True},
        "email": lambda ids, me: {"filter": {"emailIds": [ids.email, me.email]}},
        "thread": lambda ids, me: {"filter": {"operator": "NOT", "conditions": [{"threadIds": [ids.thread]}]}},
        "anchor": lambda ids, me: {"anchor": ids.submission},
    },
    "EmailSubmission/queryChanges": {
        "email": lambda ids, me: {"sinceQueryState": "0", "filter": {"emailIds": [ids.email]}},
        "up to": lambda ids, me: {"sinceQueryState": "0", "upToId": ids.submission},
    },
    "EmailSubmission/set": {
        "email": lambda ids, me: _submission(ids.email, me.identity),
        "identity": lambda ids, me: _submission(me.email, ids.identity),
        "cancel": lambda ids, me: {"update": {ids.submission: {"undoStatus": "canceled"}}},
        "destroy": lambda ids, me: {"destroy": [ids.submission]},
        "follow": lambda ids, me: {
            "destroy": [ids.submission],
            "onSuccessDestroyEmail": [ids.submission],
            "onSuccessUpdateEmail": {ids.submission: {"keywords/$seen": True}},
        },
    },
    "MDN/send": {
        "email": lambda ids, me: _notification(ids.email, me.identity),
        "identity": lambda ids, me: _notification(me.email, ids.identity),
    },
    "MDN/parse": {"blobs": lambda ids, me: {"blobIds": [ids.blob, ids.part, ids.upload]}},
    "VacationResponse/get": {"account": lambda ids, me: {"ids": ["singleton"]}},
    "VacationResponse/set": {"other kinds": lambda ids, me: {"update": {ids.email: {"isEnabled": True}}}},
    "SearchSnippet/get": {
        "emails": lambda ids, me: {"emailIds": [ids.email, me.email], "filter": {"text": "secret"}},
        "filter": lambda ids, me: {"emailIds": [me.email], "filter": {"inMailbox": ids.mailbox, "text": "mail"}},
    },
    "AddressBook/get": {
        "ids": lambda ids, me: {"ids": [ids.book, me.book]},
        "other kinds": lambda ids, me: {"ids": [ids.card, ids.mailbox, ids.blob]},
    },
    "AddressBook/changes": {"account": lambda ids, me: {"sinceState": "0"}},
    "AddressBook/set": {
        "update": lambda ids, me: {"update": {ids.book: {"sortOrder": 7}}},
        "destroy": lambda ids, me: {"destroy": [ids.book]},
        "default": lambda ids, me: {"onSuccessSetIsDefault": ids.book},
    },
    "ContactCard/get": {
        "ids": lambda ids, me: {"ids": [ids.card, me.card]},
        "properties": lambda ids, me: {"ids": [ids.card], "properties": ["name"]},
        "other kinds": lambda ids, me: {"ids": [ids.book, ids.email, ids.blob]},
    },
    "ContactCard/changes": {"account": lambda ids, me: {"sinceState": "0"}},
    "ContactCard/query": {
        "in": lambda ids, me: {"filter": {"inAddressBook": ids.book}, "calculateTotal": True},
        "not in": lambda ids, me: {"filter": {"operator": "NOT", "conditions": [{"inAddressBook": ids.book}]}},
        "anchor": lambda ids, me: {"anchor": ids.card},
    },
    "ContactCard/queryChanges": {
        "in": lambda ids, me: {"sinceQueryState": "0", "filter": {"inAddressBook": ids.book}},
        "up to": lambda ids, me: {"sinceQueryState": "0", "upToId": ids.card},
    },
    "ContactCard/set": {
        "file in": lambda ids, me: {"create": {"a": _card(ids.book)}},
        "blob": lambda ids, me: {"create": {"a": _card(me.book, media=_sound(ids.blob))}},
        "part": lambda ids, me: {"create": {"a": _card(me.book, media=_sound(ids.part))}},
        "upload": lambda ids, me: {"create": {"a": _card(me.book, media=_sound(ids.upload))}},
        "update": lambda ids, me: {"update": {ids.card: {"name/full": "changed"}}},
        "move": lambda ids, me: {"update": {me.card: {f"addressBookIds/{ids.book}": True}}},
        "destroy": lambda ids, me: {"destroy": [ids.card]},
    },
    "ContactCard/copy": {
        "from": lambda ids, me: {"fromAccountId": ids.account, "create": {"a": {"id": ids.card, **_card(me.book)}}},
        "into": lambda ids, me: {"fromAccountId": ids.account, "create": {"a": {"id": ids.card, **_card(ids.book)}}},
        "state": lambda ids, me: {"fromAccountId": ids.account, "ifFromInState": "1", "create": {}},
    },
    "Calendar/get": {
        "ids": lambda ids, me: {"ids": [ids.calendar, me.calendar]},
        "other kinds": lambda ids, me: {"ids": [ids.event, ids.book, ids.blob]},
    },
    "Calendar/changes": {"account": lambda ids, me: {"sinceState": "0"}},
    "Calendar/set": {
        "update": lambda ids, me: {"update": {ids.calendar: {"color": "red"}}},
        "destroy": lambda ids, me: {"destroy": [ids.calendar], "onDestroyRemoveEvents": True},
        "default": lambda ids, me: {"onSuccessSetIsDefault": ids.calendar},
    },
    "CalendarEvent/get": {
        "ids": lambda ids, me: {"ids": [ids.event, me.event]},
        "instance": lambda ids, me: {"ids": [ids.instance], "properties": ["title", "start"]},
        "other kinds": lambda ids, me: {"ids": [ids.calendar, ids.card, ids.blob]},
    },
    "CalendarEvent/changes": {"account": lambda ids, me: {"sinceState": "0"}},
    "CalendarEvent/query": {
        "in": lambda ids, me: {"filter": {"inCalendar": ids.calendar}, "calculateTotal": True},
        "not in": lambda ids, me: {"filter": {"operator": "NOT", "conditions": [{"inCalendar": ids.calendar}]}},
        "expanded": lambda ids, me: {"filter": {"inCalendar": ids.calendar, **_MONTH}, "expandRecurrences": True},
        "anchor": lambda ids, me: {"anchor": ids.event},
    },
    "CalendarEvent/queryChanges": {
        "in": lambda ids, me: {"sinceQueryState": "0", "filter": {"inCalendar": ids.calendar}},
        "up to": lambda ids, me: {"sinceQueryState": "0", "upToId": ids.event},
    },
    "CalendarEvent/set": {
        "file in": lambda ids, me: {"create": {"a": _event(ids.calendar)}},
        "blob": lambda ids, me: {"create": {"a": _event(me.calendar, links=_enclosure(ids.blob))}},
        "part": lambda ids, me: {"create": {"a": _event(me.calendar, links=_enclosure(ids.part))}},
        "upload": lambda ids, me: {"create": {"a": _event(me.calendar, links=_enclosure(ids.upload))}},
        "update": lambda ids, me: {"update": {ids.event: {"title": "changed"}}},
        "update one": lambda ids, me: {"update": {ids.instance: {"title": "changed"}}},
        "move": lambda ids, me: {"update": {me.event: {f"calendarIds/{ids.calendar}": True}}},
        "destroy": lambda ids, me: {"destroy": [ids.event]},
        "destroy one": lambda ids, me: {"destroy": [ids.instance]},
    },
    "CalendarEvent/copy": {
        "from": lambda ids, me: {
            "fromAccountId": ids.account,
            "create": {"a": {"id": ids.event, **_event(me.calendar)}},
        },
        "into": lambda ids, me: {
            "fromAccountId": ids.account,
            "create": {"a": {"id": ids.event, **_event(ids.calendar)}},
        },
        "state": lambda ids, me: {"fromAccountId": ids.account, "ifFromInState": "1", "create": {}},
    },
    "ParticipantIdentity/get": {
        "ids": lambda ids, me: {"ids": [ids.participant]},
        "other kinds": lambda ids, me: {"ids": [ids.identity, ids.calendar]},
    },
    "ParticipantIdentity/changes": {"account": lambda ids, me: {"sinceState": "0"}},
    "ParticipantIdentity/set": {
        "update": lambda ids, me: {"update": {ids.participant: {"name": "changed"}}},
        "destroy": lambda ids, me: {"destroy": [ids.participant]},
        "default": lambda ids, me: {"onSuccessSetIsDefault": ids.participant},
    },
    "CalendarEventNotification/get": {
        "own ids": lambda ids, me: {"ids": [ids.notification]},
        "other kinds": lambda ids, me: {"ids": [ids.event, ids.calendar]},
    },
    "CalendarEventNotification/changes": {"account": lambda ids, me: {"sinceState": "0"}},
    "CalendarEventNotification/query": {
        "own events": lambda ids, me: {"filter": {"calendarEventIds": [ids.event]}, "calculateTotal": True},
        "own anchor": lambda ids, me: {"anchor": ids.notification},
    },
    "CalendarEventNotification/queryChanges": {
        "own events": lambda ids, me: {"sinceQueryState": "0", "filter": {"calendarEventIds": [ids.event]}},
        "up to": lambda ids, me: {"sinceQueryState": "0", "upToId": ids.notification},
    },
    "CalendarEventNotification/set": {
        "own update": lambda ids, me: {"update": {ids.notification: {"comment": "changed"}}},
        "own destroy": lambda ids, me: {"destroy": [ids.notification]},
    },
}
"""By method and by place; `accountId` is added by the tests, once the asker's own and once the foreign one."""
