"""What one letter of the demo says, before it is octets: only values, filled in by `letters`."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes or is written to."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class File:
    """An attachment; `content` is made from the letter's moment (epoch seconds) and a seed. With `cid` it is inline."""

    name: str
    type: str
    content: Callable[[int, int], bytes]
    cid: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One message: when (hours before now), from whom, about what, and where it lies with which keywords.

    `answers` names the letter that it replies to, `forwards` one that it carries whole. `fields` are more header
    fields as raw text. `to` is the owner of the mailbox unless it says otherwise.
    """

    key: str
    hours: float
    author: Person
    subject: str
    text: str
    html: str | None = None
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    answers: str | None = None
    forwards: str | None = None
    files: tuple[File, ...] = ()
    mailbox: str = "inbox"
    keywords: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
