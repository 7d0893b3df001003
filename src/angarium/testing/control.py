"""The control API: what Python does with a server in a test, for other languages over HTTP on a port of its own.

`POST /NAME` with a JSON object does what the row of that name in the table says and answers with JSON; `GET /` tells
the table and the dials. It knows no sign-in, so it takes only requests that no page in a browser could send: JSON, and
addressed to this machine.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, cast

from angarium.formats import json
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.protocols.http.application import Application, Routes
from angarium.protocols.http.body import whole
from angarium.protocols.http.cors import Cors
from angarium.protocols.http.exchange import JSON_TYPE, Exchange
from angarium.protocols.http.problem import Problem
from angarium.protocols.http.threads import Threads
from angarium.testing.dials import DIALS
from angarium.testing.server import PASSWORD, Server, Snapshot
from angarium.testing.strict import RULES
from angarium.testing.user import User

_LARGEST: Final = 100_000_000
_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")
_LONGEST_WAIT: Final = 300.0
_AT_ONCE: Final = 16

Arguments = dict[str, Any]


class Control:
    """What the commands work on; `snapshots` are those taken over this API."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.snapshots: dict[str, Snapshot] = {}

    def user(self, given: Arguments) -> User:
        """The user that a command is about; taken out of its arguments."""
        return self.server.user(str(given.pop("user")))


@dataclass(frozen=True, slots=True)
class Command:
    """One row: its arguments in words, what it does, and how."""

    name: str
    arguments: str
    about: str
    run: Callable[[Control, Arguments], Any]


def _shown_user(user: User) -> Arguments:
    shown = {"name": user.name, "password": user.password, "account": user.account, "address": user.address}
    return {**shown, "authorization": user.authorization}


def _add_user(control: Control, given: Arguments) -> Any:
    return _shown_user(control.server.add_user(given.pop("name"), given.pop("password", PASSWORD), **given))


def _share(control: Control, given: Arguments) -> Any:
    owner, other = control.server.user(given["owner"]), control.server.user(given["with"])
    owner.share_with(other, given.get("readOnly") is True)


def _add_mailbox(control: Control, given: Arguments) -> Any:
    user = control.user(given)
    return {"id": user.add_mailbox(given.pop("path"), **given)}


def _add_message(control: Control, given: Arguments) -> Any:
    user, content = control.user(given), given.pop("content", None)
    if "contentBase64" in given:
        content = base64.b64decode(given.pop("contentBase64"), validate=True)
    if "from" in given:
        given["from_"] = given.pop("from")
    if "attachments" in given:
        attached = cast("list[Arguments]", given.pop("attachments"))
        given["attachments"] = [
            (one["name"], one["type"], base64.b64decode(one["contentBase64"], validate=True)) for one in attached
        ]
    return {"id": user.add_message(content, **given)}


def _add_card(control: Control, given: Arguments) -> Any:
    return {"id": control.user(given).add_card(given.get("card"))}


def _add_event(control: Control, given: Arguments) -> Any:
    return {"id": control.user(given).add_event(given.get("event"))}


def _load(control: Control, given: Arguments) -> Any:
    users = control.server.load(given["path"] if "path" in given else given["fixture"])
    return {"users": [_shown_user(user) for user in users.values()]}


def _stored(control: Control, given: Arguments) -> Any:
    return control.user(given).stored(given.get("type"))


def _messages(control: Control, given: Arguments) -> Any:
    return control.user(given).messages(given.get("mailbox"))


def _outbox(control: Control, _given: Arguments) -> Any:
    return [
        {
            "user": sent.user,
            "mailFrom": sent.sender,
            "rcptTo": list(sent.recipients),
            "subject": sent.subject,
            "text": sent.text,
            "contentBase64": base64.b64encode(sent.octets).decode(),
        }
        for sent in control.server.outbox
    ]


def _requests(control: Control, _given: Arguments) -> Any:
    return [
        {"user": one.user, "method": one.method, "path": one.path, "status": one.status, "seconds": one.seconds}
        for one in control.server.requests
    ]


def _calls(control: Control, _given: Arguments) -> Any:
    return [
        {
            "user": one.user,
            "method": one.method,
            "arguments": one.arguments,
            "responses": [list(answer) for answer in one.responses],
            "seconds": one.seconds,
        }
        for one in control.server.calls
    ]


def _warnings(control: Control, _given: Arguments) -> Any:
    return [asdict(warned) for warned in control.server.warnings]


def _dial(control: Control, given: Arguments) -> Any:
    name, user, times = given.pop("dial"), given.pop("user", None), given.pop("times", None)
    return control.server.dial(name, user=user, times=times, **given).shown()


def _dials(control: Control, _given: Arguments) -> Any:
    return [dial.shown() for dial in control.server.dials]


def _dial_off(control: Control, given: Arguments) -> Any:
    for dial in control.server.dials:
        if dial.id == given["id"]:
            dial.off()


def _reset_dials(control: Control, _given: Arguments) -> Any:
    control.server.reset_dials()


def _clock(control: Control, given: Arguments) -> Any:
    if "set" in given:
        control.server.set_clock(given["set"])
    if "advance" in given:
        control.server.advance_clock(given["advance"])
    return {"milliseconds": control.server.clock()}


def _snapshot(control: Control, _given: Arguments) -> Any:
    taken = control.server.snapshot()
    control.snapshots[taken.path.name] = taken
    return {"id": taken.path.name}


def _restore(control: Control, given: Arguments) -> Any:
    control.server.restore(control.snapshots[given["id"]])


def _forget(control: Control, _given: Arguments) -> Any:
    control.server.forget()


_LISTS: Final[Mapping[str, Callable[[Control, Arguments], Any]]] = {
    "outbox": _outbox,
    "calls": _calls,
    "requests": _requests,
    "warnings": _warnings,
    "messages": _messages,
}


def _wait(control: Control, given: Arguments) -> Any:
    wanted, least = _LISTS[given.pop("for")], given.pop("count", 1)
    timeout = min(float(given.pop("timeout", 5)), _LONGEST_WAIT)

    def look() -> Any:
        found = wanted(control, dict(given))
        return found if len(found) >= least else None

    return control.server.wait_for(look, timeout)


COMMANDS: Final[Mapping[str, Command]] = {
    command.name: command
    for command in (
        Command("addUser", "name, password?", "Make a user; tells account and authorization.", _add_user),
        Command("share", "owner, with, readOnly?", "Let a user into the account of another.", _share),
        Command("addMailbox", "user, path, … of Mailbox", "Make a mailbox with its parents.", _add_mailbox),
        Command(
            "addMessage",
            "user, content or contentBase64 or (from?, to?, cc?, subject?, text?, html?, headers?, attachments?: "
            "[{name, type, contentBase64}]), mailbox?, keywords?, received?",
            "Put a message into an account.",
            _add_message,
        ),
        Command("addCard", "user, card", "Put a JSContact Card into the default address book.", _add_card),
        Command("addEvent", "user, event", "Put a JSCalendar Event into the default calendar.", _add_event),
        Command("load", "fixture or path", "Fill the server from a fixture.", _load),
        Command("stored", "user, type?", "Everything in an account, or the objects of a type.", _stored),
        Command("messages", "user, mailbox?", "The emails of an account or of a mailbox, the oldest first.", _messages),
        Command("outbox", "", "The mail that was sent.", _outbox),
        Command("requests", "", "The HTTP requests so far.", _requests),
        Command("calls", "", "The method calls so far, with their responses.", _calls),
        Command("warnings", "", "In strict mode: the SHOULDs that were not kept.", _warnings),
        Command("forget", "", "Forget requests, calls, warnings and sent mail.", _forget),
        Command(
            "wait",
            f"for: one of {', '.join(_LISTS)}; count?, timeout?, user and mailbox? for messages",
            "That list once it has so many entries, 1 unless told.",
            _wait,
        ),
        Command("dial", "dial, user?, times?, … its settings", "Set a dial; tells its id.", _dial),
        Command("dials", "", "The dials that are set.", _dials),
        Command("dialOff", "id", "Turn a dial back.", _dial_off),
        Command("resetDials", "", "Turn all dials back.", _reset_dials),
        Command("clock", "set?: UTCDate, advance?: seconds", "Set or move the clock; tells the time.", _clock),
        Command("snapshot", "", "Keep the state; tells its id.", _snapshot),
        Command("restore", "id", "Go back to a state, with no dial set and nothing seen.", _restore),
    )
}


def open_control(server: Server, host: str = "127.0.0.1", port: int = 0) -> str:
    """Serve the control API of a running server until it stops; the URL that it is at."""
    threads = Threads(_AT_ONCE, "angarium-control")
    return server.serve_beside(control_application(server, threads), host, port, threads.close)


def control_application(server: Server, threads: Threads) -> Application:
    """The ASGI application that obeys; commands run on `threads`, for they wait."""
    control = Control(server)

    async def tell(exchange: Exchange) -> None:
        _check_host(exchange)
        await exchange.answer(200, JSON_TYPE, json.dumps(_table()))

    def obeying(command: Command) -> Callable[[Exchange], Any]:
        async def obey(exchange: Exchange) -> None:
            _check_host(exchange)
            if exchange.headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != JSON_TYPE:
                raise Problem(415, "Send a JSON object as application/json.")
            given = _arguments(await whole(exchange, _LARGEST, _too_large))
            answer = await threads.run(lambda: _obeyed(control, command, given))
            await exchange.answer(200, JSON_TYPE, answer)

        return obey

    routes = {f"/{name}": {"POST": obeying(command)} for name, command in COMMANDS.items()}
    return Application(Routes({"/": {"GET": tell}, **routes}, {}), Cors(()), lambda: "control")


def _obeyed(control: Control, command: Command, given: Arguments) -> bytes:
    try:
        return json.encode(command.run(control, given))
    except KeyError as error:
        raise Problem(400, f"{command.name} does not know or lacks {error}; it takes: {command.arguments}.") from None
    except TimeoutError as error:
        raise Problem(408, str(error)) from None
    except (ValueError, TypeError, OSError) as error:
        raise Problem(400, f"{command.name}: {error}") from None


def _arguments(body: bytes) -> Arguments:
    try:
        value = json.parse(body or b"{}")
    except FormatError as error:
        raise Problem(400, f"The body is no JSON: {error}.") from None
    if not isinstance(value, dict):
        raise Problem(400, "The body must be a JSON object.")
    return dict(value)


def _check_host(exchange: Exchange) -> None:
    host = exchange.header(b"host").rpartition(":")[0] or exchange.header(b"host")
    if host not in _HOSTS or b"origin" in exchange.headers:
        raise Problem(403, "The control API is for this machine alone, and not for pages in a browser.")


def _too_large(_received: bytes) -> Problem:
    return Problem(413, f"A command may have at most {_LARGEST} octets.")


def _table() -> dict[str, JSON]:
    dials: list[JSON] = [
        {
            "dial": kind.name,
            "acts on": kind.scope.value,
            "about": kind.about,
            "settings": {setting.name: setting.about for setting in kind.settings},
        }
        for kind in DIALS.values()
    ]
    commands: list[JSON] = [
        {"command": one.name, "arguments": one.arguments, "about": one.about} for one in COMMANDS.values()
    ]
    return {"commands": commands, "dials": dials, "rules": len(RULES)}
