"""Random iCalendar that is nearly right: properties and components from a pool, in any order, some damaged."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

LINES = [
    "UID:u1",
    "UID:two@example.com",
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260105T090000Z",
    "DTSTART:20260105T090000",
    "DTSTART;TZID=Europe/Vienna:20260329T023000",
    "DTSTART;TZID=W. Europe Standard Time;X-A=b:20260105T090000",
    "DTSTART;TZID=Made/Up:20260705T090000",
    "DTSTART;TZID=Odd/Zone:20260105T090000",
    "DTSTART;TZID=Nowhere:20260105T090000",
    "DTSTART;VALUE=DATE:20260105",
    "DTSTART:00010101T000000",
    "DTSTART:99991231T235959Z",
    "DTEND:20260105T100000Z",
    "DTEND;TZID=Asia/Tokyo:20260329T230000",
    "DTEND;TZID=Odd/Zone:20260105T110000",
    "DTEND;VALUE=DATE:20260107",
    "DTEND;VALUE=DATE:20260105",
    "DTEND:20250101T000000Z",
    "DURATION:PT1H",
    "DURATION:P1W",
    "DURATION:PT1H5S",
    "DURATION:-PT1H",
    "DUE:20260110T120000Z",
    "DUE;VALUE=DATE:20260110",
    "DUE;TZID=America/New_York:20261101T013000",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260601T000000Z",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=5",
    "RRULE:FREQ=DAILY;UNTIL=20260201",
    "RRULE:FREQ=SOMETIMES",
    "RRULE:FREQ=DAILY;INTERVAL=0",
    "RRULE:FREQ=MONTHLY;RSCALE=CHINESE",
    "RDATE:20260301T090000Z,20260302T090000Z",
    "RDATE;VALUE=DATE:20260301",
    "RDATE;VALUE=PERIOD:20260303T090000Z/PT2H,20260304T090000Z/20260304T120000Z",
    "RDATE:never",
    "EXDATE;TZID=Europe/Vienna:20260112T090000",
    "EXDATE;VALUE=DATE:20260107",
    "EXDATE:20260112T090000Z",
    "RECURRENCE-ID:20260112T090000Z",
    "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Vienna:20260119T090000",
    "RECURRENCE-ID;VALUE=DATE:20260107",
    "SEQUENCE:3",
    "SEQUENCE:many",
    "STATUS:CONFIRMED",
    "STATUS:IN-PROCESS",
    "SUMMARY;LANGUAGE=de;ALTREP=\"x:y\":Treffen\\, heute",
    "SUMMARY:Plain",
    "DESCRIPTION:Line\\nline",
    "DESCRIPTION;DERIVED=TRUE:copy",
    "STYLED-DESCRIPTION;VALUE=TEXT;FMTTYPE=text/html:<b>x</b>",
    "STYLED-DESCRIPTION;VALUE=URI:https://example.com/",
    "LOCATION:Room\\; 1",
    "LOCATION;ALTREP=\"https://example.com/\";JSID=loc1:Hall",
    "LOCATION;DERIVED=TRUE:Bar",
    "GEO:48.2;16.37",
    "GEO;JSID=loc1:1;2",
    "GEO:north",
    "CATEGORIES:a,b\\,c",
    "CATEGORIES;LANGUAGE=en:d",
    "CLASS:PRIVATE",
    "CLASS:X-ODD",
    "TRANSP:TRANSPARENT",
    "PRIORITY:5",
    "PRIORITY:55",
    "COLOR:maroon",
    "COLOR:not a colour",
    "CREATED:20250101T000000Z",
    "CREATED:yesterday",
    "LAST-MODIFIED:20250102T000000Z",
    "URL:https://example.com/x",
    "CONCEPT:https://example.com/c",
    "CONCEPT:nothing",
    "CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Join:https://meet.example.com/1",
    "CONFERENCE;JSID=c1:tel:+1-555",
    "ATTACH:https://example.com/foo.pdf",
    "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:aGVsbG8=",
    "ATTACH;ENCODING=BASE64;VALUE=BINARY:%%%",
    "ATTACH;FILENAME=a b;MANAGED-ID=1;SIZE=12:https://example.com/bar",
    "IMAGE;VALUE=URI;DISPLAY=BADGE:https://example.com/i.png",
    "IMAGE;VALUE=URI:https://example.com/j.png",
    "LINK;VALUE=URI;LINKREL=SOURCE:https://example.com/l",
    "LINK;VALUE=XML-REFERENCE:https://example.com/m",
    "RELATED-TO;RELTYPE=CHILD:other",
    "RELATED-TO:other",
    "RELATED-TO;RELTYPE=Parent,X-Y:a/b~c",
    "ORGANIZER;CN=Olga;SENT-BY=\"mailto:s@example.com\":mailto:o@example.com",
    "ORGANIZER:MAILTO:a@example.com",
    "ORGANIZER:invalid",
    "ATTENDEE;RSVP=TRUE;PARTSTAT=TENTATIVE;CN=Anna;X-NUM-GUESTS=0:mailto:a@example.com",
    "ATTENDEE;ROLE=CHAIR;CUTYPE=ROOM;MEMBER=\"mailto:g@example.com\":mailto:o@example.com",
    "ATTENDEE;ROLE=OWNER;CUTYPE=X-BOT;DELEGATED-TO=\"mailto:a@example.com\",\"bad\":mailto:c@example.com",
    "ATTENDEE;PARTSTAT=COMPLETED;EMAIL=d@example.com;JSID=d1:urn:uuid:1",
    "ATTENDEE:",
    "PERCENT-COMPLETE:40",
    "ESTIMATED-DURATION:PT2H",
    "COMPLETED:20260101T000000Z",
    "SHOW-WITHOUT-TIME;VALUE=BOOLEAN:TRUE",
    "X-FOO;X-P=1:a\\,b,c;d",
    "REQUEST-STATUS:2.0;Success",
    "RESOURCES:one,two",
    "STRUCTURED-DATA;VALUE=TEXT;FMTTYPE=application/json:{\\\"a\\\":1}",
    "JSPROP;JSPTR=\"example.com:foo\":{\"a\":[1\\,2]}",
    "JSPROP;JSPTR=\"title\":5",
    "JSPROP;JSPTR=\"status\":7",
    "JSPROP;JSPTR=\"links/none/x\":1",
    "EMPTY:",
    "no colon at all",
]  # fmt: skip
ALARM = [
    "TRIGGER:-PT15M",
    "TRIGGER;RELATED=END:-P0DT0H10M0S",
    "TRIGGER;VALUE=DATE-TIME:20260105T080000Z",
    "TRIGGER:soon",
    "UID:a1",
    "UID:a two",
    "JSID:j1",
    "ACTION:DISPLAY",
    "ACTION:AUDIO",
    "ACTION:EMAIL",
    "DESCRIPTION:Wake up",
    "DESCRIPTION;DERIVED=TRUE:Reminder",
    "SUMMARY:s",
    "REPEAT:2147483648",
    "DURATION:PT5M",
    "ATTENDEE:mailto:a@example.com",
    "ACKNOWLEDGED:20260105T081000Z",
    "RELATED-TO;RELTYPE=SNOOZE:a1",
    "RELATED-TO;RELTYPE=SNOOZE:zzz",
    "JSPROP;JSPTR=\"example.com:x\":true",
]  # fmt: skip
PLACE = [
    "UID:p1",
    "JSID:pl",
    "NAME:Bar",
    "NAME;LANGUAGE=en:Foo",
    "LOCATION-TYPE:bar,cafe",
    "COORDINATES;VALUE=URI:geo:1,2",
    "GEO:3;4",
    "STRUCTURED-DATA;VALUE=URI:https://example.com/v.vcf",
    "ATTACH:https://example.com/p",
    "X-Q:1",
]
PERSON = [
    "UID:q1",
    "JSID:pe",
    "CALENDAR-ADDRESS:mailto:a@example.com",
    "CALENDAR-ADDRESS:mailto:z@example.com",
    "SUMMARY:Zoe",
    "DESCRIPTION:d",
    "STYLED-DESCRIPTION;FMTTYPE=text/html:<i>d</i>",
    "PARTICIPANT-TYPE:SPEAKER",
    "PERCENT-COMPLETE:20",
    "URL:https://example.com/q",
]
ZONES = """BEGIN:VTIMEZONE
TZID:Made/Up
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VTIMEZONE
TZID:Odd/Zone
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:-0741
TZOFFSETTO:-0741
END:STANDARD
END:VTIMEZONE
""".splitlines()


def component(name: str, pool: list[str], most: int) -> SearchStrategy[list[str]]:
    lines = st.lists(st.sampled_from(pool), max_size=most)
    return lines.map(lambda found: [f"BEGIN:{name}", *found, f"END:{name}"])


def entries(name: str) -> SearchStrategy[list[str]]:
    lines = st.lists(st.sampled_from(LINES), min_size=1, max_size=14)
    inner = st.lists(
        component("VALARM", ALARM, 6)
        | component("VLOCATION", PLACE, 5)
        | component("PARTICIPANT", PERSON, 5)
        | component("X-ODD", ["UID:x", "X-Z;A=b:1"], 2),
        max_size=3,
    )
    return st.tuples(lines, inner).map(
        lambda found: [f"BEGIN:{name}", *found[0], *(line for each in found[1] for line in each), f"END:{name}"]
    )


def _file(found: tuple[list[list[str]], list[str]]) -> bytes:
    made, outer = found
    made = [
        each if {"UID:u1", "UID:two@example.com"} & set(each) else [each[0], f"UID:n{number}", *each[1:]]
        for number, each in enumerate(made)
    ]
    inside = [*outer, *ZONES, *(line for each in made for line in each)]
    return "\r\n".join(["BEGIN:VCALENDAR", "PRODID:-//T//T//EN", *inside, "END:VCALENDAR", ""]).encode()


OUTER = [
    "VERSION:2.0",
    "METHOD:REQUEST",
    "NAME;LANGUAGE=en:Mine",
    "COLOR:red",
    "X-WR-CALNAME:Old",
    "SOURCE;VALUE=URI:https://example.com/c.ics",
    "REFRESH-INTERVAL;VALUE=DURATION:P1D",
    "LAST-MODIFIED:20260101T000000Z",
    "CATEGORIES:x",
    "DESCRIPTION:About",
    "UID:cal",
    "ATTACH:https://example.com/g",
]
files: SearchStrategy[bytes] = st.tuples(
    st.lists(
        entries("VEVENT")
        | entries("VEVENT")
        | entries("VTODO")
        | component("VJOURNAL", ["SUMMARY:j", "DTSTART:20260101"], 2)
        | component("VFREEBUSY", ["FREEBUSY:20260101T000000Z/PT1H"], 1),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.sampled_from(OUTER), max_size=5),
).map(_file)
"""Files of which many are whole."""

damaged: SearchStrategy[bytes] = st.tuples(
    files, st.lists(st.tuples(st.integers(0, 900), st.integers(0, 40), st.binary(max_size=6)), max_size=6)
).map(lambda found: _hurt(*found))


def _hurt(octets: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for at, cut, put in edits:
        octets = octets[:at] + put + octets[at + cut :]
    return octets
