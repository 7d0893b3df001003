"""One LMTP session: commands in their order, and a reply for each; after a message one for each recipient.

RFC 2033 over RFC 5321; RFC 1870, 2034, 2920, 6152, 6531.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from angarium.protocols.lmtp import command, replies
from angarium.protocols.lmtp.command import Sender, Wrong
from angarium.protocols.lmtp.content import Content
from angarium.protocols.lmtp.reception import Incoming, Reception
from angarium.protocols.lmtp.replies import Reply, filled
from angarium.protocols.lmtp.stream import Ending, LineTooLong, Silence, Stream
from angarium.protocols.lmtp.verdict import shown
from angarium.store.contract import StoreError

MOST_RECIPIENTS: Final = 1000
MOST_MISTAKES: Final = 20

_GROUPED: Final = frozenset(("MAIL", "RCPT", "RSET"))
"""Commands whose replies may wait for those of others (RFC 2920 §3.2)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Session:
    """What there is to know of a session between two transactions; `peer` names its client in the log."""

    peer: str
    is_greeted: bool = False
    mistakes: int = 0


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


Leave: TypeAlias = Callable[[Stream, Session, bytes], bool]
"""Tries to have a session that is between two transactions go on elsewhere, with this line; whether it does."""


class Dialogue:
    """Runs a session over a stream, from its beginning or from where it was elsewhere."""

    def __init__(
        self, stream: Stream, reception: Reception, terms: Terms, session: Session, leave: Leave | None = None
    ) -> None:
        self._stream = stream
        self._reception = reception
        self._terms = terms
        self._peer = session.peer
        self._greeted = session.is_greeted
        self._mistakes = session.mistakes
        self._leave = leave
        self._sender: Sender | None = None
        self._recipients: list[str] = []
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
        """Talk until either side has had enough, then close; or until the session goes on elsewhere."""
        if not self._greeted:
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
        verb = ""
        try:
            line = await self._stream.line()
            if line is None or self._has_left(line):
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
        if verb not in _GROUPED:
            await self._stream.flush()
        return True

    def _has_left(self, line: bytes) -> bool:
        """Whether the session goes on elsewhere, with this line: where a transaction begins."""
        if self._leave is None or self._sender is not None or not self._greeted or line[:4].upper() != b"MAIL":
            return False
        return self._leave(self._stream, Session(self._peer, self._greeted, self._mistakes), line + b"\r\n")

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
            _log.error("lmtp recipient not looked up to=%s reason=%s", shown(address), error)
            return replies.TROUBLE
        if not known:
            _log.info("lmtp refused to=%s from=%s peer=%s", shown(address), shown(self._sender.address), self._peer)
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
        await self._stream.flush()
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
        verdicts = await self._reception.deliver(incoming, recipients)
        seconds = time.monotonic() - began
        for address, (reply, more) in zip(recipients, verdicts, strict=True):
            self._say(reply)
            self._log(reply, address, sender, incoming.size, f"{more} seconds={seconds:.3f}")

    def _refuse(self, reply: Reply, incoming: Incoming, sender: Sender, recipients: list[str]) -> None:
        for address in recipients:
            self._say(reply)
            self._log(reply, address, sender, incoming.size, "")

    def _log(self, reply: Reply, address: str, sender: Sender, size: int, more: str) -> None:
        _log.info(
            "lmtp %s to=%s from=%s size=%d peer=%s status=%s %s",
            "taken" if reply.code == 250 else "refused",
            shown(address),
            shown(sender.address),
            size,
            self._peer,
            reply.status,
            more,
        )


def _constant(reply: Reply) -> Callable[[str], Awaitable[Reply]]:
    async def answer(_argument: str) -> Reply:
        return reply

    return answer
