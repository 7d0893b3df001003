"""What is stored of a message."""

import json
from hashlib import sha256

import pytest

from angarium.datatypes.mail.ingest import new_message
from angarium.formats.errors import FormatError
from angarium.formats.searchtext import prepare
from angarium.store.contract import METADATA
from tests.datatypes.mail.desk import octets


def test_every_name_of_the_metadata_is_there_as_json() -> None:
    new = new_message(octets(), {"$seen"}, {"B1"}, 5)
    assert set(new.metadata) == set(METADATA)
    assert json.loads(new.metadata["from"]) == [{"name": "Bob", "email": "bob@example.com"}]
    assert json.loads(new.metadata["hasAttachment"]) is False


def test_the_blob_is_named_by_its_content() -> None:
    new = new_message(octets(), (), {"B1"}, 5)
    assert (new.blob, new.size) == (sha256(octets()).hexdigest(), len(octets()))


def test_dates_are_epoch_milliseconds() -> None:
    new = new_message(octets(), (), {"B1"}, 5)
    assert (new.received, new.sent) == (5, 1_788_249_600_000)
    assert new_message(octets(Date="never"), (), {"B1"}, 5).sent is None


def test_thread_keys_are_all_message_ids_once_and_the_bare_subject() -> None:
    data = octets("Re: [List]  Über  UNS", Message_ID="<a@x>", In_Reply_To="<b@x>", References="<c@x> <b@x>")
    new = new_message(data, (), {"B1"}, 5)
    assert set(new.thread_ids) == {"a@x", "b@x", "c@x"}
    assert len(new.thread_ids) == 3
    assert new.thread_subject == new_message(octets("über uns"), (), {"B1"}, 5).thread_subject == "überuns"


def test_of_references_the_last_fifty_take_part_in_threading() -> None:
    data = octets(Message_ID="<a@x>", References=" ".join(f"<{at}@x>" for at in range(80)))
    assert new_message(data, (), {"B1"}, 5).thread_ids == ("a@x", *(f"{at}@x" for at in range(30, 80)))


def test_sorting_compares_folded_names_and_base_subjects() -> None:
    new = new_message(octets("RE: Zebra", From="zed@example.com", To='"Ärger, A" <a@x>, <b@x>'), (), {"B1"}, 5)
    assert new.sort_subject == "zebra"
    assert new.sort_from == "zed@example.com"
    assert new.sort_to.startswith("a\u0308rger")
    assert len(new_message(octets("x" * 5000), (), {"B1"}, 5).sort_subject) == 120


def test_search_finds_names_addresses_and_decoded_text() -> None:
    data = octets("=?utf-8?q?gr=C3=BCn?=", "caf=C3=A9", Content_Type="text/plain; charset=utf-8", Cc="C <c@x>")
    search = new_message(
        data.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", 1), (), {"B1"}, 5
    ).search
    assert search.is_prepared
    assert search.from_ == prepare("Bob\nbob@example.com")
    assert (search.cc, search.subject, search.body) == (prepare("C\nc@x"), prepare("grün"), prepare("café"))


def test_what_has_no_header_is_no_message() -> None:
    with pytest.raises(FormatError):
        new_message(b"nothing", (), {"B1"}, 5)


def test_a_noncharacter_in_a_header_is_not_kept_for_clients() -> None:
    new = new_message(octets(Subject="a\uffffb \ufdd0"), (), {"B1"}, 5)
    assert json.loads(new.metadata["subject"]) == "a\ufffdb \ufffd"
