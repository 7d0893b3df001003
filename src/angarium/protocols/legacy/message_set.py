"""setMessages: drafts are made, messages filed and destroyed as of every type; the outbox sends and gives back."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, cast

from angarium.engine.declare import Access
from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call, Method, Reply, Values
from angarium.protocols.legacy.composing import composed, mailbox_of
from angarium.protocols.legacy.errors import Misfit, set_error
from angarium.protocols.legacy.getting import fetch
from angarium.protocols.legacy.kind import Object
from angarium.protocols.legacy.messages import MESSAGE
from angarium.protocols.legacy.outbox import OUTBOX, waiting
from angarium.protocols.legacy.sending import send, take_back, without_outbox
from angarium.protocols.legacy.setting import Outcome, Wishes, change, check_size, existing, patch, seen

_DRAFT: Final = "keywords/$draft"


def _set_messages(call: Call) -> Iterator[Reply]:
    """All that is plain in one set of the engine, then each message that is new or has to do with the outbox."""
    wishes = Wishes(call.objects("create"), call.objects("update"), call.texts("destroy") or [])
    check_size(call, wishes)
    alone = {key for key in (*wishes.update, *wishes.destroy) if call.resolved("Message", key) in waiting(call)}
    alone |= {key for key, given in wishes.update.items() if _is_for_outbox(given)}
    plain_updates = {key: given for key, given in wishes.update.items() if key not in alone}
    outcome = Outcome()
    change(call, MESSAGE, Wishes({}, plain_updates, [key for key in wishes.destroy if key not in alone]), outcome)
    for key, given in wishes.create.items():
        each_alone(call, outcome.not_created, key, partial(_create, call, key, given, outcome))
    for key, given in wishes.update.items():
        if key in alone:
            each_alone(call, outcome.not_updated, key, partial(_update, call, key, given, outcome))
    for key in wishes.destroy:
        if key in alone:
            each_alone(call, outcome.not_destroyed, key, partial(_destroy, call, key, outcome))
    if alone or wishes.create:
        outcome.new_state = fetch(call, MESSAGE, [], ["id"]).state
    yield outcome.reply(call, MESSAGE)


def each_alone(call: Call, refused: dict[str, JSON], key: str, work: Callable[[], None]) -> None:
    """Do work of which nothing is kept when it ends in a Misfit."""
    created = dict(call.turn.context.created)
    try:
        with call.turn.savepoint():
            work()
    except Misfit as misfit:
        call.turn.context.created.clear()
        call.turn.context.created.update(created)
        call.turn.outboxes.clear()
        refused[key] = misfit.shown()


def file_and_send(call: Call, boxes: JSON) -> tuple[Object, bool]:
    """The real mailboxes of a new message, drafts for one that is to be sent, and whether it is."""
    real = without_outbox(boxes)
    if OUTBOX not in cast(Object, boxes):
        return real, False
    drafts = mailbox_of(call, "drafts") or mailbox_of(call, "inbox")
    return {drafts: True} if drafts else real, True


def _create(call: Call, key: str, given: Values, outcome: Outcome) -> None:
    value = composed(call, given)
    others = without_outbox(value["mailboxIds"])
    value["mailboxIds"], sends = file_and_send(call, value["mailboxIds"])
    name = call.turn.creations.begin("Message", key)
    answer = call.ask("Email/set", {"create": {name: value}})
    if refused := cast("dict[str, Object] | None", answer["notCreated"]):
        raise _refusal(refused[name])
    (made,) = cast("dict[str, Object]", answer["created"]).values()
    if sends:
        answers = given.get("inReplyToMessageId")
        answered = call.resolved("Message", answers) if isinstance(answers, str) else None
        send(call, cast(str, made["id"]), others, answered)
    outcome.created[key] = {"id": made["id"], **seen(MESSAGE, made, MESSAGE.told)}


def _update(call: Call, key: str, given: Values, outcome: Outcome) -> None:
    """Into the outbox: send; out of it: take back. Whatever else is to change changes before."""
    record = call.resolved("Message", existing(call, MESSAGE, key))
    value = patch(call, MESSAGE, record, given)
    goes_in, is_in = _is_for_outbox(given), record in waiting(call)
    others = without_outbox(value.pop("mailboxIds")) if "mailboxIds" in value else None
    if is_in and others is not None and not goes_in:
        take_back(call, record)
        value |= {"mailboxIds": others}
        value |= {_DRAFT: True} if mailbox_of(call, "drafts") in others else {}
    elif is_in and others:
        value |= {"mailboxIds": others}
    if value:
        _refuse(call.ask("Email/set", {"update": {record: value}})["notUpdated"])
    if goes_in and not is_in:
        if not fetch(call, MESSAGE, [record], ["id"]).objects:
            raise Misfit("notFound", f"there is no Message '{key}'")
        send(call, record, others or {})
    outcome.updated[record] = None


def _destroy(call: Call, key: str, outcome: Outcome) -> None:
    record = call.resolved("Message", existing(call, MESSAGE, key))
    if record in waiting(call):
        take_back(call, record)
    _refuse(call.ask("Email/set", {"destroy": [record]})["notDestroyed"])
    outcome.destroyed.append(record)


def _is_for_outbox(given: Values) -> bool:
    boxes = given.get("mailboxIds")
    return isinstance(boxes, list) and OUTBOX in boxes


def _refuse(refused: object) -> None:
    for error in cast("dict[str, Object]", refused or {}).values():
        raise _refusal(error)


def _refusal(error: Object) -> Misfit:
    """A SetError of the engine; of blobs that are missing clients of that time are told by another name."""
    if error["type"] == "blobNotFound":
        blobs = error["notFound"]
        return Misfit("invalidProperties", "some blobs are not there", "attachments", attachmentsNotFound=blobs)
    told = set_error(error, MESSAGE.names_of, MESSAGE.errors)
    properties = cast("list[str]", told.get("properties") or [])
    return Misfit(str(told["type"]), str(told.get("description", "")), *properties)


METHODS: Final = (Method("setMessages", Access.WRITE, _set_messages, brief=True),)
