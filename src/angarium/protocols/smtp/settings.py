"""What goes to a relay and what comes back, and where it is: plain values, known without the SMTP library."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from angarium.datatypes.submission.envelope import Address


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """Where the relay is and how to talk to it; `context` is None for no TLS, `timeout` in seconds.

    `name` is what the relay is told that we are.
    """

    host: str
    port: int
    starttls: bool
    context: ssl.SSLContext | None
    user: str | None
    password: str | None
    name: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Letter:
    """A message with its envelope; the octets have CRLF at the ends of their lines."""

    sender: Address
    recipients: Sequence[Address]
    octets: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """The reply for each recipient by address, and whether the relay will report success where that was asked for."""

    replies: Mapping[str, str]
    reports: bool
