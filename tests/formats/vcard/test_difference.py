import pytest

from angarium.formats.json import JSON
from angarium.formats.vcard.difference import difference


@pytest.mark.parametrize(
    ("wanted", "actual", "patches"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": True}, {"a": 1}),
        ({"a": [1.0]}, {"a": [1]}, {"a": [1.0]}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, {"a/c": 2}),
        ({"a": {"x/y": 1, "~": 2}}, {"a": {}}, {"a/x~1y": 1, "a/~0": 2}),
        ({}, {"a": 1}, {"a": None}),
        ({"a": {}}, {"a": {"b": 1}}, {"a/b": None}),
        ({"a": {"b": None}}, {"a": {}}, {"a": {"b": None}}),
        ({"a": {"\x00": 1}}, {"a": {}}, {"a": {"\x00": 1}}),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, {"a": [1, {"b": 2}]}),
    ],
)
def test_patches_name_what_differs_and_never_lead_into_an_array(
    wanted: dict[str, JSON], actual: dict[str, JSON], patches: dict[str, JSON]
) -> None:
    assert difference(wanted, actual) == patches
