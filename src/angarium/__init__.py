"""Angarium: a mail, contacts and calendar server whose native language is JMAP."""

__version__ = "0.1.0"
