"""Messages that were read before they are stored."""

import hashlib

import pytest

from angarium.datatypes.mail.readings import Reading, Readings, read
from angarium.engine.access import Principal
from angarium.formats.errors import FormatError
from angarium.store.contract import BlobHash
from angarium.store.sqlite.stage import StagedBytes
from tests.datatypes.mail.desk import octets

ANN = Principal("U1", "ann", {}, "0")


def reading(body: str) -> Reading:
    data = octets(body=body)
    return read(data, BlobHash(hashlib.sha256(data).hexdigest()))


def foreseen(data: bytes, media_type: str = "message/rfc822") -> tuple[Readings, BlobHash]:
    blob, readings = StagedBytes(BlobHash(hashlib.sha256(data).hexdigest()), data), Readings()
    readings.foresee(ANN, media_type, blob)
    return readings, blob.hash


def test_what_was_read_is_known_to_its_user_alone() -> None:
    readings, one = Readings(), reading("one")
    assert readings.keep("U1", one)
    assert readings.get("U1", one.message.blob) is one
    assert readings.get("U2", one.message.blob) is None


def test_the_oldest_goes_where_room_is_short() -> None:
    one, two, three = (reading(body * 1000) for body in ("one ", "two ", "six "))
    readings = Readings(most=one.weight + two.weight + three.weight - 1)
    assert readings.keep("U1", one)
    assert readings.keep("U1", two)
    assert not readings.keep("U1", three)
    assert readings.get("U1", one.message.blob) is None
    assert readings.get("U1", two.message.blob) is two


def test_what_is_kept_again_takes_no_more_room() -> None:
    one, two = (reading(body * 1000) for body in ("one ", "two "))
    readings = Readings(most=one.weight + two.weight)
    assert all(readings.keep("U1", each) for each in (one, one, two, one))


def test_what_is_too_large_to_keep_is_not_kept() -> None:
    one = reading("one " * 1000)
    readings = Readings(most=one.weight - 1)
    assert not readings.keep("U1", one)
    assert readings.get("U1", one.message.blob) is None


@pytest.mark.parametrize("media_type", ["message/rfc822", "Message/RFC822 ; charset=x", "message/global"])
def test_an_uploaded_message_is_read(media_type: str) -> None:
    data = octets(Received="from a by b; Wed, 02 Sep 2026 03:04:05 +0200")
    readings, blob = foreseen(data, media_type)
    assert readings.get("U1", blob) == read(data, blob)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [(octets(), "application/octet-stream"), (b"no field at all", "message/rfc822")],
)
def test_other_uploads_are_not_read(data: bytes, media_type: str) -> None:
    readings, blob = foreseen(data, media_type)
    assert readings.get("U1", blob) is None


def test_a_long_upload_is_not_read_by_who_receives_it() -> None:
    readings, blob = foreseen(octets(body="x" * 40_000))
    assert readings.get("U1", blob) is None


def test_octets_without_a_field_are_no_message() -> None:
    with pytest.raises(FormatError):
        read(b"no field at all", None)
