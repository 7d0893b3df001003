"""Strict I-JSON."""

import json as standard
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats import json
from angarium.formats.errors import FormatError

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_any_i_json_value_survives_the_way_there_and_back(value: object) -> None:
    assert json.parse(standard.dumps(value, ensure_ascii=True).encode()) == value
    assert json.parse(standard.dumps(value, ensure_ascii=False, indent=1).encode()) == value


@given(st.binary(max_size=60))
def test_any_octets_give_a_value_or_a_format_error(octets: bytes) -> None:
    with suppress(FormatError):
        json.parse(octets)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":2}',
        b'[{"b":{"a":1,"\\u0061":2}}]',
        b'{"a:":1,"\\"":{"x":1,"x":1}}',
        b'{"":0,"":0}',
    ],
)
def test_a_name_that_stands_twice_in_an_object_is_refused(text: bytes) -> None:
    with pytest.raises(FormatError, match="twice"):
        json.parse(text)


@pytest.mark.parametrize("text", [b'{"a":"b:c","d":":"}', b'{"a\\\\":"\\\\\\":"}', b'{"a":{"b":1},"b":{"a":1}}'])
def test_colons_and_quotes_inside_strings_are_no_names(text: bytes) -> None:
    assert json.parse(text) == standard.loads(text)


def test_depth_is_counted_before_anything_is_built() -> None:
    assert json.parse(b"[" * 64 + b"]" * 64) is not None
    for text in (b"[" * 65 + b"]" * 65, b"[" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000):
        with pytest.raises(FormatError, match="deeper than 64"):
            json.parse(text)


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert len(standard.loads(b"[" + b"[],{}," * 500 + b"[]]")) == 1001
    assert json.parse(b"[" + b"[],{}," * 500 + b"[]]") is not None


@pytest.mark.parametrize("code", [0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x2FFFF, 0xFFFFE, 0x10FFFF])
def test_a_noncharacter_leaves_as_a_replacement_character(code: int) -> None:
    assert standard.loads(json.encode({"a": f"x{chr(code)}y"})) == {"a": "x\ufffdy"}


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"])))
def test_every_character_leaves_as_it_is(text: str) -> None:
    assert standard.loads(json.encode([text])) == [text]


@pytest.mark.parametrize(
    "text", [b"9007199254740992", b"-9007199254740992", b"[1,123456789012345678901234567890]", b"9" * 1_000_000]
)
def test_integers_beyond_53_bits_are_refused(text: bytes) -> None:
    with pytest.raises(FormatError):
        json.parse(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [(b"9007199254740991", 2**53 - 1), (b"0.12345678901234567890", 0.12345678901234568), (b"1e20", 1e20)],
)
def test_the_largest_integers_and_long_fractions_are_taken(text: bytes, value: float) -> None:
    assert json.parse(text) == value


@pytest.mark.parametrize(
    "text", [b"", b"NaN", b"[1e400]", b'"\\ud800"', b'"\xff"', b"{'a':1}", b"[1,]", b'"a\nb"', b"1 2"]
)
def test_what_is_no_json_is_refused_with_a_position(text: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        json.parse(text)
    assert 0 <= caught.value.position <= len(text)
