"""The mailbox that every transcript begins with: a few messages with fixed octets and dates, and a friend's account."""

from tests.client import Client
from tests.conftest import NewUser
from tests.server import Server
from tests.wire.symbols import Symbols

LUNCH = (
    "From: Zoë Quill <zoe@quill.example>\r\nTo: Ann <ann@angarium.example>\r\nSubject: Lunch on Friday?\r\n"
    "Message-ID: <lunch@quill.example>\r\nDate: Mon, 01 Jul 2024 09:00:00 +0200\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "Shall we meet at the Café Zürich?\r\n\r\nZoë\r\n"
).encode()

REPLY = (
    b"From: Ann <ann@angarium.example>\r\nTo: =?utf-8?q?Zo=C3=AB_Quill?= <zoe@quill.example>\r\n"
    b"Subject: Re: Lunch on Friday?\r\nMessage-ID: <reply@angarium.example>\r\nIn-Reply-To: <lunch@quill.example>\r\n"
    b"References: <lunch@quill.example>\r\nDate: Mon, 01 Jul 2024 10:30:00 +0200\r\n\r\nGladly, at noon.\r\n"
)

REPORT = (
    b"From: Harbour Office <office@harbour.example>\r\nTo: ann@angarium.example,\r\n crew: bo@harbour.example;\r\n"
    b"Cc: cy@harbour.example\r\nSubject: Tide table for July\r\nMessage-ID: <tides@harbour.example>\r\n"
    b"Date: Tue, 02 Jul 2024 06:00:00 +0000\r\nList-Unsubscribe: <https://harbour.example/leave>\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="mixed"\r\n\r\n'
    b'--mixed\r\nContent-Type: multipart/alternative; boundary="other"\r\n\r\n'
    b"--other\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe table is attached.\r\n"
    b"--other\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"<p>The <b>table</b> is attached =E2=80=94 see below.</p>\r\n--other--\r\n"
    b"--mixed\r\nContent-Type: text/csv; name=tides.csv\r\nContent-Disposition: attachment; filename=tides.csv\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\ndGlkZSxoZWlnaHQNCm5vb24sMy40DQo=\r\n--mixed--\r\n"
)

FORWARD = (
    b"From: bo@harbour.example\r\nTo: ann@angarium.example\r\nSubject: Fwd: a note in a bottle\r\n"
    b"Message-ID: <bottle@harbour.example>\r\nDate: Wed, 03 Jul 2024 12:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: message/rfc822\r\n\r\n"
    b"From: castaway@island.example\r\nSubject: Help\r\nMessage-ID: <help@island.example>\r\n\r\nSend rope.\r\n"
)

NOTICE = (
    b"From: zoe@quill.example\r\nTo: ann@angarium.example\r\nSubject: Read: Re: Lunch on Friday?\r\n"
    b"Message-ID: <read@quill.example>\r\nDate: Mon, 01 Jul 2024 11:00:00 +0200\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/report; report-type=disposition-notification; boundary="report"\r\n\r\n'
    b"--report\r\n\r\nYour message was read.\r\n--report\r\nContent-Type: message/disposition-notification\r\n\r\n"
    b"Reporting-UA: desk.quill.example; Pigeon 2\r\nFinal-Recipient: rfc822; zoe@quill.example\r\n"
    b"Original-Message-ID: <reply@angarium.example>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
    b"--report--\r\n"
)

EVENTS = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//choir//EN
METHOD:PUBLISH
BEGIN:VEVENT
UID:rehearsal
DTSTAMP:20240701T090000Z
DTSTART;TZID=Europe/Berlin:20240705T190000
DURATION:PT2H
RRULE:FREQ=WEEKLY;COUNT=10
EXDATE;TZID=Europe/Berlin:20240712T190000
SUMMARY:Rehearsal
LOCATION:Old school
X-CHOIR-PART:alto
BEGIN:VALARM
UID:bell
ACTION:DISPLAY
TRIGGER:-PT30M
END:VALARM
END:VEVENT
BEGIN:VTODO
UID:strings
SUMMARY:Buy strings
END:VTODO
END:VCALENDAR
"""

CARDS = (
    b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:zoe\r\nN:Quill;Zoe;;;\r\nEMAIL;TYPE=work:zoe@quill.example\r\nEND:VCARD\r\n"
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Reed;Bo\r\nTEL;HOME:+49 30 1234\r\nEND:VCARD\r\n"
)

MESSAGES: tuple[tuple[str, bytes, str, str, dict[str, bool]], ...] = (
    ("lunch", LUNCH, "inbox", "2024-07-01T07:00:01Z", {"$seen": True}),
    ("reply", REPLY, "sent", "2024-07-01T08:30:02Z", {"$seen": True}),
    ("report", REPORT, "inbox", "2024-07-02T06:00:03Z", {"$flagged": True}),
    ("forward", FORWARD, "inbox", "2024-07-03T12:00:04Z", {}),
)


def begin(server: Server, new_user: NewUser) -> tuple[Client, Symbols]:
    """A user with these messages, who may also use the account of a friend, and the names of all of it."""
    user, friend = new_user(), new_user()
    server.grant(friend.name, user.name)
    symbols = Symbols()
    for value, name in (
        (server.url, "server"),
        (server.url.replace("http", "ws", 1), "socket server"),
        (user.name, "user"),
        (friend.name, "friend's name"),
        (user.account, "account"),
        (friend.account, "friend"),
    ):
        symbols.know(value, name)
    _leave_numbers_out(friend)
    symbols.know(friend.new_mailbox("From a friend"), "friend's box")
    made = friend.call("AddressBook/set", {"create": {"b": {"name": "From a friend"}}})["created"]
    symbols.know(made["b"]["id"], "friend's book")
    made = friend.call("Calendar/set", {"create": {"c": {"name": "From a friend"}}})["created"]
    symbols.know(made["c"]["id"], "friend's calendar")
    symbols.know(user.call("Calendar/get", {"properties": []})["list"][0]["id"], "calendar")
    symbols.know(user.call("AddressBook/get", {"properties": []})["list"][0]["id"], "book")
    boxes = user.mailboxes()
    for role, identifier in boxes.items():
        symbols.know(identifier, role)
    _name(user, symbols, boxes)
    symbols.know(user.upload(NOTICE), "blob notice")
    symbols.know(user.upload(CARDS), "blob cards")
    symbols.know(user.upload(EVENTS), "blob events")
    server.limit(user.name, octets=5_000_000_000, messages=100_000)
    return user, symbols


def _leave_numbers_out(friend: Client) -> None:
    """Ids are unique in their account only; after these, none of the friend's is one of the user's too."""
    made = friend.call("Mailbox/set", {"create": {f"m{number}": {"name": f"m{number}"} for number in range(300)}})
    friend.call("Mailbox/set", {"destroy": [box["id"] for box in made["created"].values()]})


def _name(user: Client, symbols: Symbols, boxes: dict[str, str]) -> None:
    for name, content, role, received, keywords in MESSAGES:
        made = user.import_mail(content, boxes[role], receivedAt=received, keywords=keywords)
        email = user.email(made["id"], properties=["bodyStructure"], bodyProperties=["blobId", "partId"])
        symbols.know(made["id"], f"email {name}")
        symbols.know(made["threadId"], f"thread {name}")
        symbols.know(made["blobId"], f"blob {name}")
        _name_parts(symbols, name, email["bodyStructure"])


def _name_parts(symbols: Symbols, name: str, part: dict[str, object]) -> None:
    if isinstance(part["blobId"], str):
        symbols.know(part["blobId"], f"blob {name}/{part['partId']}")
    inner = part.get("subParts")
    for below in inner if isinstance(inner, list) else ():
        _name_parts(symbols, name, below)
