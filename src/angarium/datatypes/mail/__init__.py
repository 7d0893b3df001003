"""Mail (RFC 8621): Mailbox, Thread, Email, SearchSnippet."""

from angarium.datatypes.mail.capability import MAIL, mail_capability
from angarium.datatypes.mail.email import email_import, email_parse, email_type
from angarium.datatypes.mail.mailbox import create_default, mailbox_type
from angarium.datatypes.mail.readings import Readings
from angarium.datatypes.mail.search_snippet import search_snippet_get
from angarium.datatypes.mail.thread import thread_type
from angarium.engine.declare import Capability, DataType, Method
from angarium.engine.limits import Limits

__all__ = ["MAIL", "Readings", "capabilities", "create_default", "methods", "types"]


def types(readings: Readings | None = None) -> tuple[DataType, ...]:
    """The data types of mail; `readings` is of emails that were read to be copied."""
    return (mailbox_type(MAIL), thread_type(MAIL), email_type(MAIL, readings))


def methods(readings: Readings | None = None) -> tuple[Method, ...]:
    """The methods of mail beyond the standard ones; `readings` is where uploads are read before they are imported."""
    return (email_import(MAIL, readings or Readings()), email_parse(MAIL), search_snippet_get(MAIL, email_type(MAIL)))


def capabilities(limits: Limits) -> tuple[Capability, ...]:
    """What the Session tells of mail."""
    return (mail_capability(limits),)
