"""Turns an envelope and content into the octets of a message: RFC 5322 headers and MIME, by joining bytes.

Only the encodings that real mail shows may live here: 7bit, 8bit, quoted-printable, base64, encoded-words (RFC 2047)
and extended parameters (RFC 2231). Deliberately not the server's own builder: a benchmark must not depend on what it
measures.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.header import Header
from email.utils import formatdate
from html import escape
from random import Random
from urllib.parse import quote

from bench.vocabulary import Person

_STYLE = "font:15px/1.5 sans-serif;color:#223;margin:0 0 12px 0;padding:0"
_FILES = (
    ("application/pdf", "report.pdf"),
    ("image/png", "photo.png"),
    ("application/zip", "archive.zip"),
    ("application/pdf", "übersicht.pdf"),
)
_LINE = 57  # octets that base64 makes a line of 76 from


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the headers say; ``parents`` are the Message-IDs of the thread so far, oldest first."""

    author: Person
    reader: Person
    subject: str
    received: int
    message_id: str
    parents: Sequence[str]


@dataclass(frozen=True, slots=True)
class Content:
    """Paragraphs (lines split by LF) of the text and the HTML part, one attachment, and the tongue of the words."""

    text: Sequence[str]
    html: Sequence[str] = field(default_factory=tuple)
    attachment: bytes = b""
    tongue: str = "ascii"


def compose(envelope: Envelope, content: Content, rng: Random) -> bytes:
    """A whole message with CRLF line ends."""
    body = _text_part("plain", "\n\n".join(content.text), content.tongue)
    if content.html:
        page = _text_part("html", _page(content.html, envelope.subject, rng), content.tongue)
        body = _multipart("alternative", [body, page], rng)
    if content.attachment:
        body = _multipart("mixed", [body, _file(content.attachment, rng)], rng)
    return b"\r\n".join([*_headers(envelope, rng), body])


def _headers(envelope: Envelope, rng: Random) -> list[bytes]:
    date = formatdate(envelope.received)
    queue = f"{rng.getrandbits(40):010X}"
    lines = [
        f"Return-Path: <{envelope.author.address}>",
        f"Received: from mx.harbour.example (mx.harbour.example [192.0.2.{rng.randint(1, 254)}])\r\n"
        f"\tby mail.bench.example with ESMTPS id {queue}\r\n\tfor <{envelope.reader.address}>; {date}",
        f"Date: {formatdate(envelope.received - rng.randint(1, 60))}",
        f"From: {_mailbox(envelope.author)}",
        f"To: {_mailbox(envelope.reader)}",
        f"Subject: {_encoded(envelope.subject)}",
        f"Message-ID: {envelope.message_id}",
        "MIME-Version: 1.0",
    ]
    if envelope.parents:
        lines += [f"In-Reply-To: {envelope.parents[-1]}", "References: " + "\r\n ".join(envelope.parents)]
    return [line.encode() for line in lines]


def _mailbox(person: Person) -> str:
    return f"{_encoded(person.name)} <{person.address}>"


def _encoded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8").encode(linesep="\r\n")


def _text_part(subtype: str, text: str, tongue: str) -> bytes:
    transfer, encode = _TRANSFER[tongue]
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {transfer}\r\n\r\n"
    return head.encode() + encode(text.replace("\n", "\r\n").encode() + b"\r\n")


def _same(data: bytes) -> bytes:
    return data


def _quoted_printable(data: bytes) -> bytes:
    # b2a_qp keeps the CRLF of its input but ends its soft breaks to match the first line end it sees.
    return binascii.b2a_qp(data, istext=True)


def _base64(data: bytes) -> bytes:
    return b"".join(base64.b64encode(data[at : at + _LINE]) + b"\r\n" for at in range(0, len(data), _LINE))


_TRANSFER = {
    "ascii": ("7bit", _same),
    "western": ("quoted-printable", _quoted_printable),
    "greek": ("8bit", _same),
    "cyrillic": ("base64", _base64),
    "han": ("base64", _base64),
}


def _page(paragraphs: Sequence[str], title: str, rng: Random) -> str:
    cells = (
        f'<tr><td style="{_STYLE}"><p style="{_STYLE}">{escape(text)}</p>\n'
        f'<a href="https://news.harbour.example/r/{rng.getrandbits(64):016x}">read on</a></td></tr>'
        for text in paragraphs
    )
    return (
        f"<!DOCTYPE html>\n<html><head><title>{escape(title)}</title>\n<style>td {{ {_STYLE} }}</style></head>\n"
        f'<body><table width="600">\n' + "\n".join(cells) + "\n</table></body></html>"
    )


def _file(data: bytes, rng: Random) -> bytes:
    media_type, name = rng.choice(_FILES)
    parameter = f'filename="{name}"' if name.isascii() else f"filename*=utf-8''{quote(name)}"
    head = (
        f"Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; {parameter}\r\n\r\n"
    )
    return head.encode() + _base64(data)


def _multipart(subtype: str, parts: Sequence[bytes], rng: Random) -> bytes:
    boundary = f"=_{rng.getrandbits(96):024x}".encode()
    head = b"Content-Type: multipart/" + subtype.encode() + b'; boundary="' + boundary + b'"\r\n\r\n'
    return head + b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"
