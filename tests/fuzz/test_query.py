"""Email/query against a model: random filters, sorts and windows over a mailbox that is held in memory as well."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.attacks.ground import Ground
from tests.fuzz.conftest import Fuzz

KEYWORDS = ("$seen", "$flagged", "work")
DAY = 86_400_000
BEGIN = "2024-03-{:02}T12:00:00Z"


@dataclass(frozen=True, slots=True)
class Mail:
    """What the model knows of an email."""

    id: str
    thread: str
    mailboxes: frozenset[str]
    keywords: frozenset[str]
    size: int
    received: str
    attachment: bool
    subject: str


@pytest.fixture(scope="module")
def mails(land: Ground) -> list[Mail]:
    """Forty messages in three mailboxes and some threads; what the server says of them is the model."""
    boxes = [land.mailbox]
    for name in ("one", "two"):
        made = land.engine.call(land.user, "Mailbox/set", {"create": {"a": {"name": name}}})
        boxes.append(made["created"]["a"]["id"])
    land.engine.call(land.user, "Email/set", {"destroy": [land.email, land.letter]})
    for number in range(40):
        _import(land, boxes, number)
    wanted = ["threadId", "mailboxIds", "keywords", "size", "receivedAt", "hasAttachment", "subject"]
    found = land.engine.call(land.user, "Email/get", {"ids": None, "properties": wanted})["list"]
    assert len(found) == 40
    return [
        Mail(
            email["id"],
            email["threadId"],
            frozenset(email["mailboxIds"]),
            frozenset(email["keywords"]),
            email["size"],
            email["receivedAt"],
            email["hasAttachment"],
            email["subject"],
        )
        for email in found
    ]


def _import(land: Ground, boxes: list[str], number: int) -> None:
    thread = number % 11
    attachment = b"Content-Type: image/png\r\n" if number % 5 == 0 else b""
    content = b"Subject: s%d\r\nMessage-ID: <%d@t>\r\nReferences: <root%d@t>\r\n%s\r\n%s\r\n" % (
        *(thread, number, thread, attachment, b"x" * (number * 7 % 50)),
    )
    inside = {box: True for bit, box in enumerate(boxes) if (number % 7 + 1) >> bit & 1}
    keywords = {keyword: True for bit, keyword in enumerate(KEYWORDS) if (number * 3 % 8) >> bit & 1}
    given = {
        "blobId": land.engine.upload(land.user, content),
        "mailboxIds": inside,
        "keywords": keywords,
        "receivedAt": BEGIN.format(number % 20 + 1),
    }
    answer = land.engine.call(land.user, "Email/import", {"emails": {"a": given}})
    assert answer["created"], answer


Test = Callable[[Mail, list[Mail]], bool]

_CONDITIONS: dict[str, Callable[[Any], Test]] = {
    "inMailbox": lambda box: lambda mail, _: box in mail.mailboxes,
    "inMailboxOtherThan": lambda boxes: lambda mail, _: bool(mail.mailboxes - set(boxes)),
    "hasKeyword": lambda word: lambda mail, _: word in mail.keywords,
    "notKeyword": lambda word: lambda mail, _: word not in mail.keywords,
    "minSize": lambda size: lambda mail, _: mail.size >= size,
    "maxSize": lambda size: lambda mail, _: mail.size < size,
    "before": lambda moment: lambda mail, _: mail.received < moment,
    "after": lambda moment: lambda mail, _: mail.received >= moment,
    "hasAttachment": lambda wanted: lambda mail, _: mail.attachment is wanted,
    "subject": lambda word: lambda mail, _: mail.subject == word,
    "allInThreadHaveKeyword": lambda word: lambda mail, all_: all(word in m.keywords for m in thread_of(mail, all_)),
    "someInThreadHaveKeyword": lambda word: lambda mail, all_: any(word in m.keywords for m in thread_of(mail, all_)),
    "noneInThreadHaveKeyword": lambda word: (
        lambda mail, all_: not any(word in m.keywords for m in thread_of(mail, all_))
    ),
}


def thread_of(mail: Mail, mails: list[Mail]) -> list[Mail]:
    return [other for other in mails if other.thread == mail.thread]


def meets(filter_: Any, mail: Mail, mails: list[Mail]) -> bool:
    """RFC 8620 §5.5: an AND of everything in a condition; NOT is none of its conditions."""
    if "operator" in filter_:
        results = [meets(inner, mail, mails) for inner in filter_["conditions"]]
        return {"AND": all(results), "OR": any(results), "NOT": not any(results)}[filter_["operator"]]
    return all(_CONDITIONS[name](value)(mail, mails) for name, value in filter_.items())


def conditions(mails: list[Mail]) -> st.SearchStrategy[Any]:
    boxes = sorted({box for mail in mails for box in mail.mailboxes})
    words = st.sampled_from([*KEYWORDS, "absent"])
    moments = st.integers(1, 21).map(BEGIN.format)
    return st.fixed_dictionaries(
        {},
        optional={
            "inMailbox": st.sampled_from(boxes),
            "inMailboxOtherThan": st.lists(st.sampled_from(boxes), min_size=1, max_size=3, unique=True),
            "hasKeyword": words,
            "notKeyword": words,
            "minSize": st.integers(50, 160),
            "maxSize": st.integers(50, 160),
            "before": moments,
            "after": moments,
            "hasAttachment": st.booleans(),
            "subject": st.integers(0, 12).map("s{}".format),
            "allInThreadHaveKeyword": words,
            "someInThreadHaveKeyword": words,
            "noneInThreadHaveKeyword": words,
        },
    ).map(lambda chosen: dict(list(chosen.items())[:3]))


def filters(mails: list[Mail]) -> st.SearchStrategy[Any]:
    return st.recursive(
        conditions(mails),
        lambda inner: st.fixed_dictionaries(
            {"operator": st.sampled_from(["AND", "OR", "NOT"]), "conditions": st.lists(inner, min_size=1, max_size=3)}
        ),
        max_leaves=6,
    )


sorts = st.lists(
    st.sampled_from(
        [
            {"property": "receivedAt"},
            {"property": "receivedAt", "isAscending": False},
            {"property": "size"},
            {"property": "size", "isAscending": False},
            {"property": "hasKeyword", "keyword": "$seen"},
            {"property": "hasKeyword", "keyword": "work", "isAscending": False},
            {"property": "someInThreadHaveKeyword", "keyword": "$flagged", "isAscending": False},
            {"property": "allInThreadHaveKeyword", "keyword": "$seen"},
        ]
    ),
    max_size=3,
)


def key(mail: Mail, mails: list[Mail], comparator: dict[str, Any]) -> Any:
    """What a comparator compares; true is greater than false (RFC 8621 §4.4.2)."""
    word = comparator.get("keyword", "")
    keys: dict[str, Callable[[], Any]] = {
        "receivedAt": lambda: mail.received,
        "size": lambda: mail.size,
        "hasKeyword": lambda: word in mail.keywords,
        "someInThreadHaveKeyword": lambda: any(word in other.keywords for other in thread_of(mail, mails)),
        "allInThreadHaveKeyword": lambda: all(word in other.keywords for other in thread_of(mail, mails)),
    }
    return keys[comparator["property"]]()


def test_a_query_finds_what_the_model_finds_in_an_order_that_the_sort_allows(
    land: Ground, mails: list[Mail], fuzz: Fuzz
) -> None:
    by_id = {mail.id: mail for mail in mails}

    def check(asked: tuple[Any, Any]) -> None:
        filter_, sort = asked
        ids = land.engine.call(land.user, "Email/query", {"filter": filter_, "sort": sort})["ids"]
        assert sorted(ids) == sorted(mail.id for mail in mails if meets(filter_, mail, mails))
        for comparator in sort[:1]:
            keys = [key(by_id[identifier], mails, comparator) for identifier in ids]
            assert keys == sorted(keys, reverse=comparator.get("isAscending") is False)
        for one, other in pairwise(ids):
            assert ordered(by_id[one], by_id[other], mails, sort)

    fuzz(st.tuples(filters(mails), sorts), check)


def ordered(one: Mail, other: Mail, mails: list[Mail], sort: list[dict[str, Any]]) -> bool:
    """Whether a sort allows one right before the other."""
    for comparator in sort:
        first, second = key(one, mails, comparator), key(other, mails, comparator)
        if first != second:
            return bool(first < second) is (comparator.get("isAscending") is not False)
    return True


def test_windows_and_collapsed_lists_are_cut_from_the_whole_list(land: Ground, mails: list[Mail], fuzz: Fuzz) -> None:
    threads = {mail.id: mail.thread for mail in mails}
    windows = st.fixed_dictionaries(
        {},
        optional={
            "position": st.integers(-45, 45),
            "limit": st.integers(0, 45),
            "anchor": st.sampled_from([mail.id for mail in mails]),
            "anchorOffset": st.integers(-45, 45),
        },
    )

    def check(asked: tuple[Any, Any, Any, bool]) -> None:
        filter_, sort, window, collapse = asked
        base = {"filter": filter_, "sort": sort}
        whole = land.engine.call(land.user, "Email/query", base)["ids"]
        if collapse:
            first = {threads[identifier]: identifier for identifier in reversed(whole)}
            whole = [identifier for identifier in whole if first[threads[identifier]] == identifier]
        arguments = {**base, **window, "collapseThreads": collapse, "calculateTotal": True}
        (name, given), *_ = land.engine.responses(land.user, ("Email/query", arguments))
        if "anchor" in window and window["anchor"] not in whole:
            assert (name, given["type"]) == ("error", "anchorNotFound")
            return
        start = begin(whole, window)
        assert given["ids"] == whole[start : start + window.get("limit", 5_000)]
        assert given["total"] == len(whole)
        assert given["position"] == start or not given["ids"]

    fuzz(st.tuples(filters(mails), sorts, windows, st.booleans()), check)


def begin(whole: list[str], window: dict[str, Any]) -> int:
    """RFC 8620 §5.5: the anchor decides when there is one; a negative position counts from the end; never below 0."""
    if "anchor" in window:
        return max(0, whole.index(window["anchor"]) + int(window.get("anchorOffset", 0)))
    position = int(window.get("position", 0))
    return max(0, position + len(whole)) if position < 0 else position
