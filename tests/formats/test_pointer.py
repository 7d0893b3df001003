"""JSON Pointer with the star of RFC 8620 §3.7."""

import pytest

from angarium.formats import pointer
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON

DOCUMENT: JSON = {
    "list": [{"id": "a", "emailIds": ["1", "2"]}, {"id": "b", "emailIds": ["3"]}],
    "a/b": {"m~n": 8},
    "": {"": 1},
    "nested": [[1, [2]], [3]],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("", DOCUMENT),
        ("/list/0/id", "a"),
        ("/list/*/id", ["a", "b"]),
        ("/list/*/emailIds", ["1", "2", "3"]),
        ("/list/*/emailIds/0", ["1", "3"]),
        ("/a~1b/m~0n", 8),
        ("//", 1),
        ("/nested/*", [1, [2], 3]),
    ],
)
def test_a_pointer_gives_what_it_names(path: str, value: JSON) -> None:
    assert pointer.resolve(DOCUMENT, path, 100) == value


@pytest.mark.parametrize(
    "path", ["list", "/none", "/list/2", "/list/-1", "/list/00", "/list/-", "/list/x", "/list/0/id/y", "/a~2b", "/*"]
)
def test_a_pointer_to_nothing_is_refused(path: str) -> None:
    with pytest.raises(FormatError):
        pointer.resolve(DOCUMENT, path, 100)


def test_a_star_gathers_no_more_than_it_may() -> None:
    lists: JSON = {"a": [[1] * 10] * 10}
    assert pointer.resolve(lists, "/a/*", 100) == [1] * 100
    with pytest.raises(FormatError, match="more than 99"):
        pointer.resolve(lists, "/a/*", 99)


def test_a_star_goes_to_no_more_than_it_may_also_where_nothing_is() -> None:
    empty: JSON = [[[]] * 10] * 10
    assert pointer.resolve(empty, "/*/*", 55) == []
    with pytest.raises(FormatError, match="goes to more than 108"):
        pointer.resolve(empty, "/*/*", 54)


def test_escaping_a_name_makes_one_token() -> None:
    assert pointer.split("/" + pointer.escape("a/b~c~1")) == ["a/b~c~1"]
