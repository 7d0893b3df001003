"""Email (RFC 8621 §4)."""

from angarium.datatypes.mail.email.declaration import email_type
from angarium.datatypes.mail.email.import_ import email_import
from angarium.datatypes.mail.email.parse import email_parse

__all__ = ["email_import", "email_parse", "email_type"]
