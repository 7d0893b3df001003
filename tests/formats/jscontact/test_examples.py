"""The worked examples of RFC 9553, put into a card each.

Figures 2 and 5 are ABNF. Corrected, for they are no JSON as printed: Figure 18 shows a member of `name` without it,
Figure 35 breaks a string over lines "only for demonstration", and Figure 36 lacks its last brace.
"""

import json
from pathlib import Path

import pytest

from angarium.formats.jscontact import check, localized
from angarium.formats.json import JSON

EXAMPLES: dict[str, dict[str, JSON]] = json.loads(Path(__file__).with_name("rfc9553.json").read_bytes())
CARD: dict[str, JSON] = {"@type": "Card", "version": "1.0", "uid": "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}


@pytest.mark.parametrize("figure", EXAMPLES)
def test_every_example_is_valid(figure: str) -> None:
    assert check({**CARD, **EXAMPLES[figure]}) == []


@pytest.mark.parametrize("figure", EXAMPLES)
def test_every_example_is_valid_in_version_2_without_uid(figure: str) -> None:
    card = {**CARD, **EXAMPLES[figure], "version": "2.0"}
    card.pop("uid")
    assert check(card) == []


def test_a_patch_replaces_a_whole_property() -> None:
    name = localized({**CARD, **EXAMPLES["Figure 39"]}, "uk-Cyrl")["name"]
    assert isinstance(name, dict)
    assert name["components"] == [
        {"kind": "title", "value": "г-н"},
        {"kind": "given", "value": "Иван"},
        {"kind": "given2", "value": "Петрович"},
        {"kind": "surname", "value": "Васильев"},
    ]


def test_a_patch_reaches_into_arrays_and_objects() -> None:
    yue = localized(EXAMPLES["Figure 20"], "yue")["name"]
    assert isinstance(yue, dict)
    assert isinstance(yue["components"], list)
    assert yue["components"][3] == {"kind": "given2", "value": "逸仙", "phonetic": "jat6sin1"}
    assert localized(EXAMPLES["Figure 40"], "es")["titles"] == {"t1": {"kind": "title", "name": "escritor"}}
