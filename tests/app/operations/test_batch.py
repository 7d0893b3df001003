"""Parsed messages travel without loss."""

from pathlib import Path

import pytest

from angarium.app.operations.batch import Parcel, unpack
from angarium.datatypes.mail.ingest import new_message
from tests.app.operations.parcels import packed

SAMPLES = [
    b"Subject: =?utf-8?q?=C3=A9?=\r\nFrom: \xe3\x81\x82 <a@b.example>\r\nMessage-ID: <1@x>\r\n\r\n\xf0\x9f\x98\x80\r\n",
    b"A: b\n\n" + b"x" * 100_000,
    b"Subject: nul \x00\nDate: Thu, 2 Jan 2020 03:04:05 +0000\n\n\x00\xff",
]


def test_messages_come_out_as_they_went_in() -> None:
    parcels = [
        Parcel(new_message(octets, ["$seen", "work"][:number], ["B1", "B2"], 123 + number), octets, number or None)
        for number, octets in enumerate(SAMPLES)
    ]
    found = list(unpack(packed(parcels)))
    assert [parcel.message for parcel in found] == [parcel.message for parcel in parcels]
    assert [parcel.passed for parcel in found] == [None, 1, 2]
    assert [bytes(parcel.octets) for parcel in found] == SAMPLES


def test_a_batch_cut_short_is_refused() -> None:
    whole = packed([Parcel(new_message(SAMPLES[0], [], ["B1"], 0), SAMPLES[0], 0)])
    for size in (1, 11, 20, len(whole) - 1):
        with pytest.raises(ValueError, match="cut short"):
            list(unpack(whole[:size]))


def test_an_empty_batch_holds_nothing() -> None:
    assert list(unpack(packed([]))) == []


def test_all_of_the_corpus_comes_through() -> None:
    folder = Path(__file__).parents[4] / "shared" / "corpora" / "mail"
    if not folder.is_dir():
        pytest.skip("the corpora are not here")
    files = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and "noheader" not in path.name]
    parcels = [Parcel(new_message(octets, [], ["B1"], 0), octets, 0) for octets in files]
    found = list(unpack(packed(parcels)))
    assert [(parcel.message, bytes(parcel.octets)) for parcel in found] == [
        (parcel.message, parcel.octets) for parcel in parcels
    ]
