from angarium.formats.jscontact import members, sort_keys, texts
from angarium.formats.json import JSON

CARD: dict[str, JSON] = {
    "@type": "Card",
    "version": "2.0",
    "uid": "hidden",
    "kind": "individual",
    "name": {
        "full": "Dr. Ada-Marie King Noel",
        "components": [
            {"kind": "given", "value": "Ada"},
            {"kind": "separator", "value": "-"},
            {"kind": "given", "value": "Marie"},
            {"kind": "surname", "value": "King"},
            {"kind": "surname2", "value": "Noel"},
        ],
        "isOrdered": True,
        "sortAs": {"surname": "Byron"},
    },
    "nicknames": {"n": {"name": "Countess"}},
    "organizations": {"o": {"name": "Engine Ltd", "units": [{"name": "Notes"}]}},
    "emails": {"e": {"address": "ada@example.com", "label": "letters"}},
    "phones": {"p": {"number": "tel:+44-20 555;ext=7", "label": "desk"}},
    "onlineServices": {"s": {"service": "Mastodon", "user": "@ada", "uri": "https://example.com/@ada"}},
    "addresses": {"a": {"components": [{"kind": "locality", "value": "London"}], "full": "12 Square"}},
    "notes": {"n": {"note": "likes numbers"}},
    "keywords": {"friends": True},
    "media": {"m": {"kind": "photo", "uri": "data:image/png;base64,AAAA"}, "b": {"kind": "logo", "blobId": "B2"}},
    "localizations": {"ru": {"name/full": "Ада"}},
    "vCardProps": [["x-foo", {"x-bar": "no"}, "unknown", "kept"]],
    "example.com:x": {"y": ["vendor"]},
}


def test_each_filter_looks_where_the_rfc_says() -> None:
    found = texts(CARD)
    text = found.pop("text").split("\n")
    assert found == {
        "name": "Ada\nMarie\nKing\nNoel\nDr. Ada-Marie King Noel",
        "name/given": "Ada\nMarie",
        "name/surname": "King",
        "name/surname2": "Noel",
        "nickname": "Countess",
        "organization": "Engine Ltd",
        "email": "ada@example.com\nletters",
        "phone": "tel:+44-20 555;ext=7\n4420555\ndesk",
        "onlineService": "Mastodon\nhttps://example.com/@ada\n@ada",
        "address": "London\n12 Square",
        "note": "likes numbers",
    }
    # The whole card: all of these, and what has no filter of its own.
    assert not {line for lines in found.values() for line in lines.split("\n")} & set(text)
    assert {"Notes", "friends", "Ада", "kept", "vendor"} <= set(text)
    assert not {"hidden", "individual", "data:image/png;base64,AAAA", "Card", "no", "unknown"} & set(text)


def test_sorting_goes_by_sort_as_and_else_by_the_first_component() -> None:
    assert sort_keys(CARD) == {"name/given": "Ada", "name/surname": "Byron", "name/surname2": "Noel"}
    assert sort_keys({"name": {"full": "x"}}) == dict.fromkeys(sort_keys({}), None)


def test_members_are_listed() -> None:
    assert members({"members": {"b": True, "a": True}}) == ["b", "a"]


def test_cards_that_nobody_checked_have_words_too() -> None:
    odd: dict[str, JSON] = {
        "name": 5,
        "phones": [1],
        "emails": {"e": 5},
        "keywords": None,
        "vCardProps": {},
        "media": 1,
    }
    assert texts(odd) == {}
    assert members(odd) == []
