"""The rows of the benchmark: each a declaration of what is sent and of what the answer must hold.

A row may only state requests as functions of the discovered ids (``bench.ground``) and of the turn, a number that grows
with each operation. How rows are timed lives in ``bench.measure``, what they may cost in ``bench.aims``. RFC 8620 §3 to
§6, RFC 8621.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bench.account import Arguments, Call, JmapError
from bench.corpus import COMMON_SHARE, FREQUENT, Corpus
from bench.ground import PAGE, Ground
from bench.vocabulary import COMMON_WORD, RARE_WORD

_LIST = "threadId mailboxIds keywords hasAttachment from to subject receivedAt size preview"
_BODY = "bodyStructure textBody htmlBody attachments headers bodyValues"
LIST_PROPERTIES = _LIST.split()
BODY_PROPERTIES = [*LIST_PROPERTIES, *_BODY.split()]
SCREEN = 30
NEWEST_FIRST = [{"property": "receivedAt", "isAscending": False}]


@dataclass(frozen=True, slots=True)
class Api:
    """One API request."""

    calls: Sequence[Call]


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload of a message."""

    data: bytes


# From the ground, the turn and the bodies of the operation's earlier answers to the next request.
Step = Callable[[Ground, int, Sequence[bytes]], Api | Upload]
Check = Callable[[Ground, Sequence[Call]], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: untimed steps ``before``, timed ``steps``, and what the answers to the last step must satisfy.

    ``commits`` is how many times the operation must reach the disk at the least before its last answer may leave.
    """

    name: str
    steps: tuple[Step, ...]
    check: Check
    before: tuple[Step, ...] = ()
    commits: int = 0
    accept_encoding: str = "identity"

    @property
    def writes(self) -> bool:
        """Whether the server may still have work to do once it has answered."""
        return self.commits > 0 or bool(self.before)


def ids_asked(turn: int, ids: Sequence[str], count: int) -> list[str]:
    """A window of ``count`` ids that moves with the turn, so that no row asks for the same objects every time."""
    windows = max(1, len(ids) // count)
    return list(ids[turn % windows * count :][:count])


def _echo(_ground: Ground, _turn: int, _earlier: Sequence[bytes]) -> Api:
    return Api([("Core/echo", {"hello": True, "high": 5}, "b3ff")])


def _echoed(_ground: Ground, got: Sequence[Call]) -> bool:
    return list(got) == [("Core/echo", {"hello": True, "high": 5}, "b3ff")]


def _fixed(calls: Callable[[Ground], Sequence[Call]]) -> tuple[Step, ...]:
    return (lambda ground, _turn, _earlier: Api(calls(ground)),)


def _query(**extra: Any) -> tuple[Step, ...]:
    """``Email/query`` of 50 in the large mailbox, newest first, with more arguments."""
    return _fixed(lambda ground: [_query_call(ground, {"inMailbox": ground.large}, extra)])


def _and(condition: Mapping[str, str]) -> tuple[Step, ...]:
    def calls(ground: Ground) -> list[Call]:
        conditions = [{"inMailbox": ground.large}, condition]
        return [_query_call(ground, {"operator": "AND", "conditions": conditions}, {})]

    return _fixed(calls)


def _text(word: str) -> tuple[Step, ...]:
    return _fixed(lambda ground: [_query_call(ground, {"text": word}, {})])


def _query_call(ground: Ground, condition: Arguments, extra: Arguments) -> Call:
    arguments = {"accountId": ground.account, "filter": condition, "sort": NEWEST_FIRST, "limit": PAGE}
    return ("Email/query", arguments | extra, "q")


def _finds(expected: Callable[[Ground], int]) -> Check:
    return lambda ground, got: len(got[0][1]["ids"]) == min(PAGE, expected(ground))


def _finds_some(_ground: Ground, got: Sequence[Call]) -> bool:
    return 0 < len(got[0][1]["ids"]) <= PAGE


def _totals(ground: Ground, got: Sequence[Call]) -> bool:
    # Rows that store mail add to the large mailbox for a while, so its total is a lower bound.
    return bool(got[0][1]["total"] >= ground.large_total) and len(got[0][1]["ids"]) == PAGE


def _gets(count: Callable[[Ground], int]) -> Check:
    return lambda ground, got: len(got[-1][1]["list"]) == count(ground) and not got[-1][1]["notFound"]


def _list_rows(ground: Ground, turn: int, _earlier: Sequence[bytes]) -> Api:
    ids = ids_asked(turn, ground.newest, PAGE)
    return Api([("Email/get", {"accountId": ground.account, "ids": ids, "properties": LIST_PROPERTIES}, "g")])


def _one_body(ground: Ground, turn: int, _earlier: Sequence[bytes]) -> Api:
    ids = ids_asked(turn, ground.newest, 1)
    arguments = {"ids": ids, "properties": BODY_PROPERTIES, "fetchAllBodyValues": True}
    return Api([("Email/get", {"accountId": ground.account, **arguments}, "g")])


def _first_screen(ground: Ground) -> list[Call]:
    account = {"accountId": ground.account}
    query = {
        "filter": {"inMailbox": ground.large},
        "sort": NEWEST_FIRST,
        "collapseThreads": True,
        "limit": SCREEN,
        "calculateTotal": True,
    }
    return [
        ("Mailbox/get", account | {"ids": None}, "m"),
        ("Email/query", account | query, "q"),
        ("Email/get", account | {"#ids": _result("q", "Email/query", "/ids"), "properties": ["threadId"]}, "i"),
        ("Thread/get", account | {"#ids": _result("i", "Email/get", "/list/*/threadId")}, "t"),
        (
            "Email/get",
            account | {"#ids": _result("t", "Thread/get", "/list/*/emailIds"), "properties": LIST_PROPERTIES},
            "e",
        ),
    ]


def _result(call: str, name: str, path: str) -> Arguments:
    return {"resultOf": call, "name": name, "path": path}


def _shows_screen(_ground: Ground, got: Sequence[Call]) -> bool:
    threads, emails = got[3][1]["list"], got[4][1]["list"]
    return len(threads) == SCREEN and len(emails) == sum(len(thread["emailIds"]) for thread in threads)


def _keyword(count: int) -> Step:
    """Sets ``$flagged`` on ``count`` messages at even turns, and takes it off the same ones at odd turns."""

    def step(ground: Ground, turn: int, _earlier: Sequence[bytes]) -> Api:
        value = None if turn % 2 else True
        update = {email: {"keywords/$flagged": value} for email in ids_asked(turn // 2, ground.unflagged, count)}
        return Api([("Email/set", {"accountId": ground.account, "update": update}, "s")])

    return step


def _updates(count: int) -> Check:
    return lambda _ground, got: len(got[0][1]["updated"]) == count


def _state_then_keyword(ground: Ground, turn: int, earlier: Sequence[bytes]) -> Api:
    change = _keyword(1)(ground, turn, earlier)
    assert isinstance(change, Api)
    return Api([("Email/get", {"accountId": ground.account, "ids": []}, "g"), *change.calls])


def _changes(ground: Ground, _turn: int, earlier: Sequence[bytes]) -> Api:
    state = orjson.loads(earlier[-1])["methodResponses"][0][1]["state"]
    return Api([("Email/changes", {"accountId": ground.account, "sinceState": state}, "c")])


def _one_changed(_ground: Ground, got: Sequence[Call]) -> bool:
    changes = got[0][1]
    return [len(changes[kind]) for kind in ("created", "updated", "destroyed")] == [0, 1, 0]


def _upload(corpus: Corpus) -> Step:
    return lambda ground, turn, _earlier: Upload(corpus.single(ground.first_single + turn))


def _import(ground: Ground, _turn: int, earlier: Sequence[bytes]) -> Api:
    blob = orjson.loads(earlier[-1])["blobId"]
    email = {"blobId": blob, "mailboxIds": {ground.large: True}, "keywords": {"$seen": True}}
    return Api([("Email/import", {"accountId": ground.account, "emails": {"new": email}}, "i")])


def _draft(ground: Ground, turn: int, _earlier: Sequence[bytes]) -> Api:
    draft = {
        "mailboxIds": {ground.drafts: True},
        "keywords": {"$draft": True, "$seen": True},
        "from": [{"name": "Bench Owner", "email": "owner@bench.example"}],
        "to": [{"name": FREQUENT.name, "email": FREQUENT.address}],
        "subject": f"Draft {ground.first_single + turn}",
        "bodyValues": {"text": {"value": "Thank you for the bulletin.\n\nUntil next week.\n" * 8}},
        "textBody": [{"partId": "text", "type": "text/plain"}],
    }
    return Api([("Email/set", {"accountId": ground.account, "create": {"new": draft}}, "s")])


def _creates(_ground: Ground, got: Sequence[Call]) -> bool:
    return list(got[0][1]["created"]) == ["new"]


ECHO = Row("Core/echo", (_echo,), _echoed)


def declared(corpus: Corpus) -> tuple[Row, ...]:
    """Every row but ``ECHO``, which runs between the others."""
    page_of_large = _finds(lambda ground: ground.large_total)
    return (
        Row("Mailbox/get", _fixed(lambda g: [("Mailbox/get", {"accountId": g.account, "ids": None}, "m")]), _some_list),
        Row("query of 50", _query(), page_of_large),
        Row("with total", _query(calculateTotal=True), _totals),
        Row("collapsed", _query(collapseThreads=True), page_of_large),
        Row("position 5000", _fixed(_deep_query), page_of_large),
        Row("unread", _and({"notKeyword": "$seen"}), _finds_some),
        Row("from", _and({"from": FREQUENT.address}), _finds_some),
        Row("rare", _text(RARE_WORD), _finds(lambda _: 1)),
        Row("common word", _text(COMMON_WORD), _finds(lambda g: g.messages * COMMON_SHARE // 100)),
        Row("50 list rows", (_list_rows,), _gets(lambda _: PAGE)),
        Row("one body", (_one_body,), _gets(lambda _: 1)),
        Row("first screen", _fixed(_first_screen), _shows_screen),
        Row("first screen, gzip", _fixed(_first_screen), _shows_screen, accept_encoding="gzip"),
        Row("changes after one", (_changes,), _one_changed, before=(_state_then_keyword,)),
        Row("keyword 1", (_keyword(1),), _updates(1), commits=1),
        Row("keyword 50", (_keyword(PAGE),), _updates(PAGE), commits=1),
        Row("upload + import", (_upload(corpus), _import), _creates, commits=2),
        Row("create draft", (_draft,), _creates, commits=1),
    )


def _some_list(_ground: Ground, got: Sequence[Call]) -> bool:
    return bool(got[0][1]["list"])


def _deep_query(ground: Ground) -> list[Call]:
    return [_query_call(ground, {"inMailbox": ground.large}, {"position": ground.deep_position})]


def verify(row: Row, ground: Ground, got: Sequence[Call]) -> None:
    """Hold the answers of a row's last step against its check (JmapError)."""
    if not row.check(ground, got):
        raise JmapError(f"row {row.name!r} got an answer that the corpus rules out: {str(got[-1])[:300]}")
