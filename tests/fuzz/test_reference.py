"""Result references against a few lines that say what RFC 8620 §3.7 says."""

from typing import Any

from hypothesis import strategies as st

from tests.attacks.ground import Ground
from tests.fuzz.conftest import Fuzz

NOTHING = object()
TOKENS = ("*", "0", "1", "00", "-", "a", "b", "~0", "~1", "a~1b", "~", "")

documents = st.recursive(
    st.none() | st.booleans() | st.integers(0, 5) | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "", "a/b", "~", "*", "0"]), inner)
    ),
    max_leaves=15,
)
pointers = st.lists(st.sampled_from(TOKENS), max_size=5).map(lambda tokens: "".join(f"/{token}" for token in tokens))


def follow(value: Any, tokens: list[str]) -> Any:
    """What a pointer leads to, or NOTHING."""
    if not tokens:
        return value
    token, *rest = tokens
    if isinstance(value, list) and token == "*":
        gathered: list[Any] = []
        for item in value:
            found = follow(item, rest)
            if found is NOTHING:
                return NOTHING
            gathered += found if isinstance(found, list) else [found]
        return gathered
    if isinstance(value, list):
        fine = token.isascii() and token.isdigit() and str(int(token)) == token and int(token) < len(value)
        return follow(value[int(token)], rest) if fine else NOTHING
    if "~" in token.replace("~0", "").replace("~1", ""):
        return NOTHING
    name = token.replace("~1", "/").replace("~0", "~")
    return follow(value[name], rest) if isinstance(value, dict) and name in value else NOTHING


def test_a_reference_brings_what_the_rfc_says_or_nothing(land: Ground, fuzz: Fuzz) -> None:
    def check(example: tuple[Any, str]) -> None:
        document, pointer = example
        path = "/x" + pointer
        _, (name, given) = land.engine.responses(
            land.user,
            ("Core/echo", {"x": document}),
            ("Core/echo", {"#y": {"resultOf": "c0", "name": "Core/echo", "path": path}}),
        )
        expected = follow({"x": document}, path[1:].split("/"))
        if any("~" in token.replace("~0", "").replace("~1", "") for token in path.split("/")):
            expected = NOTHING  # a pointer that is none leads nowhere, whatever stands before
        if expected is NOTHING:
            assert (name, given["type"]) == ("error", "invalidResultReference")
        else:
            assert given["y"] == expected

    fuzz(st.tuples(documents, pointers), check)
