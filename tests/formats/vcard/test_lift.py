import pytest

from angarium.formats.contentline import Line, parse_line, read, write_line
from angarium.formats.vcard.lift import lift


def lifted(*lines: str, version: str = "3.0") -> list[str]:
    octets = "\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD"]).encode()
    found = lift(read(octets).components[0])[1:]
    return [write_line(line).decode().replace("\r\n ", "").removesuffix("\r\n") for line in found]


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("N:Doe;John;Richter,James;;", "N:Doe;John;Richter\\,James;;"),
        ("NOTE:C:\\temp\\; and\\nso, on", "NOTE:C:\\\\temp\\; and\\nso\\, on"),
        ("CATEGORIES:a,b", "CATEGORIES:a,b"),
        ("TEL;WORK;VOICE:1", "TEL;TYPE=WORK,VOICE:1"),
        ("TEL;PREF;CELL:1", "TEL;PREF=1;TYPE=CELL:1"),
        ("EMAIL;PREF;INTERNET:a@b", "EMAIL;PREF=1:a@b"),
        ("NOTE;QUOTED-PRINTABLE:a=0D=0Ab=2C=C3=A9", "NOTE:a\\nb\\,é"),
        ("NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-5:=D0", "NOTE:а"),
        ("NOTE;CHARSET=us-ascii;ENCODING=8BIT:a", "NOTE:a"),
        ("URL;ENCODING=QUOTED-PRINTABLE:http://e.com/=3Fa", "URL:http://e.com/?a"),
        ("PHOTO;JPEG;ENCODING=BASE64:AAAA", "PHOTO:data:image/jpeg;base64,AAAA"),
        ("PHOTO;ENCODING=BASE64:/9j/4AAQ", "PHOTO:data:image/jpeg;base64,/9j/4AAQ"),
        ("KEY;X509;BASE64:AAAA", "KEY:data:application/pkix-cert;base64,AAAA"),
        ("PHOTO;VALUE=URL;TYPE=GIF:http://e.com/a", "PHOTO;VALUE=URL;MEDIATYPE=image/gif:http://e.com/a"),
        ("SOUND;BASE64:AAAA", "SOUND:data:application/octet-stream;base64,AAAA"),
        ("GEO:37.24,-17.85", "GEO:geo:37.24,-17.85"),
    ],
)
def test_version_2_1_is_lifted(line: str, made: str) -> None:
    assert lifted(line, version="2.1") == [made]


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("N:Doe;John;Richter,James;;", "N:Doe;John;Richter,James;;"),
        ("PHOTO;ENCODING=b;TYPE=PNG:AA AA", "PHOTO:data:image/png;base64,AAAA"),
        ("TEL;TYPE=iPhone,main:1", "TEL;TYPE=cell,iphone,main-number:1"),
        ("GEO:1.5;-2", "GEO:geo:1.5,-2"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-21", "BDAY:--0521"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1605-05-21", "BDAY;X-APPLE-OMIT-YEAR=1604:1605-05-21"),
        ("AGENT;VALUE=uri:cid:1", "RELATED;TYPE=agent:cid:1"),
        ("AGENT:Susan", "RELATED;VALUE=text;TYPE=agent:Susan"),
        ("X-AIM;TYPE=HOME:me", "SOCIALPROFILE;TYPE=HOME;VALUE=text;SERVICE-TYPE=AIM:me"),
        ("X-SOCIALPROFILE;type=twitter;x-user=me:http://t.com/me", "SOCIALPROFILE;USERNAME=me;SERVICE-TYPE=twitter:http://t.com/me"),
        ("IMPP;X-SERVICE-TYPE=Skype:skype:me", "IMPP;SERVICE-TYPE=Skype:skype:me"),
        ("X-SPOUSE:Ann", "RELATED;VALUE=text;TYPE=spouse:Ann"),
        ("X-ANNIVERSARY:2020-01-02", "ANNIVERSARY:2020-01-02"),
        ("X-ANNIVERSARY:soon", "X-ANNIVERSARY:soon"),
        ("X-ABSHOWAS:COMPANY", "KIND:org"),
        ("X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1", "MEMBER:urn:uuid:1"),
        ("LABEL;TYPE=home:1 Road\\nTown", "ADR;TYPE=home;LABEL=1 Road^nTown:;;;;;;"),
        ("MAILER:x", "MAILER:x"),
        ("X-ABRELATEDNAMES:Ann", "X-ABRELATEDNAMES:Ann"),
    ],
)  # fmt: skip
def test_version_3_and_what_vendors_write_is_lifted(line: str, made: str) -> None:
    assert lifted(line) == [made]


def test_labels_tell_dates_and_relatives() -> None:
    assert lifted("i.X-ABDATE:2020-01-02", "i.X-ABLabel:_$!<Anniversary>!$_") == ["ANNIVERSARY:2020-01-02"]
    assert lifted("i.X-ABRELATEDNAMES:Ann", "i.X-ABLabel:_$!<Mother>!$_") == [
        "RELATED;VALUE=text;TYPE=parent;X-ORIGINAL=Mother:Ann"
    ]
    kept = ["i.X-ABRELATEDNAMES:Ann", "i.X-ABLABEL:Godmother"]
    assert lifted(*kept) == kept
    shared = ["i.X-ABDATE:2020-01-02", "i.X-ABLABEL:Anniversary", "i.X-FOO:1"]
    assert lifted(*shared) == ["i.ANNIVERSARY:2020-01-02", *shared[1:]]


def test_an_anniversary_told_twice_is_one() -> None:
    assert lifted("X-ANNIVERSARY:2020-01-02", "X-EVOLUTION-ANNIVERSARY:2020-01-02") == ["ANNIVERSARY:2020-01-02"]


def test_a_label_belongs_to_the_address_of_its_types() -> None:
    lines = lifted("LABEL;TYPE=work:W", "ADR;TYPE=home:;;a", "ADR;TYPE=WORK:;;b", "LABEL;TYPE=home:H")
    assert lines == ["ADR;TYPE=home;LABEL=H:;;a", "ADR;TYPE=WORK;LABEL=W:;;b"]


def test_a_country_belongs_to_the_address_of_its_group() -> None:
    assert lifted("i.X-ABADR:de", "i.ADR:;;a") == ["i.ADR;CC=de:;;a"]
    assert lifted("i.X-ABADR:some text", "i.ADR:;;a") == ["i.X-ABADR:some text", "i.ADR:;;a"]
    assert lifted("i.X-ABADR:de", "ADR:;;a") == ["ADR:;;a", "i.X-ABADR:de"]


def test_how_a_name_is_spoken_is_a_second_name() -> None:
    assert lifted("X-PHONETIC-FIRST-NAME:Jon", "N:Do;John;;;", "X-PHONETIC-LAST-NAME:ドゥ") == [
        "N;ALTID=n:Do;John;;;",
        "N;ALTID=n;PHONETIC=script;SCRIPT=Zyyy:ドゥ;Jon;",
    ]
    assert lifted("N:Do;;;;", "X-PHONETIC-FIRST-NAME:Jon") == ["N:Do;;;;", "X-PHONETIC-FIRST-NAME:Jon"]
    assert lifted("X-PHONETIC-LAST-NAME:ドゥ", "N:Do") == [
        "N;ALTID=n:Do",
        "N;ALTID=n;PHONETIC=script;SCRIPT=Hrkt:ドゥ;;",
    ]


def test_what_a_name_sorts_by_goes_to_the_name() -> None:
    assert lifted("SORT-STRING:a\\,b", "N:Do") == ['N;SORT-AS="a\\,b":Do']
    assert lifted("SORT-STRING:a") == ["SORT-STRING:a"]


@pytest.mark.parametrize(
    "lines", [["AGENT:BEGIN:VCARD\\nFN:Sue\\nEND:VCARD\\n"], ["AGENT:", "BEGIN:VCARD", "FN:Sue", "END:VCARD"]]
)
def test_a_card_inside_a_card_is_related_and_kept(lines: list[str]) -> None:
    [related, whole] = [parse_line(line) for line in lifted(*lines)]
    assert related == Line("RELATED", "Sue", {"VALUE": ["text"], "TYPE": ["agent"]})
    assert (whole.name, whole.value) == ("X-AGENT", "BEGIN:VCARD\\nFN:Sue\\nEND:VCARD\\n")
