"""The little mail that the client libraries find in their accounts."""

from angarium.testing import User

HELLO = (
    "From: Zo\u00eb Quill <zoe@example.net>\r\nTo: ann@example.com\r\nSubject: Lighthouse keys\r\n"
    "Message-ID: <keys@example.net>\r\nDate: Mon, 02 Nov 2026 09:00:00 +0100\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nThe spare keys hang behind the barometer. \u00dcber dem Tisch.\r\n"
).encode()
REPLY = (
    b"From: ann@example.com\r\nTo: zoe@example.net\r\nSubject: Re: Lighthouse keys\r\n"
    b"Message-ID: <reply@example.com>\r\nIn-Reply-To: <keys@example.net>\r\nReferences: <keys@example.net>\r\n"
    b"Date: Mon, 02 Nov 2026 11:00:00 +0100\r\n\r\nFound them, thank you.\r\n"
)
ATTACHED = b"tide,height\r\n06:12,3.4\r\n"
REPORT = (
    b"From: Harbour Office <office@example.org>\r\nTo: ann@example.com\r\nSubject: Tide table\r\n"
    b"Message-ID: <tides@example.org>\r\nDate: Tue, 03 Nov 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="=cut"\r\n\r\n--=cut\r\nContent-Type: text/plain\r\n\r\n'
    b"The table for November.\r\n--=cut\r\nContent-Type: text/csv; name=tides.csv\r\n"
    b"Content-Disposition: attachment; filename=tides.csv\r\n\r\n" + ATTACHED + b"\r\n--=cut--\r\n"
)


def fill(user: User) -> None:
    """Put the three messages into the inbox, oldest first."""
    for day, message in ((2, HELLO), (2, REPLY), (3, REPORT)):
        hour = 8 if message is HELLO else 10
        user.add_message(message, received=f"2026-11-{day:02}T{hour:02}:00:00Z")
