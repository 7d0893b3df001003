"""The demo's mailbox is believable, whole, and the same for the same moment and seed."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from angarium.app.demo import PASSWORD, USER, compose, install
from angarium.app.demo.cards import cards
from angarium.app.demo.events import events
from angarium.app.demo.files import invoice, picture
from angarium.datatypes import principals
from angarium.datatypes.calendars.ingest import checked
from angarium.formats.jscontact import check
from angarium.formats.message import decode_body, envelope, has_attachment, parse
from angarium.store.sqlite import open_store

NOW = 1_790_000_000_000
ROLES = ("inbox", "drafts", "sent", "archive", "junk", "trash")


def test_it_is_the_same_for_the_same_moment_and_seed_and_another_for_another() -> None:
    assert compose(NOW, 1) == compose(NOW, 1)
    assert compose(NOW, 1) != compose(NOW, 2)
    assert compose(NOW, 1) != compose(NOW + 3_600_000, 1)


def test_its_cards_are_valid_and_among_them_are_a_group_a_company_and_a_photo() -> None:
    made = list(cards(NOW // 1000, 0))
    assert [problem for card in made for problem in check(card)] == []
    assert {card["kind"] for card in made} == {"individual", "org", "group"}
    assert sum("media" in card for card in made) == 1
    assert len({card["uid"] for card in made}) == len(made) >= 12


def test_everything_arrived_within_the_last_weeks_oldest_first() -> None:
    received = [message.received for message in compose(NOW)]
    assert len(received) >= 38
    assert all(before <= after for before, after in pairwise(received))
    assert NOW - 15 * 86_400_000 < received[0] <= received[-1] < NOW


def test_answers_name_letters_that_are_there_and_older() -> None:
    dates: dict[str, int] = {}
    answers = 0
    for message in compose(NOW):
        told = envelope(parse(message.octets).headers)
        (message_id,) = tuple(told.message_id or ())
        for above in told.references or ():
            assert dates[above] <= message.received
            answers += 1
        dates[message_id] = message.received
    assert answers > 20


def test_it_has_html_attachments_inline_images_a_nested_message_and_a_list() -> None:
    messages = compose(NOW)
    parts = [part.type for message in messages for part in parse(message.octets).structure.walk()]
    wanted = {"text/html", "image/png", "application/pdf", "text/calendar", "text/csv", "message/rfc822"}
    assert wanted <= set(parts)
    assert "multipart/related" in parts
    assert sum(has_attachment(parse(message.octets).structure) for message in messages) >= 6
    assert sum(b"\r\nList-Id:" in message.octets for message in messages) >= 6


@pytest.mark.parametrize("script", ["[一-鿿ぁ-ん]", "[ء-ي]", "[а-я]", "[α-ω]", "[א-ת]", "[🌀-🧿]"])
def test_it_is_written_in_many_scripts(script: str) -> None:
    subjects = [envelope(parse(message.octets).headers).subject or "" for message in compose(NOW)]
    assert any(re.search(script, subject) for subject in subjects)


def test_the_picture_and_the_page_are_what_they_claim() -> None:
    page, image = invoice(NOW // 1000, 3), picture(NOW // 1000, 3)
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert image.endswith(b"IEND\xae\x42\x60\x82")
    [table] = re.findall(rb"startxref\n(\d+)\n", page)
    assert page[int(table) :].startswith(b"xref\n0 6\n")
    for offset in re.findall(rb"(\d{10}) 00000 n ", page):
        assert re.match(rb"\d 0 obj\n", page[int(offset) :])


def test_attachments_come_out_as_they_went_in() -> None:
    [message] = [message for message in compose(NOW, 3) if b"application/pdf" in message.octets]
    [part] = [part for part in parse(message.octets).structure.walk() if part.type == "application/pdf"]
    assert decode_body(message.octets, part).startswith(b"%PDF-1.4\n")


def test_it_is_installed_once_for_a_user_who_can_sign_in(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    try:
        assert install(store, ROLES, NOW)
        assert not install(store, ROLES, NOW)
        user = store.read(lambda snapshot: principals.by_name(snapshot, USER))
        assert user is not None
        assert user.password_hash is not None
        assert principals.verify_password(user.password_hash, PASSWORD)
        assert store.read(lambda snapshot: snapshot.messages.count(user.account)) == len(compose(NOW))
        assert store.read(lambda snapshot: snapshot.records.count(user.account, "CalendarEvent")) == 6
        mailboxes = store.read(lambda snapshot: snapshot.records.count(user.account, "Mailbox"))
        assert mailboxes == len(ROLES) + 1
    finally:
        store.close()


def test_its_calendar_has_what_recurs_and_what_lasts_all_day() -> None:
    found = {str(event["uid"]): checked(event) for event in events(NOW // 1000)}
    assert "recurrenceOverrides" in found["demo:bicycle"]
    assert found["demo:birthday"]["showWithoutTime"] is True
    assert len(found) == 6
