"""Email/query and Email/queryChanges (RFC 8621 §4.4, §4.5) through the engine; the store's own tests go deeper."""

from typing import Any

import pytest

from tests.datatypes.mail.desk import Desk, octets


@pytest.fixture
def mail(ann: Desk) -> dict[str, str]:
    """Five emails: two of one thread, one with an attachment, one in two mailboxes, one in trash."""
    attached = (
        octets("Report", Content_Type="multipart/mixed; boundary=b", X_Kind="monthly", Cc="Zed <zed@example.org>")
        + b"\r\n--b\r\n\r\nfigures within\r\n--b\r\nContent-Type: application/pdf\r\n"
        b"Content-Disposition: attachment; filename=figures.pdf\r\n\r\npdf\r\n--b--\r\n"
    )
    plan = octets("Plan", "first words", From="Cäcilie <c@example.com>", Message_ID="<plan@x>")
    answer = octets("Re: Plan", "second words " * 50, In_Reply_To="<plan@x>", To="Dora <d@example.com>")
    inbox, archive = ann.box("inbox"), ann.box("archive")
    return {
        "plan": ann.put(plan, receivedAt="2026-01-01T00:00:00Z", keywords={"$seen": True}),
        "answer": ann.put(answer, receivedAt="2026-01-03T00:00:00Z", keywords={"$flagged": True}),
        "report": ann.put(attached, receivedAt="2026-01-02T00:00:00Z", keywords={"$seen": True, "work": True}),
        "both": ann.put(
            octets("Alpha", "東京都に行きます"),
            receivedAt="2026-01-04T00:00:00Z",
            mailboxIds={inbox: True, archive: True},
        ),
        "trash": ann.put(octets("zebra"), "trash", receivedAt="2026-01-05T00:00:00Z", keywords={"$seen": True}),
    }


def found(ann: Desk, mail: dict[str, str], **arguments: Any) -> list[str]:
    names = {email: name for name, email in mail.items()}
    return [names[email] for email in ann.call("Email/query", **arguments)["ids"]]


EVERYTHING = ["answer", "both", "plan", "report", "trash"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, EVERYTHING),
        ({"inMailbox": "inbox"}, ["answer", "both", "plan", "report"]),
        ({"inMailbox": "B999999"}, []),
        ({"inMailboxOtherThan": ["inbox", "trash"]}, ["both"]),
        ({"before": "2026-01-03T00:00:00Z"}, ["plan", "report"]),
        ({"after": "2026-01-03T00:00:00Z"}, ["answer", "both", "trash"]),
        ({"minSize": 600}, ["answer"]),
        ({"maxSize": 200}, ["both", "plan", "trash"]),
        ({"hasKeyword": "$SEEN"}, ["plan", "report", "trash"]),
        ({"notKeyword": "$seen"}, ["answer", "both"]),
        ({"hasKeyword": "work"}, ["report"]),
        ({"someInThreadHaveKeyword": "$flagged"}, ["answer", "plan"]),
        ({"allInThreadHaveKeyword": "$seen"}, ["report", "trash"]),
        ({"noneInThreadHaveKeyword": "$seen"}, ["both"]),
        ({"hasAttachment": True}, ["report"]),
        ({"hasAttachment": False}, ["answer", "both", "plan", "trash"]),
        ({"text": "words"}, ["answer", "plan"]),
        ({"text": "cacilie"}, ["plan"]),
        ({"text": "zed@example.org"}, ["report"]),
        ({"text": '"second words"'}, ["answer"]),
        ({"text": "京都"}, ["both"]),
        ({"from": "Cäcilie"}, ["plan"]),
        ({"to": "dora"}, ["answer"]),
        ({"cc": "zed"}, ["report"]),
        ({"bcc": "zed"}, []),
        ({"subject": "plan"}, ["answer", "plan"]),
        ({"body": "figures"}, ["report"]),
        ({"header": ["X-Kind"]}, ["report"]),
        ({"header": ["x-kind", "month"]}, ["report"]),
        ({"header": ["X-Kind", "daily"]}, []),
        ({"hasKeyword": "$seen", "inMailbox": "inbox"}, ["plan", "report"]),
        (
            {
                "operator": "OR",
                "conditions": [{"subject": "alpha"}, {"operator": "NOT", "conditions": [{"hasKeyword": "$seen"}]}],
            },
            ["answer", "both"],
        ),
        ({"operator": "NOT", "conditions": [{"hasKeyword": "$seen"}, {"subject": "alpha"}]}, ["answer"]),
        ({"operator": "AND", "conditions": [{"hasKeyword": "$seen"}, {"inMailbox": "trash"}]}, ["trash"]),
    ],
)
def test_every_filter_finds_what_it_says(
    ann: Desk, mail: dict[str, str], condition: dict[str, Any], expected: list[str]
) -> None:
    def placed(value: Any) -> Any:
        """Roles as the ids of their mailboxes."""
        if isinstance(value, dict):
            return {name: placed(item) for name, item in value.items()}
        if isinstance(value, list):
            return [placed(item) for item in value]
        return ann.box(value) if value in ("inbox", "trash") else value

    assert sorted(found(ann, mail, filter=placed(condition))) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ([{"property": "receivedAt"}], ["plan", "report", "answer", "both", "trash"]),
        ([{"property": "receivedAt", "isAscending": False}], ["trash", "both", "answer", "report", "plan"]),
        ([{"property": "subject"}, {"property": "receivedAt"}], ["both", "plan", "answer", "report", "trash"]),
        ([{"property": "from"}, {"property": "receivedAt"}], ["report", "answer", "both", "trash", "plan"]),
        (
            [{"property": "to", "isAscending": False}, {"property": "receivedAt"}],
            ["answer", "plan", "report", "both", "trash"],
        ),
        (
            [{"property": "hasKeyword", "keyword": "$Seen", "isAscending": False}, {"property": "receivedAt"}],
            ["plan", "report", "trash", "answer", "both"],
        ),
        (
            [
                {"property": "someInThreadHaveKeyword", "keyword": "$flagged", "isAscending": False},
                {"property": "receivedAt"},
            ],
            ["plan", "answer", "report", "both", "trash"],
        ),
        (
            [{"property": "allInThreadHaveKeyword", "keyword": "$seen"}, {"property": "receivedAt"}],
            ["plan", "answer", "both", "report", "trash"],
        ),
        ([{"property": "sentAt"}, {"property": "receivedAt"}], ["plan", "report", "answer", "both", "trash"]),
    ],
)
def test_every_sort_orders_as_it_says(
    ann: Desk, mail: dict[str, str], sort: list[dict[str, Any]], expected: list[str]
) -> None:
    assert found(ann, mail, sort=sort) == expected


def test_the_example_of_a_sort_in_the_rfc(ann: Desk, mail: dict[str, str]) -> None:
    sort = [
        {"property": "someInThreadHaveKeyword", "keyword": "$flagged", "isAscending": False},
        {"property": "subject", "collation": "i;ascii-casemap"},
        {"property": "receivedAt", "isAscending": False},
    ]
    assert found(ann, mail, sort=sort) == ["answer", "plan", "both", "report", "trash"]


def test_the_size_is_a_sort_too(ann: Desk) -> None:
    emails = {length: ann.put(octets(body="x" * length)) for length in (200, 1_000, 100)}
    sort = [{"property": "size", "isAscending": False}]
    assert ann.call("Email/query", sort=sort)["ids"] == [emails[1_000], emails[200], emails[100]]


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("Shown", True),
        ("portrait", True),
        ("tooltip", True),
        ("headline", False),
        ("colour", False),
        ("variable", False),
        ("address", False),
        ("strong", False),
    ],
)
def test_of_html_only_what_people_see_is_searched(ann: Desk, words: str, is_found: bool) -> None:
    html = (
        "<html><head><title>headline</title><style>.colour {}</style></head><body><script>variable = 1</script>"
        '<strong>shown</strong> <a href="address" title="tooltip"><img src="address" alt="portrait"></a></body></html>'
    )
    email = ann.put(octets("HTML", html, Content_Type="text/html"))
    assert ann.call("Email/query", filter={"body": words})["ids"] == [email] * is_found


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("quick brown", True),
        ("brown quick", True),
        ("brown absent", False),
        ("'quick brown'", True),
        ('"brown quick"', False),
        ("'it\\'s quick'", True),
        ("BUDGET jürgen fox", True),
    ],
)
def test_words_are_all_wanted_and_phrases_in_their_order(ann: Desk, words: str, is_found: bool) -> None:
    sender = "=?utf-8?q?J=C3=BCrgen?= <j@example.com>"
    email = ann.put(octets("Budget", "It's quick brown fox", From=sender))
    assert ann.call("Email/query", filter={"text": words})["ids"] == [email] * is_found


def test_collapsed_threads_show_their_first_email_only(ann: Desk, mail: dict[str, str]) -> None:
    newest = [{"property": "receivedAt", "isAscending": False}]
    assert found(ann, mail, sort=newest, collapseThreads=True) == ["trash", "both", "answer", "report"]
    answer = ann.call("Email/query", collapseThreads=True, calculateTotal=True, filter={"inMailbox": ann.box("inbox")})
    assert answer["total"] == ann.boxes()["Inbox"]["totalThreads"] == 3


def test_totals_agree_with_the_counters(ann: Desk, mail: dict[str, str]) -> None:
    assert len(mail) == 5
    inbox = {"inMailbox": ann.box("inbox")}
    unread = {"operator": "AND", "conditions": [inbox, {"notKeyword": "$seen"}]}
    assert ann.call("Email/query", filter=inbox, calculateTotal=True)["total"] == ann.boxes()["Inbox"]["totalEmails"]
    assert ann.call("Email/query", filter=unread, calculateTotal=True)["total"] == ann.boxes()["Inbox"]["unreadEmails"]


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({"filter": {"nonsense": 1}}, "unsupportedFilter"),
        ({"filter": {"hasKeyword": "("}}, "invalidArguments"),
        ({"filter": {"before": "yesterday"}}, "invalidArguments"),
        ({"filter": {"header": []}}, "invalidArguments"),
        ({"filter": {"header": ["a", "b", "c"]}}, "invalidArguments"),
        ({"sort": [{"property": "nonsense"}]}, "unsupportedSort"),
        ({"sort": [{"property": "hasKeyword"}]}, "invalidArguments"),
        ({"sort": [{"property": "subject", "collation": "i;octet"}]}, "unsupportedSort"),
        ({"anchor": "M999999"}, "anchorNotFound"),
    ],
)
def test_what_cannot_be_asked_says_why(ann: Desk, arguments: dict[str, Any], kind: str) -> None:
    assert ann.error("Email/query", **arguments)["type"] == kind


def replay(old: list[str], changes: Any) -> list[str]:
    ids = [record for record in old if record not in changes["removed"]]
    for item in changes["added"]:
        ids.insert(item["index"], item["id"])
    return ids


@pytest.mark.parametrize("collapse", [False, True])
@pytest.mark.parametrize(
    "arguments",
    [
        {"sort": [{"property": "receivedAt", "isAscending": False}]},
        {"filter": {"notKeyword": "$seen"}, "sort": [{"property": "subject"}]},
        {"filter": {"text": "plan"}},
        {"sort": [{"property": "someInThreadHaveKeyword", "keyword": "$flagged", "isAscending": False}]},
        {"filter": {"noneInThreadHaveKeyword": "$seen"}},
    ],
)
def test_query_changes_leads_to_the_new_result_or_says_that_it_cannot(
    ann: Desk, mail: dict[str, str], arguments: dict[str, Any], collapse: bool
) -> None:
    arguments = {**arguments, "collapseThreads": collapse}
    before = ann.call("Email/query", **arguments)
    ann.update(mail["answer"], {"keywords/$seen": True, "keywords/$flagged": None})
    ann.update(mail["both"], {"keywords/$flagged": True})
    ann.call("Email/set", destroy=[mail["trash"]])
    ann.put(octets("Plan", "more", In_Reply_To="<plan@x>"), receivedAt="2026-01-09T00:00:00Z")
    name, told = ann.harness.responses(
        ann.user, ("Email/queryChanges", {"sinceQueryState": before["queryState"], **arguments})
    )[0]
    assert before["canCalculateChanges"] is (name != "error")
    if name == "error":
        assert told["type"] == "cannotCalculateChanges"
    else:
        assert replay(before["ids"], told) == ann.call("Email/query", **arguments)["ids"]


def test_changes_tell_what_happened(ann: Desk, mail: dict[str, str]) -> None:
    state = ann.call("Email/get", ids=[])["state"]
    ann.update(mail["plan"], {"keywords/a": True})
    ann.call("Email/set", destroy=[mail["both"]])
    new = ann.put(octets("new"))
    changes = ann.call("Email/changes", sinceState=state)
    assert (changes["created"], changes["updated"], changes["destroyed"]) == ([new], [mail["plan"]], [mail["both"]])
