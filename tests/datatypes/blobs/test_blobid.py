"""Blob ids and the octets they name."""

import base64
from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.datatypes.blobs import MOST_STEPS, BlobId, Step, locate, parse_blob_id
from angarium.formats.message import Encoding, parse
from angarium.formats.primitives import is_id
from angarium.store.contract import AccountKey, BlobHash, Content

HASH = BlobHash("0123456789abcdef" * 4)


class Memory:
    """Blobs in memory."""

    def __init__(self, *blobs: bytes) -> None:
        self.kept = {BlobHash(sha256(blob).hexdigest()): blob for blob in blobs}

    def size(self, blob: BlobHash) -> int | None:
        return len(self.kept[blob]) if blob in self.kept else None

    def readable(self, account: AccountKey, user: str, blob: BlobHash) -> bool:
        return blob in self.kept

    def open(self, blob: BlobHash) -> Content:
        return self.kept[blob]

    def names(self, after: BlobHash | None = None, limit: int = 1000) -> list[BlobHash]:
        return sorted(name for name in self.kept if name > (after or ""))[:limit]

    def references(self, account: AccountKey, blob: BlobHash) -> Sequence[tuple[str, str]]:
        return ()


encodings = st.sampled_from([Encoding.BASE64, Encoding.QUOTED_PRINTABLE, Encoding.UUENCODE])
numbers = st.integers(0, 2**40)


@given(st.lists(st.tuples(numbers, numbers, encodings), max_size=MOST_STEPS))
def test_an_id_reads_back_as_what_it_was_made_of(steps: list[tuple[int, int, Encoding]]) -> None:
    blob_id = BlobId(HASH, tuple(Step(start, start + length, encoding) for start, length, encoding in steps))
    assert is_id(str(blob_id))
    assert parse_blob_id(str(blob_id)) == blob_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b",
        "b" + "0" * 63,
        "b" + "G" * 64,
        "B" + "0" * 64,
        f"b{HASH}_",
        f"b{HASH}_1",
        f"b{HASH}_01-2",
        f"b{HASH}_1-02",
        f"b{HASH}_1-2X",
        f"b{HASH}_1-2_0-1",
        f"b{HASH}_-1-2",
        f"b{HASH}_{'z' * 30}-1",
        f"b{HASH}" + "_1-2B" * (MOST_STEPS + 1),
        f"b{HASH}\n",
        f"../b{HASH}",
    ],
)
def test_what_we_never_gave_is_no_id(text: str) -> None:
    assert parse_blob_id(text) is None


def test_a_part_of_a_plain_range_is_one_range() -> None:
    outer = BlobId(HASH).part(100, 500, Encoding.IDENTITY)
    assert outer.part(10, 20, Encoding.BASE64) == BlobId(HASH, (Step(110, 120, Encoding.BASE64),))


def test_a_part_of_an_encoded_part_is_a_further_step() -> None:
    outer = BlobId(HASH).part(100, 500, Encoding.BASE64)
    inner = outer.part(10, 20, Encoding.IDENTITY)
    assert inner.steps == (Step(100, 500, Encoding.BASE64), Step(10, 20))
    assert inner.may_hold_parts


def test_parts_of_messages_in_encoded_messages_are_found() -> None:
    innermost = b"Subject: 3\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ncaf=C3=A9"
    middle = b"Subject: 2\r\nContent-Type: message/rfc822\r\n\r\n" + innermost
    outer = (
        b"Subject: 1\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(middle)
    )
    blobs = Memory(outer)
    blob_id = BlobId(next(iter(blobs.kept)))
    for _ in range(3):
        content = locate(blobs, blob_id)
        assert content is not None
        part = parse(content[:]).structure
        blob_id = blob_id.part(*part.body_range, part.encoding)
    found = locate(blobs, blob_id)
    assert found is not None
    assert found[:] == "café".encode()


def test_a_plain_range_is_cut_out_only_where_asked() -> None:
    blobs = Memory(bytes(range(200)))
    found = locate(blobs, BlobId(next(iter(blobs.kept)), (Step(50, 150),)))
    assert found is not None
    assert (len(found), found[:3], found[97:1000], found[-2:], found[5:2]) == (
        100,
        bytes([50, 51, 52]),
        bytes([147, 148, 149]),
        bytes([148, 149]),
        b"",
    )


def test_a_range_past_the_end_names_nothing() -> None:
    blobs = Memory(b"short")
    name = next(iter(blobs.kept))
    assert locate(blobs, BlobId(name, (Step(0, 6),))) is None
    assert locate(blobs, BlobId(name, (Step(0, 5),))) is not None


def test_a_blob_that_is_not_there_names_nothing() -> None:
    assert locate(Memory(), BlobId(HASH)) is None
