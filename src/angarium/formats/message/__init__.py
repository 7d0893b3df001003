"""Internet messages: reading them by offsets, their header fields in every JMAP form, and writing them.

Pure: octets and values in, values and octets out. RFC 5322, RFC 2045 to 2047, RFC 2231, RFC 8621 §4.1 and §4.6.
"""

from angarium.formats.message.addresses import EmailAddress, Group, parse_addresses, parse_groups
from angarium.formats.message.answering import conversation, message_ids, subject_of, writable
from angarium.formats.message.authentication import is_authenticated
from angarium.formats.message.automatic import is_program, may_be_answered
from angarium.formats.message.bodylists import body_lists, has_attachment
from angarium.formats.message.bodytext import BodyValue, body_value, text_of, truncate
from angarium.formats.message.build import build
from angarium.formats.message.dates import format_rfc3339, format_rfc5322, parse_date, parse_rfc3339, received_date
from angarium.formats.message.delivery_status import (
    Action,
    DeliveryStatus,
    RecipientStatus,
    delivery_status_body,
    plain_address,
    read_delivery_status,
)
from angarium.formats.message.disposition import Notification, notification_body, read_notification
from angarium.formats.message.draft import BodyPart, Draft, DraftHeader, assemble, fresh_message_id
from angarium.formats.message.envelope import Envelope, envelope
from angarium.formats.message.forms import (
    FORMS,
    HeaderProperty,
    allowed_forms,
    header_list,
    header_value,
    parse_header_property,
)
from angarium.formats.message.headerbuild import InvalidHeader, build_header
from angarium.formats.message.htmltext import html_to_text
from angarium.formats.message.mailbox import is_mailbox, is_mailbox_list
from angarium.formats.message.outgoing import Outgoing, outgoing
from angarium.formats.message.preview import attachment_names, preview, search_text, search_words
from angarium.formats.message.report import Report, read_report, report_body
from angarium.formats.message.scanner import parse, read_headers
from angarium.formats.message.structure import (
    DEFAULT_PROPERTIES,
    compact,
    expand,
    is_body_property,
    part_to_json,
    structure_to_json,
)
from angarium.formats.message.subject import base_subject
from angarium.formats.message.trace import hops, with_return_path
from angarium.formats.message.transfer import decode_body, decode_transfer
from angarium.formats.message.values import BodyLists, Encoding, Header, Json, Message, Octets, Part

__all__ = [
    "DEFAULT_PROPERTIES",
    "FORMS",
    "Action",
    "BodyLists",
    "BodyPart",
    "BodyValue",
    "DeliveryStatus",
    "Draft",
    "DraftHeader",
    "EmailAddress",
    "Encoding",
    "Envelope",
    "Group",
    "Header",
    "HeaderProperty",
    "InvalidHeader",
    "Json",
    "Message",
    "Notification",
    "Octets",
    "Outgoing",
    "Part",
    "RecipientStatus",
    "Report",
    "allowed_forms",
    "assemble",
    "attachment_names",
    "base_subject",
    "body_lists",
    "body_value",
    "build",
    "build_header",
    "compact",
    "conversation",
    "decode_body",
    "decode_transfer",
    "delivery_status_body",
    "envelope",
    "expand",
    "format_rfc3339",
    "format_rfc5322",
    "fresh_message_id",
    "has_attachment",
    "header_list",
    "header_value",
    "hops",
    "html_to_text",
    "is_authenticated",
    "is_body_property",
    "is_mailbox",
    "is_mailbox_list",
    "is_program",
    "may_be_answered",
    "message_ids",
    "notification_body",
    "outgoing",
    "parse",
    "parse_addresses",
    "parse_date",
    "parse_groups",
    "parse_header_property",
    "parse_rfc3339",
    "part_to_json",
    "plain_address",
    "preview",
    "read_delivery_status",
    "read_headers",
    "read_notification",
    "read_report",
    "received_date",
    "report_body",
    "search_text",
    "search_words",
    "structure_to_json",
    "subject_of",
    "text_of",
    "truncate",
    "with_return_path",
    "writable",
]
