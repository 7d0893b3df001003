"""One LMTP session: commands in their order, and a reply for each; after a message one for each recipient.

RFC 2033 over RFC 5321; RFC 1870, 2034, 2920, 6152, 6531.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from angarium.flows.deliver import Delivered, Duplicate, Refusal, Refused
from angarium.protocols.lmtp import command, replies
from angarium.protocols.lmtp.command import Sender, Wrong
from angarium.protocols.lmtp.content import Content
from angarium.protocols.lmtp.reception import Incoming, Reception, Result
from angarium.protocols.lmtp.replies import Reply, filled
from angarium.protocols.lmtp.stream import Ending, LineTooLong, Silence, Stream
from angarium.store.contract import DiskFull, StoreError

MOST_RECIPIENTS: Final = 1000
MOST_MISTAKES: Final = 20

_REFUSALS: Final = {
    Refusal.UNKNOWN: replies.NOBODY,
    Refusal.LOOP: replies.LOOP,
    Refusal.OVER_QUOTA: replies.OVER_QUOTA,
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a server tells of itself: its name, and the octets that a message may have."""

    name: str
    largest: int


class _Over(Exception):
    """The session ends with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text)
        self.reply = reply


class Dialogue:
    """Runs a session over a stream; `peer` names the client in the log."""

    def __init__(self, stream: Stream, reception: Reception, terms: Terms, peer: str) -> None:
        self._stream = stream
        self._reception = reception
        self._terms = terms
        self._peer = peer
        self._greeted = False
        self._sender: Sender | None = None
        self._recipients: list[str] = []
        self._mistakes = 0
        self._commands: dict[str, Callable[[str], Awaitable[Reply | None]]] = {
            "LHLO": self._lhlo,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": _constant(replies.NOTHING),
            "VRFY": _constant(replies.VERIFY),
            "HELP": _constant(replies.HELP),
            "QUIT": self._quit,
        }

    async def run(self) -> None:
        """Talk until either side has had enough, then close."""
        self._say(Reply(220, "", f"{self._terms.name} LMTP Angarium"))
        try:
            while await self._turn():
                pass
        except _Over as over:
            self._say(over.reply)
        except Silence:
            self._say(replies.TIMEOUT)
        except Ending:
            self._say(replies.ENDING)
        finally:
            self._stream.close()

    async def _turn(self) -> bool:
        """One command; false at the end."""
        try:
            line = await self._stream.line()
            if line is None:
                return False
            verb, argument = command.split(line)
            reply = await self._answer(verb, argument)
        except LineTooLong:
            reply = replies.LINE_TOO_LONG
        except Wrong as wrong:
            reply = wrong.reply
        if reply is not None:
            self._say(reply)
            self._count(reply)
        return True

    async def _answer(self, verb: str, argument: str) -> Reply | None:
        answer = self._commands.get(verb)
        return replies.UNKNOWN_COMMAND if answer is None else await answer(argument)

    def _say(self, reply: Reply) -> None:
        self._stream.say(reply.encoded())

    def _count(self, reply: Reply) -> None:
        self._mistakes += reply.is_error
        if self._mistakes >= MOST_MISTAKES:
            _log.warning("lmtp client makes too many mistakes peer=%s", self._peer)
            raise _Over(replies.MISTAKEN)

    # The commands

    async def _lhlo(self, argument: str) -> Reply | None:
        if not argument:
            return filled(replies.SYNTAX, "LHLO name")
        self._greeted = True
        self._reset()
        lines = (self._terms.name, "PIPELINING", f"SIZE {self._terms.largest}", "8BITMIME", "SMTPUTF8")
        self._stream.say("".join(f"250-{line}\r\n" for line in lines).encode() + b"250 ENHANCEDSTATUSCODES\r\n")
        return None

    async def _mail(self, argument: str) -> Reply:
        if not self._greeted:
            return replies.NO_GREETING
        if self._sender is not None:
            return replies.NESTED
        self._sender = command.mail(argument, self._terms.largest)
        return replies.SENDER

    async def _rcpt(self, argument: str) -> Reply:
        if self._sender is None:
            return replies.NO_SENDER if self._greeted else replies.NO_GREETING
        address = command.rcpt(argument, self._sender.international)
        if len(self._recipients) >= MOST_RECIPIENTS:
            return replies.TOO_MANY
        try:
            known = await self._reception.knows(address)
        except StoreError as error:
            _log.error("lmtp recipient not looked up to=%s reason=%s", _shown(address), error)
            return replies.TROUBLE
        if not known:
            _log.info("lmtp refused to=%s from=%s peer=%s", _shown(address), _shown(self._sender.address), self._peer)
            return filled(replies.NOBODY, address)
        self._recipients.append(address)
        return replies.RECIPIENT

    async def _data(self, argument: str) -> Reply | None:
        if argument:
            return filled(replies.SYNTAX, "DATA")
        if self._sender is None:
            return replies.NO_SENDER if self._greeted else replies.NO_GREETING
        if not self._recipients:  # RFC 2033 §4.2
            return replies.NO_RECIPIENT
        sender, recipients = self._sender, self._recipients
        incoming = self._reception.begin(sender.address)
        try:
            refused = await self._receive(incoming)
            self._reset()
            if refused is None:
                await self._deliver(incoming, sender, recipients)
            else:
                self._refuse(refused, incoming, sender, recipients)
        finally:
            incoming.discard()
        return None

    async def _rset(self, argument: str) -> Reply:
        self._reset()
        return filled(replies.SYNTAX, "RSET") if argument else replies.RESET

    async def _quit(self, _argument: str) -> Reply:
        raise _Over(replies.BYE)

    def _reset(self) -> None:
        self._sender, self._recipients = None, []

    # A message

    async def _receive(self, incoming: Incoming) -> Reply | None:
        """Take the content to its end; why it cannot be delivered to anybody, None when it can."""
        self._say(replies.SEND)
        content = Content()
        rest: bytes | None = None
        while rest is None:
            piece = await self._stream.piece()
            if piece is None:
                raise _Over(replies.BYE)  # RFC 5321 §3.8: what has no end was never sent
            octets, rest = content.feed(piece)
            if incoming.size + len(octets) <= self._terms.largest and not content.bare:
                await incoming.add(octets)
            else:  # what follows is read and dropped, with what came before
                incoming.drop(octets)
        self._stream.give_back(rest)
        if content.bare:
            return replies.BARE_LINE_END
        if incoming.size > self._terms.largest:
            return filled(replies.TOO_LARGE, self._terms.largest)
        return None

    async def _deliver(self, incoming: Incoming, sender: Sender, recipients: list[str]) -> None:
        began = time.monotonic()
        results = await self._reception.deliver(incoming, recipients)
        seconds = time.monotonic() - began
        for address, result in zip(recipients, results, strict=True):
            reply = _reply(address, result)
            self._say(reply)
            self._log(reply, address, sender, incoming.size, f"{_told(result)} seconds={seconds:.3f}")

    def _refuse(self, reply: Reply, incoming: Incoming, sender: Sender, recipients: list[str]) -> None:
        for address in recipients:
            self._say(reply)
            self._log(reply, address, sender, incoming.size, "")

    def _log(self, reply: Reply, address: str, sender: Sender, size: int, more: str) -> None:
        _log.info(
            "lmtp %s to=%s from=%s size=%d peer=%s status=%s %s",
            "taken" if reply.code == 250 else "refused",
            _shown(address),
            _shown(sender.address),
            size,
            self._peer,
            reply.status,
            more,
        )


def _constant(reply: Reply) -> Callable[[str], Awaitable[Reply]]:
    async def answer(_argument: str) -> Reply:
        return reply

    return answer


def _reply(address: str, result: Result) -> Reply:
    match result:
        case Delivered():
            return filled(replies.TAKEN, address, result.email)
        case Duplicate():
            return filled(replies.TAKEN_BEFORE, address)
        case Refused():
            return filled(_REFUSALS[result.kind], address)
        case DiskFull():
            return replies.DISK_FULL
        case StoreError():
            return replies.TROUBLE
    _log.error("lmtp delivery failed to=%s", _shown(address), exc_info=result)
    return replies.TROUBLE


def _told(result: Result) -> str:
    """What the log tells of a result besides its status."""
    match result:
        case Delivered():
            return f"user={_shown(result.recipient.user.name)} mailbox={result.mailbox} email={result.email}"
        case Duplicate():
            return f"user={_shown(result.recipient.user.name)} again"
        case StoreError():
            return f"reason={_shown(str(result))}"
    return ""


def _shown(text: str) -> str:
    """A value of the log: in quotes when it would not be seen where it ends."""
    return text if text and text.isprintable() and not set(text) & set(' "=') else repr(text)
