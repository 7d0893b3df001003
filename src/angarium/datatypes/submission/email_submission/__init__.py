"""EmailSubmission (RFC 8621 §7)."""

from angarium.datatypes.submission.email_submission.declaration import email_submission_type

__all__ = ["email_submission_type"]
