"""Every rule of strict mode from the client's side: who breaks it is told, and who keeps it is served."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from angarium.testing import RULES, Server, Snapshot, User
from angarium.testing.strict import Rule
from tests.client import CORE, Answer, Client
from tests.testing.client import client_of

_EVERY: Final[list[Rule[Any]]] = [*RULES.http, *RULES.body, *RULES.call, *RULES.object]
_BY_NAME: Final = {rule.name: rule for rule in _EVERY}


@dataclass(frozen=True)
class Http:
    """A request that breaks a rule about HTTP, and the change of its path or fields that mends it."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Body:
    """A body of an API request."""

    octets: bytes


@dataclass(frozen=True)
class Calls:
    """Method calls; `using` None names every capability. `ID` stands for ids of the account, see `filled`."""

    calls: tuple[tuple[str, dict[str, Any]], ...]
    using: tuple[str, ...] | None = None


def calls(*given: tuple[str, dict[str, Any]], using: tuple[str, ...] | None = None) -> Calls:
    return Calls(given, using)


def create(kind: str, /, **value: Any) -> Calls:
    return calls((f"{kind}/set", {"create": {"new": value}}))


def update(kind: str, identifier: str, /, **patch: Any) -> Calls:
    return calls((f"{kind}/set", {"update": {identifier: patch}}))


def email(**more: Any) -> Calls:
    return create("Email", **{"mailboxIds": {"INBOX": True}, **more})


def patch(identifier: str, value: dict[str, Any], kind: str = "Email") -> Calls:
    return calls((f"{kind}/set", {"update": {identifier: value}}))


def card(**more: Any) -> Calls:
    return create("ContactCard", **{"addressBookIds": {"BOOK": True}, "name": {"full": "Bob"}, **more})


def event(**more: Any) -> Calls:
    start = {"start": "2026-03-01T09:00:00", "duration": "PT1H", "title": "Tide"}
    return create("CalendarEvent", **{"calendarIds": {"CALENDAR": True}, **start, **more})


POINT: Final = "BMT6iHteYKdq3S10sg9SdrG6kKX9pKrTXdMOkeOnZS8NE9uQ-fNGQQfvoV4qsY6XLRGS1p3nfSztDXtL5QJxamE"


def push(**more: Any) -> Calls:
    given = {"deviceClientId": "a", "url": "https://push.example.com/1", "keys": {"p256dh": POINT, "auth": "A" * 22}}
    return create("PushSubscription", **{**given, **more})


def submission(**more: Any) -> Calls:
    envelope = {"mailFrom": {"email": "ann@example.com"}, "rcptTo": [{"email": "bob@example.net"}]}
    return create("EmailSubmission", **{"identityId": "IDENTITY", "emailId": "EMAIL", "envelope": envelope, **more})


def text_part(**more: Any) -> dict[str, Any]:
    return {"textBody": [{"partId": "1", "type": "text/plain", **more}], "bodyValues": {"1": {"value": "x"}}}


def body(**given: Any) -> Body:
    value = {"using": [CORE], "methodCalls": [["Core/echo", {}, "c"]], **given}
    return Body(json.dumps({name: inner for name, inner in value.items() if inner is not None}).encode())


def structure(**part: Any) -> dict[str, Any]:
    whole = {"partId": "1", "type": "text/plain", **part}
    return {"bodyStructure": whole, "bodyValues": {"1": {"value": "x"}}}


EVENTS: Final = "/jmap/eventsource/?types={}&closeafter={}&ping={}"
JSON_TYPE: Final = {"Content-Type": "application/json"}
ECHO: Final = json.dumps({"using": [CORE], "methodCalls": [["Core/echo", {}, "c"]]}).encode()
REFERENCE: Final = {"resultOf": "c0", "name": "Email/query", "path": "/ids"}
QUERY: Final[tuple[str, dict[str, Any]]] = ("Email/query", {})

Case = tuple[str, Http | Body | Calls, Http | Body | Calls]

CASES: Final[list[Case]] = [
    (
        "core.content-type",
        Http("POST", "/jmap", {"Content-Type": "text/plain"}, ECHO),
        Http("POST", "/jmap", {"Content-Type": "application/json; charset=utf-8"}, ECHO),
    ),
    ("core.template", Http("GET", EVENTS.format("*", "{closeafter}", 0)), Http("GET", "/jmap/")),
    (
        "core.upload-type",
        Http("POST", "/jmap/upload/ACCOUNT/", {}, b"x"),
        Http("POST", "/jmap/upload/ACCOUNT/", {"Content-Type": "text/plain"}, b"x"),
    ),
    (
        "core.download-type",
        Http("GET", "/jmap/download/ACCOUNT/BLOB/a?type="),
        Http("GET", "/jmap/download/ACCOUNT/BLOB/a?type=text/plain"),
    ),
    ("core.events-types", Http("GET", EVENTS.format("", "no", 0)), Http("GET", "/jmap/")),
    ("core.events-closeafter", Http("GET", EVENTS.format("*", "never", 0)), Http("GET", "/jmap/")),
    ("core.events-ping", Http("GET", EVENTS.format("*", "no", "often")), Http("GET", "/jmap/")),
    ("core.byte-order-mark", Body(b"\xef\xbb\xbf" + ECHO), Body(ECHO)),
    ("core.i-json", Body(b'{"using": [], "using": []}'), Body(ECHO)),
    ("core.request-object", Body(b'"request"'), Body(ECHO)),
    ("core.using", body(using=None), body()),
    ("core.using-known", body(using=[CORE, "urn:example:other"]), body()),
    ("core.method-calls", body(methodCalls=None), body()),
    ("core.invocation", body(methodCalls=[["Core/echo", {}]]), body()),
    ("core.max-calls", body(methodCalls=[["Core/echo", {}, str(n)] for n in range(33)]), body()),
    ("core.created-ids", body(createdIds={"a b": "c"}), body(createdIds={"a": "c"})),
    ("core.method-known", calls(("Email/fetch", {})), calls(QUERY)),
    ("core.method-in-use", calls(QUERY, using=(CORE,)), calls(QUERY)),
    ("core.account", calls(("Email/query", {"accountId": None})), calls(QUERY)),
    ("core.account-known", calls(("Email/query", {"accountId": "ann@example.com"})), calls(QUERY)),
    (
        "core.push-account",
        calls(("PushSubscription/get", {"accountId": "ACCOUNT", "ids": None})),
        calls(("PushSubscription/get", {"ids": None, "properties": ["types"]})),
    ),
    (
        "core.argument-twice",
        calls(QUERY, ("Email/get", {"ids": [], "#ids": REFERENCE})),
        calls(QUERY, ("Email/get", {"#ids": REFERENCE})),
    ),
    (
        "core.reference-shape",
        calls(QUERY, ("Email/get", {"#ids": {"resultOf": "c0", "path": "/ids"}})),
        calls(QUERY, ("Email/get", {"#ids": REFERENCE})),
    ),
    (
        "core.reference-earlier",
        calls(("Email/get", {"#ids": {**REFERENCE, "resultOf": "c1"}}), QUERY),
        calls(QUERY, ("Email/get", {"#ids": REFERENCE})),
    ),
    (
        "core.reference-path",
        calls(QUERY, ("Email/get", {"#ids": {**REFERENCE, "path": "ids"}})),
        calls(QUERY, ("Email/get", {"#ids": REFERENCE})),
    ),
    ("core.argument-known", calls(("Email/query", {"colapseThreads": True})), calls(QUERY)),
    ("core.argument-missing", calls(("Email/changes", {})), calls(("Email/changes", {"sinceState": "EMAIL_STATE"}))),
    ("core.id", calls(("Email/get", {"ids": ["a/b"]})), calls(("Email/get", {"ids": ["ab"]}))),
    (
        "core.creation-id",
        calls(("Mailbox/set", {"create": {"#new": {"name": "A"}}})),
        calls(("Mailbox/set", {"create": {"new": {"name": "A"}}})),
    ),
    (
        "core.creation-id-new",
        calls(("Mailbox/set", {"create": {"INBOX": {"name": "A"}}})),
        calls(("Mailbox/set", {"create": {"new": {"name": "A"}}})),
    ),
    (
        "core.max-objects-in-get",
        calls(("Email/get", {"ids": [f"x{n}" for n in range(1001)]})),
        calls(("Email/get", {"ids": []})),
    ),
    (
        "core.max-objects-in-set",
        calls(("Email/set", {"destroy": [f"x{n}" for n in range(501)]})),
        calls(("Email/set", {"destroy": []})),
    ),
    (
        "core.max-changes",
        calls(("Email/changes", {"sinceState": "EMAIL_STATE", "maxChanges": 0})),
        calls(("Email/changes", {"sinceState": "EMAIL_STATE", "maxChanges": 1})),
    ),
    ("core.limit", calls(("Email/query", {"limit": -1})), calls(("Email/query", {"limit": 1}))),
    (
        "core.filter-operator",
        calls(("Email/query", {"filter": {"operator": "XOR", "conditions": []}})),
        calls(("Email/query", {"filter": {"operator": "AND", "conditions": [{"from": "a"}]}})),
    ),
    (
        "core.filter-conditions",
        calls(("Email/query", {"filter": {"operator": "NOT", "conditions": {"from": "a"}}})),
        calls(("Email/query", {"filter": {"operator": "NOT", "conditions": [{"from": "a"}]}})),
    ),
    (
        "core.filter-known",
        calls(("Email/query", {"filter": {"sender": "a"}})),
        calls(("Email/query", {"filter": {"from": "a"}})),
    ),
    (
        "core.sort-property",
        calls(("Email/query", {"sort": [{"isAscending": True}]})),
        calls(("Email/query", {"sort": [{"property": "receivedAt"}]})),
    ),
    (
        "core.sort-known",
        calls(("Email/query", {"sort": [{"property": "date"}]})),
        calls(("Email/query", {"sort": [{"property": "sentAt"}]})),
    ),
    (
        "core.collation",
        calls(("Email/query", {"sort": [{"property": "subject", "collation": "i;basic"}]})),
        calls(("Email/query", {"sort": [{"property": "subject", "collation": "i;ascii-casemap"}]})),
    ),
    (
        "mail.sort-keyword",
        calls(("Email/query", {"sort": [{"property": "hasKeyword"}]})),
        calls(("Email/query", {"sort": [{"property": "hasKeyword", "keyword": "$seen"}]})),
    ),
    (
        "core.get-properties",
        calls(("Mailbox/get", {"ids": None, "properties": ["unread"]})),
        calls(("Mailbox/get", {"ids": None, "properties": ["unreadEmails"]})),
    ),
    (
        "core.copy-accounts",
        calls(("Email/copy", {"fromAccountId": "ACCOUNT", "create": {}})),
        calls(("Email/copy", {"fromAccountId": "OTHER", "create": {}})),
    ),
    (
        "core.copy-id",
        calls(("Email/copy", {"fromAccountId": "OTHER", "create": {"a": {"mailboxIds": {"INBOX": True}}}})),
        calls(("Email/copy", {"fromAccountId": "OTHER", "create": {}})),
    ),
    ("core.argument-type", calls(("Email/get", {"ids": "EMAIL"})), calls(("Email/get", {"ids": ["EMAIL"]}))),
    (
        "core.sinceState",
        calls(("Email/changes", {"sinceState": "new"})),
        calls(("Email/changes", {"sinceState": "EMAIL_STATE"})),
    ),
    (
        "core.sinceQueryState",
        calls(("Email/queryChanges", {"sinceQueryState": "new"})),
        calls(("Email/queryChanges", {"sinceQueryState": "EMAIL_STATE"})),
    ),
    (
        "core.ifInState",
        calls(("Email/set", {"ifInState": "new"})),
        calls(("Email/set", {"ifInState": "EMAIL_STATE"})),
    ),
    (
        "core.push-secrets",
        calls(("PushSubscription/get", {"ids": None, "properties": ["url"]})),
        calls(("PushSubscription/get", {"ids": None, "properties": ["expires"]})),
    ),
    ("core.push-url", push(url="http://push.example.com/1"), push()),
    ("core.push-keys", push(keys={"auth": "aa"}), push()),
    ("core.push-code", push(verificationCode="guessed"), push()),
    ("core.push-device", push(deviceClientId=""), push()),
    ("core.create-id", create("Mailbox", name="A", id="mine"), create("Mailbox", name="A")),
    ("core.create-server-set", create("Mailbox", name="A", totalEmails=0), create("Mailbox", name="A")),
    ("core.patch-slash", patch("EMAIL", {"/keywords/$seen": True}), patch("EMAIL", {"keywords/$seen": True})),
    (
        "core.patch-prefix",
        patch("EMAIL", {"keywords": {}, "keywords/$seen": True}),
        patch("EMAIL", {"keywords": {"$seen": True}}),
    ),
    (
        "core.patch-array",
        patch("IDENTITY", {"bcc/0": {"email": "a@example.com"}}, "Identity"),
        patch("IDENTITY", {"bcc": [{"email": "a@example.com"}]}, "Identity"),
    ),
    ("core.patch-escape", patch("EMAIL", {"keywords/a~b": True}), patch("EMAIL", {"keywords/a~0b": True})),
    ("core.property-known", create("Mailbox", name="A", colour="red"), create("Mailbox", name="A")),
    ("core.property-missing", create("Mailbox", role=None), create("Mailbox", name="A")),
    (
        "core.utc-date",
        patch("singleton", {"fromDate": "2026-01-31T09:00:00+01:00"}, "VacationResponse"),
        patch("singleton", {"fromDate": "2026-01-31T09:00:00Z"}, "VacationResponse"),
    ),
    (
        "core.date",
        patch("singleton", {"fromDate": "2026-01-31t09:00:00z"}, "VacationResponse"),
        patch("singleton", {"fromDate": "2026-01-31T09:00:00Z"}, "VacationResponse"),
    ),
    (
        "core.property-type",
        patch("singleton", {"isEnabled": "yes"}, "VacationResponse"),
        patch("singleton", {"isEnabled": True}, "VacationResponse"),
    ),
    (
        "mail.header-suffixes",
        calls(("Email/get", {"ids": [], "properties": ["header:Subject:all:asText"]})),
        calls(("Email/get", {"ids": [], "properties": ["header:Subject:asText:all"]})),
    ),
    (
        "mail.header-form",
        calls(("Email/get", {"ids": [], "properties": ["header:From:asDate"]})),
        calls(("Email/get", {"ids": [], "properties": ["header:From:asAddresses"]})),
    ),
    (
        "mail.filter-header",
        calls(("Email/query", {"filter": {"header": ["Subject", "a", "b"]}})),
        calls(("Email/query", {"filter": {"header": ["Subject", "a"]}})),
    ),
    ("mail.keywords-true", patch("EMAIL", {"keywords/$seen": False}), patch("EMAIL", {"keywords/$seen": None})),
    ("mail.keyword-backslash", patch("EMAIL", {"keywords/\\Seen": True}), patch("EMAIL", {"keywords/$seen": True})),
    ("mail.keyword-characters", patch("EMAIL", {"keywords/a b": True}), patch("EMAIL", {"keywords/a_b": True})),
    ("mail.mailboxes-true", email(mailboxIds={"INBOX": False}), email()),
    ("mail.mailboxes-some", patch("EMAIL", {"mailboxIds": {}}), patch("EMAIL", {"mailboxIds": {"INBOX": True}})),
    ("mail.create-headers", email(headers=[]), email(subject="a")),
    ("mail.header-twice", email(**{"subject": "a", "header:Subject": " b"}), email(subject="a")),
    ("mail.create-header-form", email(**{"header:From:asText": "a"}), email(**{"header:X-A:asText": "a"})),
    ("mail.content-fields", email(**{"header:Content-Language:asText": "de"}), email()),
    ("mail.structure-alone", email(**{**structure(), **text_part()}), email(**structure())),
    (
        "mail.structure-fields",
        email(**{"header:X-A": " a"}, **structure(**{"header:X-A": " b"})),
        email(**{"header:X-A": " a"}, **structure(**{"header:X-B": " b"})),
    ),
    ("mail.textBody-one", email(**text_part(type="text/html")), email(**text_part())),
    (
        "mail.htmlBody-one",
        email(htmlBody=[{"partId": "1", "type": "text/plain"}], bodyValues={"1": {"value": "x"}}),
        email(htmlBody=[{"partId": "1", "type": "text/html"}], bodyValues={"1": {"value": "x"}}),
    ),
    ("mail.part-or-blob", email(**text_part(blobId="BLOB")), email(**text_part())),
    ("mail.part-value", email(**{**text_part(), "bodyValues": {}}), email(**text_part())),
    ("mail.part-charset", email(**text_part(charset="utf-8")), email(**text_part())),
    ("mail.part-size", email(**text_part(size=1)), email(**text_part())),
    (
        "mail.part-transfer-encoding",
        email(**text_part(**{"header:Content-Transfer-Encoding": " 8bit"})),
        email(**text_part()),
    ),
    (
        "mail.value-flags",
        email(**{**text_part(), "bodyValues": {"1": {"value": "x", "isTruncated": True}}}),
        email(**{**text_part(), "bodyValues": {"1": {"value": "x", "isTruncated": False}}}),
    ),
    (
        "mail.sub-parts",
        email(bodyStructure={"type": "text/plain", "subParts": []}),
        email(bodyStructure={"type": "multipart/mixed", "subParts": [{"blobId": "BLOB", "type": "a/b"}]}),
    ),
    ("mail.mailbox-name", create("Mailbox", name=""), create("Mailbox", name="A")),
    ("mail.mailbox-name-length", create("Mailbox", name="A" * 256), create("Mailbox", name="A")),
    ("mail.mailbox-name-form", create("Mailbox", name="u\u0308"), create("Mailbox", name="ü")),
    ("mail.role-name", create("Mailbox", name="A", role="\\All"), create("Mailbox", name="A", role="all")),
    ("mail.role-case", create("Mailbox", name="A", role="All"), create("Mailbox", name="A", role="all")),
    ("mail.sort-order", create("Mailbox", name="A", sortOrder=-1), create("Mailbox", name="A", sortOrder=1)),
    ("mail.undo-create", submission(undoStatus="pending"), submission()),
    (
        "mail.undo-update",
        update("EmailSubmission", "SUBMISSION", undoStatus="final"),
        update("EmailSubmission", "HELD", undoStatus="canceled"),
    ),
    (
        "mail.submission-update",
        update("EmailSubmission", "SUBMISSION", emailId="EMAIL"),
        update("EmailSubmission", "HELD", undoStatus="canceled"),
    ),
    (
        "mail.envelope-recipients",
        submission(envelope={"mailFrom": {"email": "ann@example.com"}, "rcptTo": []}),
        submission(),
    ),
    (
        "mail.on-success",
        calls(("EmailSubmission/set", {"onSuccessDestroyEmail": ["#none"]})),
        calls(("EmailSubmission/set", {"onSuccessDestroyEmail": []})),
    ),
    (
        "mail.identity-email",
        patch("IDENTITY", {"email": "other@example.com"}, "Identity"),
        patch("IDENTITY", {"name": "Ann"}, "Identity"),
    ),
    (
        "mail.vacation-destroy",
        calls(("VacationResponse/set", {"destroy": ["singleton"]})),
        patch("singleton", {"isEnabled": False}, "VacationResponse"),
    ),
    (
        "mail.vacation-create",
        create("VacationResponse", isEnabled=True),
        patch("singleton", {"isEnabled": False}, "VacationResponse"),
    ),
    (
        "mail.vacation-id",
        patch("v1", {"isEnabled": True}, "VacationResponse"),
        patch("singleton", {"isEnabled": False}, "VacationResponse"),
    ),
    (
        "contacts.set-default",
        calls(("AddressBook/set", {"onSuccessSetIsDefault": "#none"})),
        calls(("AddressBook/set", {"onSuccessSetIsDefault": "BOOK"})),
    ),
    ("contacts.book-name", create("AddressBook", name=""), create("AddressBook", name="A")),
    ("contacts.book-order", create("AddressBook", name="A", sortOrder=2**31), create("AddressBook", name="A")),
    ("contacts.book-default", create("AddressBook", name="A", isDefault=True), create("AddressBook", name="A")),
    ("contacts.books-true", card(addressBookIds={"BOOK": False}), card()),
    ("contacts.books-some", card(addressBookIds={}), card()),
    ("contacts.card-type", card(**{"@type": "vCard"}), card(**{"@type": "Card"})),
    ("contacts.members", card(members={"a": True}), card(members={"a": True}, kind="group")),
    (
        "contacts.media-source",
        card(media={"m": {"kind": "photo"}}),
        card(media={"m": {"kind": "photo", "uri": "https://example.com/a.png"}}),
    ),
    ("calendars.local-time", event(start="2026-03-01T09:00:00Z"), event()),
    ("calendars.calendars-true", event(calendarIds={"CALENDAR": False}), event()),
    ("calendars.calendars-some", event(calendarIds={}), event()),
]

WARNINGS: Final[list[tuple[str, Http | Body | Calls]]] = [
    ("core.events-accept", Http("GET", EVENTS.format("Email", "state", 0), {"Last-Event-ID": "0", "Accept": "a/b"})),
    ("core.call-ids-differ", body(methodCalls=[["Core/echo", {}, "c"], ["Core/echo", {}, "c"]])),
    ("core.ids-differ", calls(("Email/get", {"ids": ["x", "x"]}))),
    ("core.anchor-offset", calls(("Email/query", {"anchorOffset": 1}))),
    ("core.push-unencrypted", push(keys=None)),
    ("mail.keyword-case", patch("EMAIL", {"keywords/$Seen": True})),
    ("contacts.media-type", card(media={"m": {"kind": "photo", "blobId": "BLOB"}})),
]


@pytest.fixture(scope="module")
def strict() -> Iterator[Server]:
    with Server(strict=True) as server:
        yield server


@pytest.fixture(scope="module")
def ids(strict: Server) -> dict[str, str]:
    """What stands for words in the cases: ids in the account of Ann, and of another who lets her in."""
    ann, bob = strict.add_user("ann@example.com"), strict.add_user("bob@example.com")
    bob.share_with(ann)
    inbox = next(box["id"] for box in ann.stored("Mailbox") if box["role"] == "inbox")
    message = ann.add_message(b"Subject: a\r\nFrom: ann@example.com\r\n\r\nx\r\n")
    (kept,) = ann.stored("Email")
    identity, book, calendar = (ann.stored(kind)[0]["id"] for kind in ("Identity", "AddressBook", "Calendar"))
    client = client_of(strict, ann)
    client.mailboxes()  # a client knows these ids
    client.call("Email/query")
    held = {"parameters": {"HOLDFOR": "3600"}, "email": "ann@example.com"}
    sent = ann.call("EmailSubmission/set", {"create": {"a": _submission(identity, message, held)}})["created"]["a"][
        "id"
    ]
    return {
        "ACCOUNT": ann.account,
        "OTHER": bob.account,
        "INBOX": inbox,
        "EMAIL": message,
        "BLOB": kept["blobId"],
        "IDENTITY": identity,
        "BOOK": book,
        "CALENDAR": calendar,
        "SUBMISSION": sent,
        "HELD": sent,
        "EMAIL_STATE": ann.call("Email/get", {"ids": []})["state"],
    }


def _submission(identity: str, message: str, sender: dict[str, Any]) -> dict[str, Any]:
    envelope = {"mailFrom": sender, "rcptTo": [{"email": "bob@example.net"}]}
    return {"identityId": identity, "emailId": message, "envelope": envelope}


@pytest.fixture(scope="module")
def beginning(strict: Server, ids: dict[str, str]) -> Snapshot:
    return strict.snapshot()


@pytest.fixture
def asking(strict: Server, beginning: Snapshot) -> Client:
    """Ann, on a server where nothing has happened since the beginning."""
    strict.restore(beginning)
    return client_of(strict, strict.user("ann@example.com"))


def filled(value: Any, ids: dict[str, str]) -> Any:
    """The value with the words that stand for ids replaced."""
    match value:
        case dict():
            return {filled(key, ids): filled(inner, ids) for key, inner in value.items()}
        case list():
            return [filled(inner, ids) for inner in value]
        case str():
            return ids.get(value, value)
    return value


def ask(client: Client, ids: dict[str, str], wanted: Http | Body | Calls) -> Answer:
    match wanted:
        case Http():
            path = wanted.path
            for word, identifier in ids.items():
                path = path.replace(word, identifier)
            return client.send(wanted.method, path, wanted.body, wanted.headers)
        case Body():
            return client.post(wanted.octets)
        case Calls():
            urns = list(client.session["capabilities"]) if wanted.using is None else list(wanted.using)
            filled_calls = [_call(name, given, index, ids) for index, (name, given) in enumerate(wanted.calls)]
            return client.post(json.dumps({"using": urns, "methodCalls": filled_calls}).encode())


def _call(name: str, given: dict[str, Any], index: int, ids: dict[str, str]) -> list[Any]:
    account = {} if name.startswith("PushSubscription") else {"accountId": ids["ACCOUNT"]}
    return [name, {**account, **filled(given, ids)}, f"c{index}"]


def errors(answer: Answer) -> list[dict[str, Any]]:
    """Every error in an answer, of whatever scope."""
    if answer.status >= 300 or answer.headers["content-type"].startswith("application/problem"):
        return [answer.json()]
    told = answer.json() if answer.headers["content-type"].startswith("application/json") else {}
    found = []
    for name, arguments, _ in told.get("methodResponses", ()):
        found += [arguments] if name == "error" else []
        for refused in ("notCreated", "notUpdated", "notDestroyed"):
            found += (arguments.get(refused) or {}).values()
    return found


NAMES: Final = [name for name, _, _ in CASES]


@pytest.mark.parametrize(("name", "broken"), [(name, broken) for name, broken, _ in CASES], ids=NAMES)
def test_who_breaks_a_rule_is_told_which_section_and_what_to_do(
    asking: Client, ids: dict[str, str], name: str, broken: Http | Body | Calls
) -> None:
    rule = _BY_NAME[name]
    assert rule.error is not None
    told = errors(ask(asking, ids, broken))
    found = [error for error in told if f"rule {name})" in error.get("description", error.get("detail", ""))]
    assert found, told
    assert found[0]["type"].removeprefix("urn:ietf:params:jmap:error:") == rule.error
    text = found[0].get("description") or found[0]["detail"]
    assert rule.section in text
    assert rule.remedy in text


@pytest.mark.parametrize(("name", "kept"), [(name, kept) for name, _, kept in CASES], ids=NAMES)
def test_who_keeps_it_is_served(asking: Client, ids: dict[str, str], name: str, kept: Http | Body | Calls) -> None:
    answer = ask(asking, ids, kept)
    assert answer.status in (200, 201), (name, answer)
    assert errors(answer) == [], name


@pytest.mark.parametrize(("name", "broken"), WARNINGS, ids=[one[0] for one in WARNINGS])
def test_who_does_not_keep_a_should_is_served_and_warned(
    strict: Server, asking: Client, ids: dict[str, str], name: str, broken: Http | Body | Calls
) -> None:
    answer = ask(asking, ids, broken)
    assert answer.status == 200
    (warned,) = [warning for warning in strict.warnings if warning.rule == name]
    assert _BY_NAME[name].section == warned.section
    assert _BY_NAME[name].remedy in warned.text


def test_there_are_many_rules_and_a_case_for_each() -> None:
    assert {name for name, _, _ in CASES} | {name for name, _ in WARNINGS} == _BY_NAME.keys()
    assert len(CASES) >= 100
    assert all(rule.remedy.endswith(".") for rule in _EVERY)


def test_every_state_that_the_server_tells_may_be_given_back(asking: Client) -> None:
    kinds = ("Email", "Mailbox", "Thread", "Identity", "EmailSubmission", "ContactCard", "AddressBook", "CalendarEvent")
    for kind in kinds:
        state = asking.call(f"{kind}/get", {"ids": []})["state"]
        assert asking.call(f"{kind}/changes", {"sinceState": state})["newState"] == state
    for kind in ("Email", "Mailbox", "EmailSubmission", "ContactCard", "CalendarEvent"):
        answer = asking.call(f"{kind}/query")
        if answer["canCalculateChanges"]:
            since = {"sinceQueryState": answer["queryState"]}
            assert asking.call(f"{kind}/queryChanges", since)["newQueryState"] == answer["queryState"]


def test_other_objects_of_a_call_are_done(asking: Client, strict: Server) -> None:
    answer = asking.call("Mailbox/set", {"create": {"good": {"name": "Good"}, "bad": {"name": ""}}})
    assert list(answer["created"]) == ["good"]
    assert list(answer["notCreated"]) == ["bad"]
    user: User = strict.user("ann@example.com")
    assert "Good" in [box["name"] for box in user.stored("Mailbox")]


def test_a_server_that_is_not_strict_leaves_these_rules_alone(jmap_server: Server) -> None:
    client = client_of(jmap_server, jmap_server.add_user("ann"))
    answer = client.error("Email/query", {"limit": -1})
    assert "rule" not in answer["description"]
    assert jmap_server.warnings == []
