import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.jscontact import MOST_LANGUAGES, check, localized
from angarium.formats.json import JSON
from tests.formats.message.linear import assert_linear

CARD: dict[str, JSON] = {"@type": "Card", "version": "2.0"}
NAME: JSON = {"components": [{"kind": "given", "value": "Jo"}, {"kind": "surname", "value": "Do"}]}


def paths(**properties: JSON) -> list[str]:
    return [problem.path for problem in check({**CARD, **properties})]


@pytest.mark.parametrize(
    ("properties", "wrong"),
    [
        (
            {"emails": {"e1": {"address": "no address"}, "e2": {"pref": 0}}},
            ["emails/e1/address", "emails/e2/address", "emails/e2/pref"],
        ),
        (
            {"phones": {"p1": {"number": 1, "features": {"Voice": True, "x": False}}}},
            ["phones/p1/number", "phones/p1/features/Voice", "phones/p1/features/x"],
        ),
        ({"phones": {"p 1": {"number": "1"}}}, ["phones/p 1"]),
        ({"phones": {"p1": {"@type": "Email", "number": "1"}}}, ["phones/p1/@type"]),
        ({"phones": []}, ["phones"]),
        ({"phones": {"p": {"number": "1", "extra": 1}}}, ["phones/p/extra"]),
        ({"Phones": {}}, ["Phones"]),
        ({"Number": 1}, ["Number"]),
        ({"not a name": 1, "a/b": 2, "no~:x": 3}, ["not a name", "a~1b", "no~0:x"]),
        ({"version": "1.5"}, ["version"]),
        ({"version": "1.0"}, ["uid"]),
        ({"uid": ""}, ["uid"]),
        ({"members": {"a": True}}, ["kind"]),
        ({"kind": "group", "members": {"a": 1}}, ["members/a"]),
        ({"prodId": ""}, ["prodId"]),
        ({"language": "no tag"}, ["language"]),
        ({"created": "2022-09-30T14:35:10+00:00"}, ["created"]),
        ({"updated": "2022-09-30T14:35:10.000Z"}, ["updated"]),
        ({"name": {}}, ["name/full"]),
        ({"name": {"components": []}}, ["name/components"]),
        ({"name": {"components": [{"kind": "given"}]}}, ["name/components/0/value"]),
        ({"name": {"components": [{"kind": "separator", "value": "-"}], "isOrdered": True}}, ["name/components"]),
        (
            {"name": {"components": [{"kind": "separator", "value": ""}, {"kind": "given", "value": ""}]}},
            ["name/components/0"],
        ),
        ({"name": {"components": [{"kind": "given", "value": "", "phonetic": "x"}]}}, ["name/components/0/phonetic"]),
        (
            {"name": {"full": "x", "defaultSeparator": " ", "sortAs": {"given": "x"}}},
            ["name/defaultSeparator", "name/sortAs", "name/sortAs/given"],
        ),
        ({"name": {"components": [{"kind": "given", "value": ""}], "defaultSeparator": ""}}, ["name/defaultSeparator"]),
        ({"organizations": {"o": {}}}, ["organizations/o/name"]),
        ({"organizations": {"o": {"units": []}}}, ["organizations/o/units"]),
        ({"onlineServices": {"o": {"service": "x"}}}, ["onlineServices/o/uri"]),
        ({"links": {"l": {"uri": "www.example.com"}, "m": {"uri": "http://a b"}}}, ["links/l/uri", "links/m/uri"]),
        ({"media": {"m": {"kind": "photo"}}}, ["media/m/uri"]),
        ({"media": {"m": {"uri": "a:b"}}}, ["media/m/kind"]),
        ({"addresses": {"a": {"contexts": {"work": True}}}}, ["addresses/a/components"]),
        (
            {"addresses": {"a": {"coordinates": "1,2", "timeZone": "no zone", "countryCode": "AUT"}}},
            ["addresses/a/coordinates", "addresses/a/timeZone", "addresses/a/countryCode"],
        ),
        ({"anniversaries": {"a": {"kind": "birth", "date": {"day": 1}}}}, ["anniversaries/a/date/month"]),
        ({"anniversaries": {"a": {"kind": "birth", "date": {}}}}, ["anniversaries/a/date/month"]),
        ({"anniversaries": {"a": {"kind": "birth", "date": {"month": 2}}}}, ["anniversaries/a/date/year"]),
        ({"anniversaries": {"a": {"kind": "birth", "date": {"month": 2, "day": 30}}}}, ["anniversaries/a/date/day"]),
        (
            {"anniversaries": {"a": {"kind": "birth", "date": {"@type": "Timestamp", "utc": "1"}}}},
            ["anniversaries/a/date/utc"],
        ),
        ({"anniversaries": {"a": {"kind": "birth", "date": {"@type": "Day"}}}}, ["anniversaries/a/date/@type"]),
        ({"anniversaries": {"a": {"kind": "birth", "date": 5}}}, ["anniversaries/a/date"]),
        ({"notes": {"n": {"note": "x", "author": {"@type": "Author"}}}}, ["notes/n/author"]),
        ({"personalInfo": {"p": {"kind": "hobby", "value": "x", "listAs": 0}}}, ["personalInfo/p/listAs"]),
        ({"speakToAs": {"pronouns": {"k": {"pref": 1}}}}, ["speakToAs/pronouns/k/pronouns"]),
        ({"vCardProps": [["x-foo", {}, "text", "1"], ["x-foo"]]}, ["vCardProps/1"]),
        ({"emails": {"e": {"address": "a@b", "vCardParams": {"x": 1}}}}, ["emails/e/vCardParams/x"]),
    ],
)
def test_every_offending_property_is_named(properties: dict[str, JSON], wrong: list[str]) -> None:
    assert paths(**properties) == wrong
    assert all(problem.text for problem in check({**CARD, **properties}))


@pytest.mark.parametrize("card", [None, 5, [], {}, {"@type": "card", "version": "2.0"}, {"@type": "Card"}])
def test_what_is_no_card_is_refused(card: JSON) -> None:
    assert check(card)


def test_unknown_properties_and_values_and_those_of_vendors_are_valid() -> None:
    vendors: dict[str, JSON] = {"example.com:foo": 1, "bücher.example:ein name": {"number": {}}}
    found = paths(
        **vendors,
        later={"any": None},
        kind="example.com:baz",
        phones={"p": {"number": "1", "features": {"example.com:x": True, "telex": True}, "user": 5}},
        id="C1",
        addressBookIds={"b": True},
    )
    assert found == []


def test_a_medium_may_be_a_blob() -> None:
    assert paths(media={"m": {"kind": "photo", "blobId": "B1", "mediaType": "image/png"}}) == []


@pytest.mark.parametrize(
    ("patch", "wrong"),
    [
        ({"name": {"full": "Jean"}, "titles/t/name": "Chef"}, []),
        ({"name/components/0/value": "Jean", "example.com:x": 1, "emails/e": None}, []),
        ({"name/components/0/value": 5}, ["localizations/fr/name~1components~10~1value"]),
        ({"name/components/0": None}, ["localizations/fr"]),
        ({"name/components/2": {}}, ["localizations/fr"]),
        ({"name/components/-/value": ""}, ["localizations/fr"]),
        ({"name/components/00/value": ""}, ["localizations/fr"]),
        ({"notes/n/note": "x"}, ["localizations/fr"]),
        ({"titles": {}, "titles/t/name": "Chef"}, ["localizations/fr"]),
        ({"titles/t/name": None}, ["localizations/fr/titles~1t~1name"]),
        ({"titles/u": {"name": 1}}, ["localizations/fr/titles~1u"]),
        ({"localizations/de": {}}, ["localizations/fr/localizations~1de"]),
        ({"uid": "x"}, ["localizations/fr/uid"]),
        ({"a~b/c": 1}, ["localizations/fr"]),
        (5, ["localizations/fr"]),
    ],
)
def test_patches_of_localizations_lead_to_valid_values(patch: JSON, wrong: list[str]) -> None:
    titles: JSON = {"t": {"name": "Boss"}}
    emails: JSON = {"e": {"address": "a@b"}}
    assert paths(name=NAME, titles=titles, emails=emails, localizations={"fr": patch}) == wrong


def test_a_localized_card_shares_nothing_that_was_changed() -> None:
    card: dict[str, JSON] = {**CARD, "name": NAME, "localizations": {"fr": {"name/components/0/value": "Jean"}}}
    french = localized(card, "fr")
    assert french == {
        **CARD,
        "name": {"components": [{"kind": "given", "value": "Jean"}, {"kind": "surname", "value": "Do"}]},
    }
    assert NAME == {"components": [{"kind": "given", "value": "Jo"}, {"kind": "surname", "value": "Do"}]}
    assert localized(card, "de") == {**CARD, "name": NAME}


def test_more_languages_than_the_limit_are_refused() -> None:
    assert paths(localizations={f"a-{n}": {} for n in range(MOST_LANGUAGES)}) == []
    assert paths(localizations={f"a-{n}": {} for n in range(MOST_LANGUAGES + 1)}) == ["localizations"]


def test_many_properties_are_checked_in_linear_time() -> None:
    assert_linear(lambda n: check({**CARD, **{f"p{i}": 1 for i in range(n)}}), 40_000)
    assert_linear(lambda n: check({**CARD, "phones": {f"p {i}": {"number": i} for i in range(n)}}), 50_000)
    assert_linear(lambda n: check({**CARD, "x" * n: 1, "a." * n: 2, "a" * n + ":": 3}), 100_000)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PLACES = ["name", "phones", "localizations", "anniversaries", "addresses", "media", "vCardProps", "speakToAs", "kind"]


@given(st.dictionaries(st.sampled_from(PLACES), VALUES | st.dictionaries(st.text(max_size=3), VALUES)))
def test_any_value_gets_an_answer(properties: dict[str, JSON]) -> None:
    assert isinstance(check({**CARD, **properties}), list)
