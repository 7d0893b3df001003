"""Small files to attach, made from nothing: an image, a page, a table, an invitation.

Each takes the moment of its letter (epoch seconds) and a seed, and always gives the same octets for the same two.
"""

import struct
import zlib
from datetime import UTC, datetime, timedelta

_WIDE, _HIGH = 160, 96


def picture(_moment: int, seed: int) -> bytes:
    """A PNG of hills under an evening sky."""
    rows = bytearray()
    for y in range(_HIGH):
        rows.append(0)  # no filter in this row
        for x in range(_WIDE):
            rows += _colour(x, y, seed)
    header = struct.pack(">IIBBBBB", _WIDE, _HIGH, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def dot(_moment: int, seed: int) -> bytes:
    """A PNG of one colour, 16 by 16: a logo for who looks kindly."""
    row = b"\0" + bytes((40 + seed % 40, 90, 160)) * 16
    header = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(row * 16, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def invoice(moment: int, seed: int) -> bytes:
    """A PDF of one page."""
    day = datetime.fromtimestamp(moment, UTC)
    lines = (
        "Lindholm Bicycles",
        f"Invoice {day:%Y}-{1000 + seed % 9000}",
        f"Date {day:%d %B %Y}",
        "1 service, small          48.00",
        "2 brake cables            11.80",
        "Total                     59.80",
    )
    shown = "BT /F1 14 Tf 72 760 Td 22 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    )
    return _pdf(objects)


def measurements(moment: int, seed: int) -> bytes:
    """A table of temperatures as CSV."""
    day = datetime.fromtimestamp(moment, UTC).replace(hour=6, minute=0, second=0)
    rows = ["day,inside,outside"]
    for number in range(14):
        inside = 19 + (seed + number * 7) % 30 / 10
        outside = 2 + (seed + number * 13) % 90 / 10
        rows.append(f"{day - timedelta(days=13 - number):%Y-%m-%d},{inside:.1f},{outside:.1f}")
    return ("\r\n".join(rows) + "\r\n").encode()


def invitation(moment: int, seed: int) -> bytes:
    """An iCalendar invitation to a dinner four days later."""
    start = datetime.fromtimestamp(moment, UTC).replace(hour=18, minute=30, second=0) + timedelta(days=4)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Angarium//demo//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        f"UID:dinner-{seed}@example.net",
        f"DTSTAMP:{datetime.fromtimestamp(moment, UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{start + timedelta(hours=3):%Y%m%dT%H%M%SZ}",
        "SUMMARY:Dinner at ours",
        "LOCATION:Harbour Street 4",
        "ORGANIZER;CN=Maren Holt:mailto:maren@example.net",
        "ATTENDEE;CN=Test User;RSVP=TRUE:mailto:test@example.com",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return ("\r\n".join(lines) + "\r\n").encode()


def _colour(x: int, y: int, seed: int) -> bytes:
    ridge = 60 + (x * (3 + seed % 3) // 4 % 40 if x // 40 % 2 else 40 - x * (3 + seed % 3) // 4 % 40) // 2
    if y > ridge:
        return bytes((34 + y // 6, 70 + (y - ridge) // 2, 52))
    return bytes((250 - y // 2, 170 - y, 90 + y))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pdf(objects: tuple[str, ...]) -> bytes:
    """The objects as a file with its table of offsets (ISO 32000-1 §7.5)."""
    written = b"%PDF-1.4\n"
    offsets = []
    for number, text in enumerate(objects, start=1):
        offsets.append(len(written))
        written += f"{number} 0 obj\n{text}\nendobj\n".encode("ascii")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return written + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")
