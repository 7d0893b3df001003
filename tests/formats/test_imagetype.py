import pytest

from angarium.formats.imagetype import image_type


@pytest.mark.parametrize(
    ("octets", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xdb", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"BM" + bytes(12) + b"\x28\0\0\0", "image/bmp"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- > -->\n<!DOCTYPE svg>\n<svg xmlns="">', "image/svg+xml"),
        (b"<svg>", "image/svg+xml"),
    ],
)
def test_an_image_is_known_by_how_it_begins(octets: bytes, media_type: str) -> None:
    assert image_type(octets) == media_type


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"plain text",
        b"BM is short for something",
        b"RIFF....WAVE",
        b"\0\0\0\x18ftypmp42",
        b"<svgish>",
        b"<!-- <svg>",
        b"<html><svg>",
        b"%PDF-1.7",
        b"\xff\xd8",
        b"GIF",
    ],
)
def test_what_is_no_image_is_none(octets: bytes) -> None:
    assert image_type(octets) is None
