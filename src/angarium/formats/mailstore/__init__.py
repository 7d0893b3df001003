"""Mail as files: mbox, Maildir and Maildir++, and the index of an export; octets and names in, values out."""

from angarium.formats.mailstore.folders import folder_name, folder_path
from angarium.formats.mailstore.index import ExportedMailbox, ExportedMessage, Index, head, parse_index, tail
from angarium.formats.mailstore.maildir import (
    CustomFlags,
    assign_letters,
    custom_flags_text,
    file_keywords,
    file_name,
    letters_of,
    parse_custom_flags,
    split_name,
)
from angarium.formats.mailstore.mbox import Entry, FromLine, from_line, split, unquote
from angarium.formats.mailstore.status import status_keywords

__all__ = [
    "CustomFlags",
    "Entry",
    "ExportedMailbox",
    "ExportedMessage",
    "FromLine",
    "Index",
    "assign_letters",
    "custom_flags_text",
    "file_keywords",
    "file_name",
    "folder_name",
    "folder_path",
    "from_line",
    "head",
    "letters_of",
    "parse_custom_flags",
    "parse_index",
    "split",
    "split_name",
    "status_keywords",
    "tail",
    "unquote",
]
