"""Messages of the dialect as they are read."""

from tests.protocols.legacy.client import Old, letter

MIXED = (
    b"From: Bo <bo@quill.example>\r\nTo: undisclosed\r\nSubject: =?utf-8?q?H=C3=A9?=\r\nReceived: one\r\n"
    b"Received: two\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
    b"--m\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>you</b> <img src='cid:A@b'>\r\n"
    b"--m\r\nContent-Type: image/png\r\nContent-ID: <a@B>\r\n"
    b"Content-Disposition: attachment; filename=a.png\r\n\r\npng\r\n"
    b"--m\r\nContent-Type: application/pdf\r\nContent-ID: <c@b>\r\n\r\npdf\r\n"
    b"--m\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b\r\nSubject: inner\r\n"
    b"Date: Mon, 1 Jul 2024 09:00:00 +0200\r\n\r\nInside\r\n--m--\r\n"
)


def one(ann: Old, message: str, *names: str) -> dict[str, object]:
    found: dict[str, object] = ann.ask("getMessages", {"ids": [message], "properties": list(names) or None})["list"][0]
    return found


def test_a_message_has_flags_and_a_list_of_mailboxes(ann: Old) -> None:
    keywords = {"$seen": True, "$flagged": True, "other": True}
    message = ann.deliver(letter(), receivedAt="2024-07-01T09:00:00.5Z", keywords=keywords)
    shown = one(ann, message)
    assert shown["mailboxIds"] == [ann.mailboxes()["inbox"]]
    flags = {name: shown[name] for name in ("isUnread", "isFlagged", "isAnswered", "isDraft")}
    assert flags == {"isUnread": False, "isFlagged": True, "isAnswered": False, "isDraft": False}
    assert shown["date"] == "2024-07-01T09:00:00Z"
    assert shown["from"] == [{"name": "Bo", "email": "bo@quill.example"}]
    assert (shown["cc"], shown["sender"], shown["inReplyToMessageId"]) == (None, None, None)
    assert (shown["subject"], shown["textBody"], shown["htmlBody"]) == ("Lunch", "At noon?\n", None)
    assert (shown["attachments"], shown["attachedMessages"]) == (None, None)


def test_only_the_properties_that_are_asked_for_are_told(ann: Old) -> None:
    message = ann.deliver(letter())
    assert one(ann, message, "threadId", "isUnread", "nope").keys() == {"id", "threadId", "isUnread"}
    assert one(ann, message, "subject").keys() == {"id", "subject"}


def test_body_is_the_better_of_the_two(ann: Old) -> None:
    plain, rich = ann.deliver(letter()), ann.deliver(MIXED)
    assert one(ann, plain, "body").keys() == {"id", "textBody"}
    assert one(ann, rich, "body").keys() == {"id", "htmlBody"}
    assert one(ann, rich, "body", "textBody").keys() == {"id", "htmlBody", "textBody"}
    assert one(ann, rich, "textBody")["textBody"] == "Hello you"


def test_header_fields_come_decoded_under_small_letters(ann: Old) -> None:
    message = ann.deliver(MIXED)
    assert one(ann, message, "headers.Subject", "headers.x-none") == {"id": message, "headers": {"subject": "Hé"}}
    whole = one(ann, message, "headers", "headers.subject")["headers"]
    assert isinstance(whole, dict)
    assert whole["received"] == "one\ntwo"


def test_addresses_always_have_an_at_sign(ann: Old) -> None:
    message = ann.deliver(letter(sender="bo"))
    assert one(ann, message, "from")["from"] == [{"name": "", "email": "bo@"}]


def test_attachments_are_inline_where_the_html_shows_them(ann: Old) -> None:
    found = one(ann, ann.deliver(MIXED), "attachments")["attachments"]
    assert isinstance(found, list)
    assert [(each["type"], each["isInline"], each["name"]) for each in found] == [
        ("image/png", True, "a.png"),
        ("application/pdf", False, None),
        ("message/rfc822", False, None),
    ]


def test_attached_messages_are_opened(ann: Old) -> None:
    shown = one(ann, ann.deliver(MIXED), "attachments", "attachedMessages")
    attachments, attached = shown["attachments"], shown["attachedMessages"]
    assert isinstance(attached, dict)
    assert isinstance(attachments, list)
    assert list(attached) == [attachments[-1]["blobId"]]
    (inner,) = attached.values()
    assert (inner["subject"], inner["date"], inner["textBody"]) == ("inner", "2024-07-01T07:00:00Z", "Inside")


def test_the_message_that_is_answered_is_named_by_its_id(ann: Old) -> None:
    first = ann.deliver(letter(more="Message-ID: <1@quill.example>"))
    answer = ann.deliver(letter("Re: Lunch", more="In-Reply-To: <1@quill.example>"))
    stray = ann.deliver(letter("Re: Dinner", more="In-Reply-To: <9@quill.example>"))
    assert one(ann, answer, "inReplyToMessageId")["inReplyToMessageId"] == first
    assert one(ann, stray, "inReplyToMessageId")["inReplyToMessageId"] is None


def test_ids_that_name_nothing_are_told_and_else_null(ann: Old) -> None:
    message = ann.deliver(letter())
    asked = {"ids": [message, "M99999", "no id", "#x", message], "properties": ["threadId"]}
    found = ann.ask("getMessages", asked)
    assert [each["id"] for each in found["list"]] == [message]
    assert sorted(found["notFound"]) == ["#x", "M99999", "no id"]
    assert ann.ask("getMessages", {"ids": [message]})["notFound"] is None


def test_updates_come_with_their_records(ann: Old) -> None:
    before = ann.ask("getMessages", {"ids": []})["state"]
    messages = [ann.deliver(letter(str(number))) for number in range(3)]
    given = {"sinceState": before, "maxChanges": 2, "fetchRecords": True, "fetchRecordProperties": ["subject"]}
    first = ann.replies(("getMessageUpdates", given))
    assert (first[0][1]["changed"], first[0][1]["hasMoreUpdates"]) == (messages[:2], True)
    assert [each["subject"] for each in first[1][1]["list"]] == ["0", "1"]
    ann.modern("Email/set", {"destroy": [messages[0]]})
    rest = ann.ask("getMessageUpdates", {**given, "sinceState": first[0][1]["newState"], "maxChanges": None})
    assert (rest["changed"], rest["removed"], rest["hasMoreUpdates"]) == (messages[2:], messages[:1], False)
    assert rest["newState"] == ann.ask("getMessages", {"ids": []})["state"]
