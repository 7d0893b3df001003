"""What single lines become, and what lines become together, where RFC 9555 shows no example."""

from typing import Any

import pytest

from angarium.formats.json import JSON
from tests.formats.vcard.test_card import one


def properties(*lines: str) -> dict[str, Any]:
    return {name: value for name, value in one(*lines).items() if name not in ("@type", "version")}


@pytest.mark.parametrize(
    ("line", "card"),
    [
        (
            "URL:www.example.com",
            {"links": {"LINK-1": {"uri": "http://www.example.com", "vCardParams": {"x-original": "www.example.com"}}}},
        ),
        (
            "URL:http\\://e.com/a b",
            {"links": {"LINK-1": {"uri": "http://e.com/a%20b", "vCardParams": {"x-original": "http://e.com/a b"}}}},
        ),
        ("URL:nothing to see", {"vCardProps": [["url", {}, "uri", "nothing to see"]]}),
        (
            "EMAIL:Jo <jo@e.com>",
            {"emails": {"EMAIL-1": {"address": "jo@e.com", "vCardParams": {"x-original": "Jo <jo@e.com>"}}}},
        ),
        ("EMAIL:jo", {"vCardProps": [["email", {}, "unknown", "jo"]]}),
        (
            "EMAIL;TYPE=school;PREF=200:a@b",
            {"emails": {"EMAIL-1": {"address": "a@b", "vCardParams": {"type": "school", "pref": "200"}}}},
        ),
        (
            "BDAY:2019-02-10T00:00:33",
            {
                "anniversaries": {
                    "ANNIVERSARY-1": {
                        "kind": "birth",
                        "date": {"year": 2019, "month": 2, "day": 10},
                        "vCardParams": {"x-original": "2019-02-10T00:00:33"},
                    }
                }
            },
        ),
        (
            "BDAY;CALSCALE=hebrew:2019",
            {"anniversaries": {"ANNIVERSARY-1": {"kind": "birth", "date": {"year": 2019, "calendarScale": "hebrew"}}}},
        ),
        ("BDAY;VALUE=text:long ago", {"vCardProps": [["bday", {}, "text", "long ago"]]}),
        ("BIRTHPLACE:Rome", {"vCardProps": [["birthplace", {}, "unknown", "Rome"]]}),
        ("TZ:+0530", {"vCardProps": [["tz", {}, "text", "+0530"]]}),
        ("TZ:-0500", {"addresses": {"ADDR-1": {"timeZone": "Etc/GMT+5"}}}),
        ("TZ:Europe/Vienna", {"addresses": {"ADDR-1": {"timeZone": "Europe/Vienna"}}}),
        (
            'ADR;GEO="geo:1,2";TZ=+0000:;;;;;;',
            {"addresses": {"ADDR-1": {"coordinates": "geo:1,2", "timeZone": "Etc/UTC"}}},
        ),
        ("ADR:;;;;;;", {}),
        ("NOTE:", {}),
        ("REV:1997-11-15", {"vCardProps": [["rev", {}, "timestamp", "1997-11-15"]]}),
        ("LANG:no tag", {"vCardProps": [["lang", {}, "language-tag", "no tag"]]}),
        ("MEMBER:urn:uuid:1", {"vCardProps": [["member", {}, "uri", "urn:uuid:1"]]}),
        ("IMPP:jo", {"onlineServices": {"OS-1": {"user": "jo"}}}),
        ("SOCIALPROFILE;VALUE=text;SERVICE-TYPE=X:jo", {"onlineServices": {"OS-1": {"user": "jo", "service": "X"}}}),
        ("ORG:;Unit", {"organizations": {"ORG-1": {"units": [{"name": "Unit"}]}}}),
        ("NICKNAME:a\\,b,c", {"nicknames": {"NICK-1": {"name": "a,b"}, "NICK-2": {"name": "c"}}}),
        ("NOTE;LANGUAGE=fr:Bon", {"language": "fr", "notes": {"NOTE-1": {"note": "Bon"}}}),
        (
            'N;SORT-AS=",,x":Do;Jo',
            {
                "name": {
                    "components": [{"kind": "surname", "value": "Do"}, {"kind": "given", "value": "Jo"}],
                    "vCardParams": {"sort-as": ",,x"},
                }
            },
        ),
        ("TEL;PROP-ID=no id:1", {"phones": {"PHONE-1": {"number": "1"}}}),
        ("GENDER:M", {"vCardProps": [["gender", {}, "text", "M"]]}),
    ],
)
def test_a_line_becomes(line: str, card: dict[str, JSON]) -> None:
    assert properties(line) == card


def test_two_entries_do_not_share_an_id() -> None:
    phones = properties("TEL;PROP-ID=PHONE-1:1", "TEL;PROP-ID=PHONE-1:2", "TEL:3")["phones"]
    assert [phone["number"] for phone in phones.values()] == ["1", "2", "3"]
    assert next(iter(phones)) == "PHONE-1"


def test_properties_that_a_card_has_once_keep_the_first() -> None:
    found = properties("UID:a", "UID:b", "N:A", "N:B", "FN;X-A=1:x", "FN:y")
    assert found["uid"] == "a"
    assert found["name"] == {"components": [{"kind": "surname", "value": "A"}], "full": "y"}
    assert [entry[0] for entry in found["vCardProps"]] == ["uid", "n", "fn"]


def test_a_derived_full_name_is_passed_over_where_there_are_components() -> None:
    assert "full" not in properties("N:Do;Jo", "FN;DERIVED=TRUE:Jo Do")["name"]
    assert properties("FN;DERIVED=TRUE:Jo Do")["name"] == {"full": "Jo Do"}


def test_groups_keep_together_what_has_no_other_tie() -> None:
    found = properties("g.TEL:1", "g.EMAIL:a@b", "g.X-ABLabel:both", "h.ADR:;;a", "h.X-ABLabel:home sweet home")
    assert found["phones"]["PHONE-1"] == {"number": "1", "label": "both", "vCardParams": {"group": "g"}}
    assert found["emails"]["EMAIL-1"] == {"address": "a@b", "label": "both", "vCardParams": {"group": "g"}}
    assert found["addresses"]["ADDR-1"]["vCardParams"] == {"group": "h"}
    assert found["vCardProps"] == [["x-ablabel", {"group": "h"}, "unknown", "home sweet home"]]


def test_places_belong_to_their_anniversaries() -> None:
    found = properties("BIRTHPLACE:Rome", "BDAY:2020", "DEATHPLACE;VALUE=uri:geo:1,2", "DEATHDATE:2021")[
        "anniversaries"
    ]
    assert [entry["place"] for entry in found.values()] == [{"full": "Rome"}, {"coordinates": "geo:1,2"}]


def test_geo_and_tz_belong_to_the_address_of_their_group() -> None:
    found = properties("ADR:;;a", "g.ADR:;;b", "g.GEO:geo:1,2", "TZ:Etc/UTC", "GEO:geo:3,4", "GEO:geo:5,6")["addresses"]
    assert [(entry.get("coordinates"), entry.get("timeZone")) for entry in found.values()] == [
        ("geo:3,4", "Etc/UTC"),
        ("geo:1,2", None),
        ("geo:5,6", None),
    ]


def test_members_need_a_group() -> None:
    assert properties("MEMBER:a", "KIND:group", "MEMBER:b") == {"kind": "group", "members": {"a": True, "b": True}}
