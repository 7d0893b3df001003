"""Rules about HTTP requests and the bodies of API requests (RFC 8620 §1.5, §2, §3, §6, §7.3)."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs, unquote

from angarium.engine.errors import RequestErrorType
from angarium.formats.json import JSON
from angarium.formats.primitives import is_id
from angarium.testing.strict.rule import BodyLook, HttpLook, Rule, Rules, as_list

_NOT_JSON: Final = RequestErrorType.NOT_JSON
_NOT_REQUEST: Final = RequestErrorType.NOT_REQUEST
_API: Final = ("/jmap", "/jmap/")
_UPLOAD: Final = "/jmap/upload/"
_DOWNLOAD: Final = "/jmap/download/"
_EVENTS: Final = ("/jmap/eventsource", "/jmap/eventsource/")
_VARIABLE: Final = re.compile(r"\{[A-Za-z]+\}")


def _type_of(look: HttpLook) -> str:
    return look.headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")


def _api_type(look: HttpLook) -> str | None:
    if look.method != "POST" or look.path not in _API or _type_of(look) == "application/json":
        return None
    return f"The Content-Type is {_type_of(look) or 'missing'}"


def _upload_type(look: HttpLook) -> str | None:
    wrong = look.method == "POST" and look.path.startswith(_UPLOAD) and "/" not in _type_of(look)
    return "The upload has no Content-Type" if wrong else None


def _template(look: HttpLook) -> str | None:
    found = _VARIABLE.search(unquote(f"{look.path}?{look.query}"))
    return f"The URL still has the variable {found[0]} in it" if found and look.path.startswith("/jmap/") else None


def _query(look: HttpLook) -> dict[str, list[str]]:
    return parse_qs(look.query, keep_blank_values=True)


def _download_type(look: HttpLook) -> str | None:
    wrong = look.path.startswith(_DOWNLOAD) and "/" not in _query(look).get("type", [""])[0]
    return "The URL of the download names no media type" if wrong else None


def _events(name: str, allowed: str) -> "Rule[HttpLook]":
    shape = re.compile(allowed)

    def check(look: HttpLook) -> str | None:
        if look.path not in _EVENTS or look.method != "GET":
            return None
        given = _query(look).get(name)
        if given is None:
            return f"{name} is missing in the URL of the event source"
        return None if shape.fullmatch(given[0]) else f"{name} is {given[0]!r}"

    remedies = {
        "types": "Give * or names of types with commas between them.",
        "closeafter": "Give state or no.",
        "ping": "Give a number of seconds, 0 for none.",
    }
    return Rule(f"core.events-{name}", "RFC 8620 §7.3", remedies[name], _NOT_REQUEST, check)


def _events_accept(look: HttpLook) -> str | None:
    accepted = look.headers.get(b"accept", b"")
    wrong = look.path in _EVENTS and b"text/event-stream" not in accepted and b"*/*" not in accepted
    return "The request for the event source does not accept text/event-stream" if wrong else None


def _mark(look: BodyLook) -> str | None:
    return "The body begins with a byte order mark" if look.octets.startswith(b"\xef\xbb\xbf") else None


def _i_json(look: BodyLook) -> str | None:
    return None if look.problem is None else f"The body is not I-JSON: {look.problem}"


def _an_object(look: BodyLook) -> str | None:
    return None if isinstance(look.value, dict) else "The body is no object"


def _using(look: BodyLook) -> str | None:
    given = look.object.get("using")
    right = isinstance(given, list) and all(isinstance(urn, str) for urn in given)
    return None if right else "using is missing, or no array of strings"


def _using_known(look: BodyLook) -> str | None:
    unknown = [urn for urn in as_list(look.object.get("using")) if urn not in look.registry.capabilities]
    return f"using names {unknown[0]}, which the server does not have" if unknown else None


def _method_calls(look: BodyLook) -> str | None:
    return None if isinstance(look.object.get("methodCalls"), list) else "methodCalls is missing, or no array"


def _calls(look: BodyLook) -> Sequence[JSON]:
    return as_list(look.object.get("methodCalls"))


def _is_invocation(value: JSON) -> bool:
    if not isinstance(value, list) or len(value) != 3:
        return False
    return isinstance(value[0], str) and isinstance(value[1], dict) and isinstance(value[2], str)


def _invocations(look: BodyLook) -> str | None:
    wrong = next((index for index, call in enumerate(_calls(look)) if not _is_invocation(call)), None)
    return None if wrong is None else f"methodCalls/{wrong} is no invocation"


def _count(look: BodyLook) -> str | None:
    most, count = look.limits.max_calls_in_request, len(_calls(look))
    return f"The request has {count} calls; maxCallsInRequest is {most}" if count > most else None


def _created_ids(look: BodyLook) -> str | None:
    given = look.object.get("createdIds")
    if given is None or (isinstance(given, dict) and all(is_id(key) and is_id(value) for key, value in given.items())):
        return None
    return "createdIds is no map of creation ids to ids"


def _call_ids(look: BodyLook) -> str | None:
    ids = [call[2] for call in _calls(look) if isinstance(call, list) and len(call) == 3]
    twice = next((one for index, one in enumerate(ids) if one in ids[:index]), None)
    return None if twice is None else f"Two calls have the id {twice!r}"


TRANSPORT: Final = Rules(
    http=(
        Rule("core.content-type", "RFC 8620 §3.1", "Send API requests as application/json.", _NOT_JSON, _api_type),
        Rule(
            "core.template",
            "RFC 8620 §2",
            "Expand every variable of the URL templates of the Session (RFC 6570, level 1).",
            _NOT_REQUEST,
            _template,
        ),
        Rule(
            "core.upload-type",
            "RFC 8620 §6.1",
            "Tell the type of what is uploaded, or application/octet-stream.",
            _NOT_REQUEST,
            _upload_type,
        ),
        Rule(
            "core.download-type",
            "RFC 8620 §6.2",
            "Expand {type} to the media type that the answer shall have.",
            _NOT_REQUEST,
            _download_type,
        ),
        _events("types", r"\*|[A-Za-z]+(,[A-Za-z]+)*"),
        _events("closeafter", "state|no"),
        _events("ping", r"\d+"),
        Rule("core.events-accept", "RFC 8620 §7.3", "Accept text/event-stream.", None, _events_accept),
    ),
    body=(
        Rule("core.byte-order-mark", "RFC 8259 §8.1", "Send JSON without one.", _NOT_JSON, _mark),
        Rule(
            "core.i-json",
            "RFC 8620 §1.5",
            "Send I-JSON: UTF-8, no name twice in an object, no integer beyond 2^53-1.",
            _NOT_JSON,
            _i_json,
        ),
        Rule("core.request-object", "RFC 8620 §3.3", "Send one Request object.", _NOT_REQUEST, _an_object),
        Rule("core.using", "RFC 8620 §3.3", "List the capabilities that the calls need.", _NOT_REQUEST, _using),
        Rule(
            "core.using-known",
            "RFC 8620 §3.3",
            "Name only what is among the capabilities of the Session.",
            RequestErrorType.UNKNOWN_CAPABILITY,
            _using_known,
        ),
        Rule("core.method-calls", "RFC 8620 §3.3", "Give an array of invocations.", _NOT_REQUEST, _method_calls),
        Rule(
            "core.invocation",
            "RFC 8620 §3.2",
            "Each call is [name, arguments, method call id]: a string, an object, a string.",
            _NOT_REQUEST,
            _invocations,
        ),
        Rule(
            "core.max-calls",
            "RFC 8620 §2",
            "Divide the calls among several requests.",
            RequestErrorType.LIMIT,
            _count,
        ),
        Rule("core.created-ids", "RFC 8620 §3.3", "Map each creation id to an id.", _NOT_REQUEST, _created_ids),
        Rule(
            "core.call-ids-differ",
            "RFC 8620 §3.2",
            "Give each call an id of its own, so that answers and references are unambiguous.",
            None,
            _call_ids,
        ),
    ),
)
