"""SearchSnippet/get (RFC 8621 §5)."""

from typing import Any

import pytest

from tests.datatypes.mail.desk import Desk, octets

HTML = (
    "<html><head><title>no</title></head><body><p>The &lt;quick&gt; fox &amp; the <b>hound</b> met in Zürich</p></body>"
)


@pytest.fixture
def email(ann: Desk) -> str:
    return ann.put(octets("Fox & <hound>", HTML, Content_Type="text/html; charset=utf-8"))


def snippet(ann: Desk, email: str, filter_: Any) -> tuple[str | None, str | None]:
    answer = ann.call("SearchSnippet/get", filter=filter_, emailIds=[email])
    (found,) = answer["list"]
    assert found["emailId"] == email
    return found["subject"], found["preview"]


def test_text_is_marked_in_subject_and_body_with_html_escaped(ann: Desk, email: str) -> None:
    subject, preview = snippet(ann, email, {"text": "fox hound"})
    assert subject == "<mark>Fox</mark> &amp; &lt;<mark>hound</mark>&gt;"
    assert preview == "The &lt;quick&gt; <mark>fox</mark> &amp; the <mark>hound</mark> met in Zürich"


def test_subject_and_body_filters_mark_only_there(ann: Desk, email: str) -> None:
    assert snippet(ann, email, {"subject": "fox"})[1] is None
    assert snippet(ann, email, {"body": "fox"})[0] is None


def test_case_and_diacritics_do_not_matter(ann: Desk, email: str) -> None:
    preview = snippet(ann, email, {"body": "ZURICH"})[1]
    assert preview is not None
    assert preview.endswith("<mark>Zürich</mark>")


@pytest.mark.parametrize(
    "filter_", [None, {}, {"hasKeyword": "$seen"}, {"text": "absent"}, {"text": ""}, {"from": "bob"}]
)
def test_what_does_not_match_text_is_null(ann: Desk, email: str, filter_: Any) -> None:
    assert snippet(ann, email, filter_) == (None, None)


def test_what_stands_under_not_is_not_marked(ann: Desk, email: str) -> None:
    filter_ = {
        "operator": "AND",
        "conditions": [{"subject": "fox"}, {"operator": "NOT", "conditions": [{"subject": "hound"}]}],
    }
    assert snippet(ann, email, filter_)[0] == "<mark>Fox</mark> &amp; &lt;hound&gt;"


def test_a_preview_has_at_most_255_octets(ann: Desk) -> None:
    email = ann.put(octets(body="日本語の長い文 " * 200 + "needle " + "ünd weiter " * 200))
    preview = snippet(ann, email, {"text": "needle"})[1]
    assert preview is not None
    assert "<mark>needle</mark>" in preview
    assert len(preview.encode()) <= 255


def test_unknown_emails_are_told(ann: Desk, email: str) -> None:
    answer = ann.call("SearchSnippet/get", filter={"text": "fox"}, emailIds=["M999999", email, email])
    assert [item["emailId"] for item in answer["list"]] == [email]
    assert answer["notFound"] == ["M999999"]
    assert ann.call("SearchSnippet/get", filter=None, emailIds=[email])["notFound"] is None


def test_errors_are_those_of_the_rfc(ann: Desk) -> None:
    many = [f"M{at}" for at in range(101)]
    assert ann.error("SearchSnippet/get", filter=None, emailIds=many)["type"] == "requestTooLarge"
    assert ann.error("SearchSnippet/get", filter={"x": 1}, emailIds=[])["type"] == "unsupportedFilter"
    assert ann.error("SearchSnippet/get", filter=None)["type"] == "invalidArguments"
