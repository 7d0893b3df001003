from angarium.formats.message.envelope import envelope
from angarium.formats.message.forms import header_value
from angarium.formats.message.scanner import parse
from tests.formats.message.corpus import corpus_files, needs_corpus

MESSAGE = (
    b"From: A <a@x>\nSender: s@x\nReply-To: r@x\nTo: t@x, u@x\nCc: c@x\nBcc: b@x\nSubject: =?utf-8?q?=C3=A9?=\n"
    b"Message-ID: <m@x>\nIn-Reply-To: <i@x>\nReferences: <i@x> <j@x>\nDate: Thu, 1 Jan 1970 00:00:00 +0100\n\n"
)


def test_the_usual_fields_are_read() -> None:
    found = envelope(parse(MESSAGE).headers)
    assert found.from_ == [{"name": "A", "email": "a@x"}]
    assert found.to == [{"name": None, "email": "t@x"}, {"name": None, "email": "u@x"}]
    assert (found.subject, found.message_id, found.in_reply_to) == ("\u00e9", ["m@x"], ["i@x"])
    assert (found.references, found.sent_at) == (["i@x", "j@x"], "1970-01-01T00:00:00+01:00")


def test_absent_fields_are_null() -> None:
    found = envelope(parse(b"X: y\n\n").headers)
    assert {getattr(found, name) for name in found.__slots__} == {None}


def test_references_are_those_of_the_field_however_many() -> None:
    raw = b"References:" + b"".join(b"\n <%d@x>" % at for at in range(80)) + b"\n\n"
    headers = parse(raw).headers
    references = envelope(headers).references
    assert references == header_value(headers, "References", "MessageIds")
    assert references is not None
    assert (len(references), references[0], references[-1]) == (80, "0@x", "79@x")


@needs_corpus
def test_it_agrees_with_the_properties_asked_one_by_one() -> None:
    for path in corpus_files():
        if "malformedHeader" in path.name:
            continue
        headers = parse(path.read_bytes()).headers
        found = envelope(headers)
        assert found.from_ == header_value(headers, "From", "Addresses")
        assert found.subject == header_value(headers, "Subject", "Text")
        assert found.sent_at == header_value(headers, "Date", "Date")
        assert found.message_id == header_value(headers, "Message-ID", "MessageIds")
