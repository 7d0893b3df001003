from typing import Any

from angarium.formats.jscontact import MOST_LANGUAGES, localized
from angarium.formats.json import JSON
from angarium.formats.vcard import parse, plain, write_card
from tests.formats.vcard.test_card import one


def written(card: dict[str, JSON]) -> list[str]:
    octets = write_card(card)
    assert parse(octets) == [plain(card)]
    return octets.replace(b"\r\n ", b"").decode().split("\r\n")[2:-2]


def test_an_alternative_is_a_patch_of_what_it_says_differently() -> None:
    card = one("LANGUAGE:en", "ORG;ALTID=1;TYPE=work:Firm;Sales", "ORG;ALTID=1;LANGUAGE=de:Firma;Vertrieb")
    assert card["organizations"] == {
        "ORG-1": {"name": "Firm", "units": [{"name": "Sales"}], "contexts": {"work": True}}
    }
    assert card["localizations"] == {
        "de": {"organizations/ORG-1/name": "Firma", "organizations/ORG-1/units": [{"name": "Vertrieb"}]}
    }


def test_the_language_of_most_is_that_of_the_card() -> None:
    card = one(
        "N;LANGUAGE=en-us:Doe;John",
        "FN:John Doe",
        "TITLE;ALTID=1;LANGUAGE=fr:Chef",
        "TITLE;ALTID=1;LANGUAGE=en-US:Boss",
    )
    assert card["language"] == "en-US"
    assert card["titles"]["TITLE-1"] == {"kind": "title", "name": "Boss"}
    assert card["localizations"] == {"fr": {"titles/TITLE-1/name": "Chef"}}


def test_names_places_and_genders_have_alternatives_too() -> None:
    lines = [
        "FN:Ann",
        "FN;LANGUAGE=ru:Анна",
        "N:Do;Ann",
        "N;LANGUAGE=ru:До;Анна",
        "GRAMGENDER:common",
        "GRAMGENDER;LANGUAGE=de:feminine",
    ]
    card = one(*lines, "BDAY:2020", "BIRTHPLACE;ALTID=1:Rome", "BIRTHPLACE;ALTID=1;LANGUAGE=it:Roma")
    russian: Any = localized(card, "ru")["name"]
    assert russian == {
        "full": "Анна",
        "components": [{"kind": "surname", "value": "До"}, {"kind": "given", "value": "Анна"}],
    }
    assert card["localizations"]["de"] == {"speakToAs/grammaticalGender": "feminine"}
    assert card["localizations"]["it"] == {"anniversaries/ANNIVERSARY-1/place/full": "Roma"}
    assert not any("JSPROP" in line for line in written(card))


def test_an_order_that_an_alternative_does_not_have_is_taken_away() -> None:
    card = one('N;ALTID=1;JSCOMPS="s,-;1;0":Do;Jo', "N;ALTID=1;LANGUAGE=ja:ド;ジョ")
    japanese: Any = localized(card, "ja")["name"]
    assert japanese == {"components": [{"kind": "surname", "value": "ド"}, {"kind": "given", "value": "ジョ"}]}


def test_what_is_spoken_in_the_language_of_the_card_stands_in_it() -> None:
    card = one("N;ALTID=1:Do;Jo", "N;ALTID=1;PHONETIC=ipa:duː;dʒoʊ")
    assert card["name"] == {
        "components": [
            {"kind": "surname", "value": "Do", "phonetic": "duː"},
            {"kind": "given", "value": "Jo", "phonetic": "dʒoʊ"},
        ],
        "phoneticSystem": "ipa",
    }
    assert written(card)[1:] == ["N;ALTID=1:Do;Jo;;;;;", "N;ALTID=1;PHONETIC=ipa:duː;dʒoʊ;;;;;"]


def test_addresses_are_spoken_as_well() -> None:
    card = one("ADR;ALTID=1:;;Road;Town", "ADR;ALTID=1;PHONETIC=script;SCRIPT=Latn:;;rəʊd;")
    [address] = card["addresses"].values()
    assert address["components"][0] == {"kind": "name", "value": "Road", "phonetic": "rəʊd"}
    assert not any("JSPROP" in line for line in written(card))


def test_what_speaks_of_nothing_is_kept() -> None:
    for line in ("N;ALTID=1;PHONETIC=script:a", "ADR;ALTID=1;PHONETIC=ipa:;;a", "N;ALTID=1;PHONETIC=ipa:;;;;a"):
        card = one("N;ALTID=1:Do", line)
        assert "phonetic" not in str(card["name"])
        assert len(card["vCardProps"]) == 1


def test_second_values_without_a_language_are_no_alternatives() -> None:
    card = one("TITLE;ALTID=1:Boss", "TITLE;ALTID=1:Chief")
    assert [title["name"] for title in card["titles"].values()] == ["Boss"]
    assert card["vCardProps"] == [["title", {"altid": "1"}, "text", "Chief"]]


def test_a_card_in_more_languages_than_the_limit_keeps_the_rest_as_lines() -> None:
    lines = [f"TITLE;ALTID=1;LANGUAGE=a-{number}:{number}" for number in range(MOST_LANGUAGES + 5)]
    card = one("TITLE;ALTID=1:x", *lines)
    assert len(card["localizations"]) == MOST_LANGUAGES
    assert len(card["vCardProps"]) == 5


def test_a_language_may_have_a_name_of_its_own_and_say_how_it_is_spoken() -> None:
    spoken = "N;ALTID=1;PHONETIC=script;SCRIPT=Latn;LANGUAGE=ja:do;jo"
    card = one("N;ALTID=1:Do;Jo", spoken, "N;ALTID=1;LANGUAGE=ja:ド;ジョ")
    japanese: Any = localized(card, "ja")["name"]
    assert japanese == {
        "components": [
            {"kind": "surname", "value": "ド", "phonetic": "do"},
            {"kind": "given", "value": "ジョ", "phonetic": "jo"},
        ],
        "phoneticScript": "Latn",
    }
    assert written(card)
