"""What an answer takes over can always be written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message import DraftHeader, Header, build_header, conversation, envelope, subject_of


def headers(**fields: str) -> list[Header]:
    return [Header(name.replace("_", "-"), f" {value}".encode()) for name, value in fields.items()]


def test_an_answer_stands_behind_what_it_answers() -> None:
    told = {field.name: field.value for field in conversation(headers(Message_ID="<3@x>", References="<1@x> <2@x>"))}
    assert told == {"In-Reply-To": ["3@x"], "References": ["1@x", "2@x", "3@x"]}


@pytest.mark.parametrize("message_id", ["", "<é@x>", "no brackets", "<" + "x" * 300 + "@x>"])
def test_what_has_no_id_has_no_place(message_id: str) -> None:
    assert conversation(headers(Message_ID=message_id, References="<1@x>")) == ()


def test_long_conversations_keep_their_end() -> None:
    references = " ".join(f"<{number}@x>" for number in range(100))
    (_, told) = conversation(headers(Message_ID="<last@x>", References=references))
    assert isinstance(told.value, list)
    assert (len(told.value), told.value[-2:]) == (20, ["99@x", "last@x"])


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Lunch", "Lunch"),
        ("a\x01b\x7fc", "a b c"),
        ("x" * 900, "x" * 200),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (" ", ""),
    ],
)
def test_a_subject_loses_what_no_field_can_hold(subject: str, expected: str) -> None:
    assert subject_of(headers(Subject=subject)) == expected


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200))
def test_any_message_can_be_answered(subject: bytes, message_id: bytes, references: bytes) -> None:
    asked = [Header("Subject", subject), Header("Message-ID", message_id), Header("References", references)]
    written = [*conversation(asked), DraftHeader("Subject", "Text", f"Re: {subject_of(asked)}")]
    lines = [line for field in written for line in build_header(field)]
    assert all(line.endswith(b"\r\n") for line in lines)
    again = envelope([Header(*_split(line)) for line in lines])
    assert again.subject is not None


def _split(line: bytes) -> tuple[str, bytes]:
    name, _, raw = line[:-2].partition(b":")
    return name.decode(), raw
