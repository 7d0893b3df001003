"""A Cyrus IMAP server on this machine, brought up and down by a script that the user gives.

Only what is peculiar to Cyrus may live here. The script takes ``start``, ``stop``, ``reset`` (wipe, then start) and
``status``, which prints a line with ``pid N``, ``http PORT``, ``imap PORT`` and ``lmtp PORT``; it makes the user
``test`` and reads where to keep its data, and whether to offer contacts and calendars, from the environment. Those are
in a dialect older than RFC 9610 and JMAP for Calendars.
"""

import imaplib
import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench import calendars, contacts
from bench.account import Login
from bench.delivery import Place
from bench.server import CommandError

CONTACTS = contacts.Dialect(
    "https://cyrusimap.org/ns/jmap/contacts", "Contact", ("lastName", "firstName"), lambda text: {"notes": text}
)
CALENDARS = calendars.Dialect("https://cyrusimap.org/ns/jmap/calendars", moment="Z", zoned=False, endless=False)
ADDRESS_BOOK = "/dav/addressbooks/user/test/Default/"
CALENDAR = "/dav/calendars/user/test/Default/"
REFUSED_VCARD = "2.1"

_USER = "test"
_OTHER_USER = "user1"
_STATUS = re.compile(r"pid (?P<pid>\d+); http (?P<http>\d+) imap (?P<imap>\d+) lmtp (?P<lmtp>\d+)")
_PRODUCT = re.compile(r"Cyrus IMAP \S+")
_WITHIN = 300  # seconds


@dataclass(frozen=True, slots=True)
class Cyrus:
    """A running server: its first process and its ports."""

    pid: int
    http: int
    imap: int
    lmtp: int

    @property
    def login(self) -> Login:
        """Where its Session is, and who signs in."""
        return Login(f"http://127.0.0.1:{self.http}", _USER, _USER)

    @property
    def place(self) -> Place:
        """Where mail for that user goes."""
        return Place("127.0.0.1", self.lmtp, _USER)

    @property
    def other_place(self) -> Place:
        """Where mail goes that is not to be among the rows."""
        return Place("127.0.0.1", self.lmtp, _OTHER_USER)

    def product(self) -> str:
        """What it calls itself, with its version."""
        with imaplib.IMAP4("127.0.0.1", self.imap, timeout=_WITHIN) as client:
            told = _PRODUCT.search(client.welcome.decode("ascii", "replace"))
        return told[0] if told else "Cyrus IMAP"

    def allow_filing(self, mailboxes: Iterable[str]) -> None:
        """Let anyone post into these mailboxes, so that mail for ``test+NAME`` is filed there."""
        with imaplib.IMAP4("127.0.0.1", self.imap, timeout=_WITHIN) as client:
            client.login(_USER, _USER)
            for mailbox in mailboxes:
                client.setacl(f'"{mailbox}"', "anyone", "p")


def start(script: Path, root: Path, afresh: bool) -> Cyrus:
    """Start it with its data under ``root`` (unless CYRUS_ROOT says otherwise), empty when ``afresh``."""
    stop(script, root)  # what already runs may have been started with other settings
    _run(script, root, "reset" if afresh else "start")
    told = _run(script, root, "status")
    found = _STATUS.search(told)
    if not found:
        raise CommandError(f"{script} status does not tell the ports: {told}")
    return Cyrus(**{name: int(value) for name, value in found.groupdict().items()})


def stop(script: Path, root: Path) -> None:
    """Stop it if it runs."""
    _run(script, root, "stop")


def _run(script: Path, root: Path, order: str) -> str:
    given = {"CYRUS_ROOT": str(root)} | os.environ | {"CYRUS_NONSTANDARD": "yes"}
    done = subprocess.run(
        ["bash", str(script), order], capture_output=True, text=True, env=given, timeout=_WITHIN, check=False
    )
    if done.returncode:
        raise CommandError(f"{script} {order} ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
    return done.stdout
