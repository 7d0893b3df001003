"""What kind of image some octets are, told by how they begin; nothing is decoded."""

from typing import Final

ENOUGH: Final = 1024
"""Octets from the beginning that tell it."""

_BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\0\0\1\0", "image/vnd.microsoft.icon"),
    (b"\xff\x0a", "image/jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
)
_BMP_HEADERS: Final = (12, 40, 52, 56, 64, 108, 124)
_BRANDS: Final = {b"avif": "image/avif", b"avis": "image/avif"} | dict.fromkeys(
    (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "image/heic"
)


def image_type(octets: bytes) -> str | None:
    """The media type of an image that begins so (`ENOUGH` octets of it do); None for anything else."""
    for beginning, media_type in _BEGINNINGS:
        if octets.startswith(beginning):
            return media_type if media_type != "image/bmp" or _is_bitmap(octets) else None
    if octets[:4] == b"RIFF" and octets[8:12] == b"WEBP":
        return "image/webp"
    if octets[4:8] == b"ftyp":
        return _BRANDS.get(octets[8:12])
    return "image/svg+xml" if _is_svg(octets[:ENOUGH]) else None


def _is_bitmap(octets: bytes) -> bool:
    """Two letters are soon found in a text: the size of the next header must be one that there is."""
    return int.from_bytes(octets[14:18], "little") in _BMP_HEADERS


def _is_svg(octets: bytes) -> bool:
    """XML whose first element, behind a declaration, a document type and comments, is svg."""
    text = octets.removeprefix(b"\xef\xbb\xbf").lstrip()
    while text.startswith((b"<?", b"<!")):
        end = b"-->" if text.startswith(b"<!--") else b">"
        _, found, text = text.partition(end)
        if not found:
            return False
        text = text.lstrip()
    return text[:4].lower() == b"<svg" and text[4:5] in b" \t\r\n>/"
