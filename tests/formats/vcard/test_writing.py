"""What cards are written as, where RFC 9555 shows no example."""

import pytest

from angarium.formats.json import JSON
from tests.formats.vcard.test_languages import written


@pytest.mark.parametrize(
    ("card", "lines"),
    [
        (
            {"phones": {"p": {"number": "tel:+1", "label": "desk"}}},
            ["item1.TEL;PROP-ID=p;VALUE=uri:tel:+1", "item1.X-ABLABEL:desk"],
        ),
        (
            {"titles": {"t": {"name": "Boss", "organizationId": "o"}}, "organizations": {"o": {"name": "A;B"}}},
            ["item1.ORG;PROP-ID=o:A\\;B", "item1.TITLE;PROP-ID=t:Boss"],
        ),
        (
            {"onlineServices": {"s": {"user": "jo", "service": "X"}}},
            ["SOCIALPROFILE;PROP-ID=s;VALUE=text;SERVICE-TYPE=X:jo"],
        ),
        (
            {"onlineServices": {"s": {"uri": "xmpp:a@b", "vCardName": "impp", "user": "a"}}},
            ["IMPP;PROP-ID=s;USERNAME=a:xmpp:a@b"],
        ),
        (
            {"personalInfo": {"p": {"kind": "expertise", "value": "x", "level": "high", "listAs": 1}}},
            ["EXPERTISE;PROP-ID=p;LEVEL=expert;INDEX=1:x"],
        ),
        (
            {"notes": {"n": {"note": "x", "created": "2020-01-02T03:04:05Z", "author": {"uri": "mailto:a@b"}}}},
            ['NOTE;PROP-ID=n;CREATED=20200102T030405Z;AUTHOR="mailto:a@b":x'],
        ),
        (
            {
                "anniversaries": {
                    "a": {"kind": "death", "date": {"month": 2, "day": 3}, "place": {"coordinates": "geo:1,2"}}
                }
            },
            ["DEATHDATE;PROP-ID=a:--0203", "DEATHPLACE;VALUE=uri;PROP-ID=a:geo:1,2"],
        ),
        ({"relatedTo": {"urn:uuid:1": {"relation": {"friend": True}}}}, ["RELATED;TYPE=friend:urn:uuid:1"]),
        ({"kind": "group", "members": {"a b": True}}, ["MEMBER;VALUE=text:a b"]),
        (
            {
                "emails": {
                    "e": {
                        "address": "a@b",
                        "vCardParams": {"type": "school", "x-foo": ["1", "2"]},
                        "contexts": {"work": True},
                    }
                }
            },
            ["EMAIL;PROP-ID=e;TYPE=work,school;X-FOO=1,2:a@b"],
        ),
        (
            {"addresses": {"a": {"full": "1 Road\nTown", "countryCode": "AT"}}},
            ["ADR;PROP-ID=a;CC=AT;LABEL=1 Road^nTown:" + ";" * 17],
        ),
    ],
)
def test_a_card_is_written_as(card: dict[str, JSON], lines: list[str]) -> None:
    found = written(card)
    assert set(lines) <= set(found)
    assert not any(line.startswith("JSPROP") for line in found)


def test_what_vcard_has_no_word_for_goes_by_jsprop() -> None:
    card: dict[str, JSON] = {
        "emails": {"e": {"address": "a@b", "contexts": {"example.com:club": True}}},
        "media": {"m": {"kind": "photo", "blobId": "B1"}},
        "anniversaries": {"a": {"kind": "example.com:first-day", "date": {"year": 2020}}},
    }
    assert [line for line in written(card) if line.startswith("JSPROP")] == [
        'JSPROP;JSPTR=emails/e/contexts:{"example.com:club":true}',
        'JSPROP;JSPTR=media:{"m":{"kind":"photo"\\,"blobId":"B1"}}',
        'JSPROP;JSPTR=anniversaries:{"a":{"kind":"example.com:first-day"\\,"date":{"year":2020}}}',
    ]


def test_a_group_that_is_taken_is_not_given_again() -> None:
    phones: JSON = {"a": {"number": "1", "label": "x"}, "b": {"number": "2", "vCardParams": {"group": "ITEM1"}}}
    assert {"item2.X-ABLABEL:x", "ITEM1.TEL;PROP-ID=b:2"} <= set(written({"phones": phones}))
