import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message.subject import base_subject
from tests.formats.message.linear import assert_linear


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("hello", "hello"),
        ("Re: hello", "hello"),
        ("RE: re:  Hello\t World ", "Hello World"),
        ("Re[2]: hello", "hello"),
        ("Re [2]: hello", "hello"),
        ("Fwd: FW: hello", "hello"),
        ("[list] Re: [other] hello (fwd)", "hello"),
        ("hello (FWD) (fwd)", "hello"),
        ("[fwd: hello]", "hello"),
        ("[Fwd: [fwd: Re: hello (fwd)] ]", "hello"),
        ("[one] [two]", "[two]"),
        ("Re: [one]", "[one]"),
        ("Regarding: x", "Regarding: x"),
        ("Re:", ""),
        ("", ""),
        ("(fwd)", ""),
    ],
)
def test_reply_and_forward_marks_are_stripped(subject: str, base: str) -> None:
    assert base_subject(subject) == base


@pytest.mark.parametrize("unit", ["Re: ", "[a]", "(fwd)", "[fwd:", "[", "[a] re ", "fw [a]", "]", "[fwd:]"])
def test_stripping_is_linear(unit: str) -> None:
    assert_linear(lambda size: base_subject(unit * (size // len(unit)) + "]" * (size // 8)), 120_000)


@given(st.lists(st.sampled_from(["re:", "fwd:", "[a]", "[fwd:", "]", "(fwd)", " ", "x", "[", "\u0130"])).map("".join))
def test_stripping_twice_changes_nothing(subject: str) -> None:
    once = base_subject(subject)
    assert base_subject(once) == once
