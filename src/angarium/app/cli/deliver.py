"""`angarium deliver`."""

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click
from click.exceptions import Exit

from angarium.app.cli.options import configured, placed

if TYPE_CHECKING:
    from angarium.app.config import Config

# sysexits.h: what a mail transfer agent understands. Anything that is not its fault is tried again.
_TEMPORARY: Final = 75
_CODES: Final = {"notFound": 67, "arguments": 64, "loop": 69, "overQuota": 73}
_TOO_LARGE: Final = 65

_LONE_END: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_MBOX_LINE: Final = re.compile(rb"From [^\n]*+\n")


class _Misused(click.UsageError):
    exit_code = _TEMPORARY


class _ForPipes(click.Command):
    """A command whose wrong use is no reason to send mail back."""

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **more)
        except click.UsageError as error:
            raise _Misused(error.format_message(), error.ctx) from error


@click.command(cls=_ForPipes)
@click.option("--user", metavar="NAME", required=True, help="Whose mail it is: a user, or an address of one.")
@click.option("--sender", metavar="ADDRESS", default="", help="The sender of the envelope.")
@click.option("--detail", metavar="NAME", help="File it in this mailbox when there is one.")
@placed
def deliver(user: str, sender: str, detail: str | None, data: Path | None, config: Path | None) -> None:
    """Deliver one message from standard input.

    For the pipe of a mail transfer agent. Quota, vacation and the mailbox that an address names are as for mail by
    LMTP, and a message that the user was given within a day is not stored again. Ends with 0 once the message is on
    disk, else with a code of sysexits.h: 64 for a sender that is none, 65 for a message too large, 67 for an unknown
    user, 69 for a message that runs in circles, 73 for a full account, 75 for everything that is worth trying again.
    """
    from angarium.app.cli.reach import Refused, writing

    try:
        settings = configured(data, config)
        message = _message(settings)
        with writing(settings) as caller:
            named = {"user": _legible(user), "sender": _legible(sender), "detail": _legible(detail or "") or None}
            caller.call("deliver", named, message)
    except Refused as error:
        _end(_CODES.get(error.kind, _TEMPORARY), error)
    except Exit:
        raise
    except Exception as error:  # what a mail transfer agent cannot make sense of, it sends back to who wrote it
        _end(_TEMPORARY, str(error) or repr(error))


def _legible(argument: str) -> str:
    """An argument as text, whatever octets an address of the network had."""
    return os.fsencode(argument).decode("utf-8", "replace")


def _message(settings: "Config") -> bytes:
    """What stands on standard input, with the line ends of mail and without the line that an mbox begins with."""
    from angarium.app.control import LONGEST_PAYLOAD

    limit = min(settings.lmtp.max_message_size, LONGEST_PAYLOAD)
    octets = sys.stdin.buffer.read(limit + 1)
    first = _MBOX_LINE.match(octets)
    message = _LONE_END.sub(b"\r\n", octets[first.end() if first else 0 :])
    if len(message) > limit:
        _end(_TOO_LARGE, f"a message has at most {limit} octets")
    return message


def _end(code: int, reason: object) -> NoReturn:
    print(f"angarium: {reason}", file=sys.stderr)
    raise Exit(code)
