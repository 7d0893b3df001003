"""Lists of messages and what changed in them, threads and snippets, with the gets that clients have follow at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from angarium.engine.declare import Access
from angarium.formats.json import JSON
from angarium.formats.primitives import is_id
from angarium.protocols.legacy.call import Call, Method, Reply, listed, sane, strings
from angarium.protocols.legacy.errors import Refused, invalid_arguments
from angarium.protocols.legacy.getting import got, updates_method
from angarium.protocols.legacy.kind import Field, Kind, Object
from angarium.protocols.legacy.message_filter import asks_for_outbox, modern_filter, modern_sort
from angarium.protocols.legacy.messages import HEADERS, MESSAGE
from angarium.protocols.legacy.outbox import QUERY, sent_by, waiting
from angarium.protocols.legacy.splice import renamed_threads, spliced

THREAD: Final = Kind(
    one="Thread",
    many="Threads",
    modern="Thread",
    fields=(Field("messageIds", ("emailIds",), lambda shown: shown["emailIds"]),),
    ids_required=True,
)
_ECHOED: Final = ("filter", "sort", "collapseThreads")
_SNIPPETS: Final = 100
"""Messages that the engine looks into at a time."""


def messages(call: Call, ids: Sequence[str], names: Sequence[str] | None) -> Reply:
    """The response that lists messages: of the bodies the better one, of the header fields those that are named."""
    if reply := spliced(call, ids, names):
        return reply
    name, shown = got(call, MESSAGE, ids, names and [_property(each) for each in names])
    if names is not None:
        wanted = [each[len(HEADERS) :].lower() for each in names if each.startswith(HEADERS)]
        for message in cast("list[Object]", shown["list"]):
            if wanted and "headers" not in names:
                every = cast(Object, message["headers"])
                message["headers"] = {header: every[header] for header in wanted if header in every}
            if "body" in names:
                dropped = "htmlBody" if message["htmlBody"] is None else "textBody"
                if dropped not in names:
                    del message[dropped]
    return name, shown


def _property(name: str) -> str:
    return "headers" if name.startswith(HEADERS) else name


def _get_messages(call: Call) -> Iterator[Reply]:
    yield messages(call, call.texts("ids", required=True) or [], call.texts("properties"))


def _get_threads(call: Call) -> Iterator[Reply]:
    yield from _threads(call, call.texts("ids", required=True) or [])


def _threads(call: Call, ids: Sequence[str]) -> Iterator[Reply]:
    """Threads, and where it is wanted every message in them."""
    known = sane(call.resolve("Thread", each) for each in ids)
    if len(known) == len(ids) <= call.turn.limits.max_objects_in_get:
        answer = call.ask("Thread/get", {"ids": list[JSON](known)})
        told = {"state": answer["state"], "list": renamed_threads(answer["list"])}
        yield "threads", call.answer({**told, "notFound": strings(answer, "notFound") or None})
        found = [thread["emailIds"] for thread in listed(answer)]
    else:
        name, shown = got(call, THREAD, ids, None)
        yield name, shown
        found = [thread["messageIds"] for thread in cast("list[Object]", shown["list"])]
    if call.flag("fetchMessages"):
        every = dict.fromkeys(each for thread in found for each in cast("list[str]", thread))
        yield messages(call, list(every), call.texts("fetchMessageProperties"))


def _echo(call: Call) -> Object:
    """What clients match answers to their queries by, exactly as it came."""
    return {name: call.arguments.get(name) for name in _ECHOED[:2]} | {"collapseThreads": call.flag("collapseThreads")}


def _get_message_list(call: Call) -> Iterator[Reply]:
    told, ids, threads = _outbox_list(call) if asks_for_outbox(call.arguments.get("filter")) else _list(call)
    yield "messageList", call.answer({**_echo(call), **told, "threadIds": threads, "messageIds": ids})
    if call.flag("fetchThreads"):
        yield from _threads(call, list(dict.fromkeys(threads)))
    elif call.flag("fetchMessages"):
        yield messages(call, ids, call.texts("fetchMessageProperties"))
    if call.flag("fetchSearchSnippets"):
        yield _snippets(call, ids)


def _query(call: Call) -> dict[str, JSON]:
    return {
        "filter": modern_filter(call, call.arguments.get("filter")),
        "sort": modern_sort(call.arguments.get("sort")),
        "collapseThreads": call.flag("collapseThreads"),
    }


def _list(call: Call) -> tuple[Object, list[str], list[str]]:
    arguments = {**_query(call), "position": call.unsigned("position") or 0, "calculateTotal": True}
    arguments["limit"] = call.unsigned("limit")
    anchor = call.text("anchor")
    if anchor is not None:
        if not is_id(anchor.removeprefix("#")):
            raise Refused("anchorNotFound")
        # Here an anchor stands so many places behind the beginning of the window; in RFC 8620 §5.5 the other way.
        arguments |= {"anchor": call.resolve("Message", anchor), "anchorOffset": -(call.integer("anchorOffset") or 0)}
    answer = call.ask("Email/query", arguments)
    ids = strings(answer, "ids")
    threads = thread_ids(call, ids)
    told: Object = {
        "state": cast(str, answer["queryState"]),
        "canCalculateUpdates": answer["canCalculateChanges"] is True,
        "position": cast(int, answer["position"]),
        "total": cast(int, answer["total"]),
    }
    return told, ids, [threads[each] for each in ids]


def _outbox_list(call: Call) -> tuple[Object, list[str], list[str]]:
    """What waits to be sent, the newest first, whatever sort is asked for."""
    there = thread_ids(call, list(waiting(call)))
    every = [each for each in waiting(call) if each in there]
    start = call.unsigned("position") or 0
    anchor = call.text("anchor")
    if anchor is not None:
        if anchor not in every:
            raise Refused("anchorNotFound")
        start = max(every.index(anchor) - (call.integer("anchorOffset") or 0), 0)
    limit = call.unsigned("limit")
    ids = every[start : None if limit is None else start + limit]
    state = cast(str, call.ask("EmailSubmission/query", {**QUERY, "limit": 0})["queryState"])
    told: Object = {"state": state, "canCalculateUpdates": True, "position": start, "total": len(every)}
    return told, ids, [there[each] for each in ids]


def thread_ids(call: Call, ids: Sequence[str]) -> dict[str, str]:
    """The thread of each message."""
    most = call.turn.limits.max_objects_in_get
    found: dict[str, str] = {}
    for start in range(0, len(ids), most):
        arguments: Object = {"ids": list[JSON](ids[start : start + most]), "properties": ["threadId"]}
        for email in listed(call.ask("Email/get", arguments)):
            found[cast(str, email["id"])] = cast(str, email["threadId"])
    return found


def _get_message_list_updates(call: Call) -> Iterator[Reply]:
    since = call.text("sinceState", required=True) or ""
    arguments: Object = {"sinceQueryState": since, "calculateTotal": True, "maxChanges": call.unsigned("maxChanges")}
    if asks_for_outbox(call.arguments.get("filter")):
        answer = call.ask("EmailSubmission/queryChanges", {**QUERY, **arguments})
        messages_ = sent_by(call, _named(answer))
    else:
        answer = call.ask("Email/queryChanges", {**_query(call), **arguments, **_upto(call)})
        messages_ = {each: each for each in _named(answer)}
    threads = thread_ids(call, list(messages_.values()))
    if any(messages_.get(each) not in threads for each in _named(answer)):
        raise Refused("cannotCalculateChanges", "messages have gone whose threads are not known; ask for the list anew")

    def told(record: str) -> Object:
        return {"messageId": messages_[record], "threadId": threads[messages_[record]]}

    shown = {
        "oldState": since,
        "newState": answer["newQueryState"],
        "uptoMessageId": call.arguments.get("uptoMessageId"),
        "total": answer["total"],
        "removed": [told(each) for each in strings(answer, "removed")],
        "added": [{**told(str(each["id"])), "index": each["index"]} for each in cast("list[Object]", answer["added"])],
    }
    yield "messageListUpdates", call.answer({**_echo(call), **shown})


def _upto(call: Call) -> Object:
    upto = call.text("uptoMessageId")
    if upto is not None and not sane([upto]):
        raise invalid_arguments("uptoMessageId must be an id", "uptoMessageId")
    return {} if upto is None else {"upToId": call.resolve("Message", upto)}


def _named(answer: Mapping[str, object]) -> list[str]:
    """All that is told to have come or gone."""
    added = (str(each["id"]) for each in cast("list[Object]", answer["added"]))
    return list(dict.fromkeys([*strings(answer, "removed"), *added]))


def _snippets(call: Call, ids: Sequence[str]) -> Reply:
    """Where the text of a filter stands; the oldest clients read the preview as `body`."""
    filter_ = call.arguments.get("filter")
    modern = None if asks_for_outbox(filter_) else modern_filter(call, filter_)
    wanted = {call.resolve("Message", each): each for each in dict.fromkeys(ids)}
    known = [each for each in wanted if is_id(each)]
    shown: list[JSON] = []
    missing = [given for each, given in wanted.items() if not is_id(each)]
    for start in range(0, len(known), _SNIPPETS):
        arguments: Object = {"filter": modern, "emailIds": list[JSON](known[start : start + _SNIPPETS])}
        answer = call.ask("SearchSnippet/get", arguments)
        missing += [wanted[each] for each in strings(answer, "notFound")]
        for found in listed(answer):
            preview = found["preview"]
            shown.append(
                {"messageId": found["emailId"], "subject": found["subject"], "preview": preview, "body": preview}
            )
    told = {"filter": filter_, "collapseThreads": call.flag("collapseThreads"), "list": shown}
    return "searchSnippets", call.answer({**told, "notFound": missing or None})


def _get_search_snippets(call: Call) -> Iterator[Reply]:
    yield _snippets(call, call.texts("messageIds", required=True) or [])


METHODS: Final = (
    Method("getMessages", Access.READ, _get_messages),
    updates_method(MESSAGE, lambda call, found, names: messages(call, found.changed, names)),
    Method("getThreads", Access.READ, _get_threads),
    updates_method(THREAD),
    Method("getMessageList", Access.READ, _get_message_list),
    Method("getMessageListUpdates", Access.READ, _get_message_list_updates),
    Method("getSearchSnippets", Access.READ, _get_search_snippets),
)
