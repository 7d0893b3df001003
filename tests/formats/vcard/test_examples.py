"""The worked examples of RFC 9555: what each vCard becomes, and that it goes back and comes again as the same.

Ids are the choice of who converts (§2.1.2), so entries are compared without them. Corrected in the data, for the texts
break their own rules there:

* Figure 5 writes the property LANGUAGE with `=`, and folds with two spaces;
* Figure 9 has the day of 1996-04-15 as a second `year`;
* Figures 6 and 34 fold with two spaces, which would put one into the value;
* Figures 20 and 37 have `...` for other entries; Figure 47 ends an object with a comma;
* Figure 24 shows a uid that the vCard does not have (RFC 9982 §5: none is made up);
* Figure 50 points to `phones/phone1` but gives its TEL no PROP-ID, and a tel: URI no VALUE=uri; and its property has
  a slash in its name, which RFC 9553 §1.8.1 forbids;
* Figures 51 and 52 show a name without `full`: §3.1 then derives FN, and §2.3.7 lets a reader pass over it;
* Figure 53 has number and name of the street in each other's places (RFC 9554 §2.1).

Figures 3 and 4 leave out that a title is of kind "title", which §2.9.6 sets; it is the default.
"""

import json
from pathlib import Path
from typing import TypedDict

import pytest

from angarium.formats.jscontact import check
from angarium.formats.json import JSON
from angarium.formats.vcard import parse, plain, write_card


class Example(TypedDict):
    vcard: list[str]
    card: dict[str, JSON]


EXAMPLES: dict[str, Example] = json.loads(Path(__file__).with_name("rfc9555.json").read_bytes())


def without_ids(card: JSON) -> dict[str, JSON]:
    """The card with its entries in lists, and what refers to them by their places there."""
    assert isinstance(card, dict)
    text = json.dumps(card)
    for entries in card.values():
        if isinstance(entries, dict):
            for number, key in enumerate(entries):
                text = text.replace(f"/{key}/", f"/{number}/").replace(
                    f'"organizationId": "{key}"', f'"organizationId": "{number}"'
                )
    found: dict[str, JSON] = json.loads(text)
    speak = found.get("speakToAs")
    for parent, names in ((found, tuple(found)), (speak if isinstance(speak, dict) else {}, ("pronouns",))):
        for name in names:
            entries = parent.get(name)
            if isinstance(entries, dict) and name not in (
                "name",
                "speakToAs",
                "localizations",
                "keywords",
                "members",
                "relatedTo",
            ):
                parent[name] = list(entries.values())
    return found


def octets(lines: list[str]) -> bytes:
    return "\r\n".join(["BEGIN:VCARD", "VERSION:4.0", *lines, "END:VCARD", ""]).encode()


@pytest.mark.parametrize("figure", EXAMPLES)
def test_a_vcard_becomes_what_the_rfc_shows(figure: str) -> None:
    [card] = parse(octets(EXAMPLES[figure]["vcard"]))
    assert without_ids(card) == without_ids(plain(EXAMPLES[figure]["card"]))
    assert check(card) == []


@pytest.mark.parametrize("figure", EXAMPLES)
def test_the_card_that_the_rfc_shows_goes_to_vcard_and_comes_back(figure: str) -> None:
    card = EXAMPLES[figure]["card"]
    assert parse(write_card(card)) == [plain(card)]


WITHOUT_PATCH = [
    figure for figure, example in EXAMPLES.items() if not any("JSPROP" in line for line in example["vcard"])
]


@pytest.mark.parametrize("figure", WITHOUT_PATCH)
def test_what_vcard_can_say_needs_no_jsprop(figure: str) -> None:
    assert b"JSPROP" not in write_card(EXAMPLES[figure]["card"])


@pytest.mark.parametrize(
    ("figure", "lines"),
    [
        ("Figure 48", ["JSPROP;JSPTR=someUnknownProperty:true"]),
        ("Figure 49", ['JSPROP;JSPTR="example.com:foo":{"bar":1234}']),
        ("Figure 50", ['JSPROP;JSPTR="phones/phone1/example.com:foo-bar":"tux hux"']),
        ("Figure 51", ['N;JSCOMPS=";1;0":Doe;Jane;;;;;', "FN;DERIVED=true:Jane Doe"]),
        ("Figure 52", ['N;JSCOMPS=";1;2;2,1;0;6;4,1":Stevenson;John;Philip,Paul;;Jr.,M.D.;;Jr.']),
        (
            "Figure 53",
            ['ADR;PROP-ID=a1;JSCOMPS="s,\\, ;10;s, ;11;3":;;54321 Oak St;Reston;;;;;;;54321;Oak St;;;;;;'],
        ),
    ],
)
def test_the_lines_of_section_3_are_written_as_shown(figure: str, lines: list[str]) -> None:
    written = write_card(EXAMPLES[figure]["card"]).replace(b"\r\n ", b"").decode().split("\r\n")
    assert set(lines) <= set(written)
