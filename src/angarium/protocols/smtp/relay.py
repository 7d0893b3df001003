"""Handing messages to the relay over one connection, which is kept for the next (RFC 5321, RFC 3207, RFC 4954).

Whatever the relay does ends in a reply for each recipient: what it said, or a temporary one of ours. Only a reply that
makes sense counts; after any other the connection is given up. Commands are checked for line ends by the library, and
the queue holds none that has any.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, cast

from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPResponseException, SMTPServerDisconnected

from angarium.datatypes.submission.email_submission.parameters import PASSED_ON
from angarium.datatypes.submission.envelope import Address
from angarium.protocols.smtp.replies import is_refusal, is_success, one_line
from angarium.protocols.smtp.settings import Letter, Outcome, RelaySettings

_MOST_TIMEOUTS: Final = 10
"""How many times the timeout of one command everything up to the message itself may take, but for its recipients."""
_RECIPIENT_TIMEOUTS: Final = 0.1
"""How many times that timeout each recipient may take besides: a relay that looks each up takes its time for many."""
_DATA_TIMEOUTS: Final = 10
"""How many times that timeout the message may take, with the relay's decision about it (RFC 5321 §4.5.3.2.6)."""
_NO_SENSE: Final = "451 4.5.0 the relay answered what makes no sense"
_GO_AHEAD: Final = 354
_LEAVES: Final = 421
"""The relay closes the connection, whatever it was asked (RFC 5321 §3.8): that decides about no message."""
_PIECE: Final = 262_144
_PAUSE: Final = 0.005
_XTEXT: Final = frozenset(map(chr, range(0x21, 0x7F))) - frozenset("+=")


class _Refused(Exception):
    """The whole message is refused by this reply."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.reply = reply


class RelayConnection:
    """One connection at a time, made when there is something to send."""

    def __init__(self, settings: RelaySettings) -> None:
        self._settings = settings
        self._smtp: SMTP | None = None
        self._unreachable = ""

    @property
    def unreachable(self) -> str:
        """The reply for a message that did not even reach the relay, empty when the last one did."""
        return self._unreachable

    async def send(self, letter: Letter) -> Outcome:
        """Hand over a message; never raises for anything that the relay does."""
        replies: dict[str, str] = {}
        self._unreachable = ""
        try:
            patience = _MOST_TIMEOUTS + _RECIPIENT_TIMEOUTS * len(letter.recipients)
            async with asyncio.timeout(self._settings.timeout * patience):
                smtp = await self._ready(letter)
                await self._recipients(smtp, letter, replies)
            accepted = [email for email, reply in replies.items() if reply[0] == "2"]
            if accepted:
                refusal = await self._message(smtp, letter)
                replies |= dict.fromkeys(accepted, refusal) if refusal else {}
            else:
                await self._forget_envelope()
            return Outcome(replies, smtp.supports_extension("dsn"))
        except _Refused as refused:
            reply = refused.reply
            await self._forget_envelope()
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            await self.close()
            reply = _trouble(error)
        # What was refused for ever stays refused; for all others nothing was decided.
        told = {email: replies[email] for email in replies if replies[email][0] == "5"}
        return Outcome({known.email: told.get(known.email, reply) for known in letter.recipients}, reports=False)

    async def close(self) -> None:
        """End the connection in good order, if there is one."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            if smtp.is_connected:
                with suppress(SMTPException, OSError, TimeoutError, ValueError):
                    await asyncio.wait_for(smtp.quit(), min(self._settings.timeout, 5))
            smtp.close()

    async def _ready(self, letter: Letter) -> SMTP:
        """A connection on which the envelope has begun; one that has gone stale is made anew, once."""
        was_open = self._smtp is not None and self._smtp.is_connected
        try:
            smtp = await self._connected()
            await self._sender(smtp, letter)
        except (SMTPException, OSError, TimeoutError):
            if not was_open:
                raise
            await self.close()
            smtp = await self._connected()
            await self._sender(smtp, letter)
        return smtp

    async def _connected(self) -> SMTP:
        if self._smtp is not None and self._smtp.is_connected:
            return self._smtp
        settings = self._settings
        smtp = SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=settings.name,
            timeout=settings.timeout,
            use_tls=settings.context is not None and not settings.starttls,
            start_tls=settings.context is not None and settings.starttls,
            tls_context=settings.context,
            username=settings.user,
            password=settings.password,
        )
        try:
            await smtp.connect()
            if smtp.is_ehlo_or_helo_needed:
                try:
                    await smtp.ehlo()
                except SMTPHeloError:
                    await smtp.helo()
        except BaseException as error:  # also when time is up, which comes as a cancellation
            smtp.close()
            self._unreachable = _trouble(error)
            raise
        self._smtp = smtp
        return smtp

    async def _sender(self, smtp: SMTP, letter: Letter) -> None:
        octets, sender = letter.octets, letter.sender
        options = [f"SIZE={len(octets)}"] if smtp.supports_extension("size") else []
        _check_size(smtp, len(octets))
        if not octets.isascii():
            if not smtp.supports_extension("8bitmime"):
                raise _Refused("554 5.6.3 the message has 8-bit text, which the relay does not take")
            options.append("BODY=8BITMIME")
        if _needs_utf8(letter):
            if smtp.supports_extension("smtputf8"):
                options.append("SMTPUTF8")
            elif not octets.partition(b"\r\n\r\n")[0].isascii():
                raise _Refused("554 5.6.7 the header has letters beyond ASCII, which the relay does not take")
        options += _options(smtp, sender, ("RET", "ENVID"))
        address = _written(smtp, sender.email)
        if address is None:
            raise _Refused("553 5.6.7 the relay does not take a sender with letters beyond ASCII")
        code, reply = await self._command(smtp, b"MAIL", b"FROM:<" + address + b">", *_encoded(options))
        if not is_success(code):
            raise _Refused(reply)

    async def _recipients(self, smtp: SMTP, letter: Letter, replies: dict[str, str]) -> None:
        for known in letter.recipients:
            address = _written(smtp, known.email)
            if address is None:
                replies[known.email] = "553 5.6.7 the relay does not take an address with letters beyond ASCII"
                continue
            options = _encoded(_options(smtp, known, ("NOTIFY", "ORCPT")))
            _, reply = await self._command(smtp, b"RCPT", b"TO:<" + address + b">", *options)
            replies[known.email] = reply

    async def _message(self, smtp: SMTP, letter: Letter) -> str | None:
        """Send the octets; the reply when the relay does not take them.

        The library would look through all of a large message on the event loop.
        """
        code, text = await _asked(smtp, b"DATA")
        if code != _GO_AHEAD and not is_refusal(code):
            raise SMTPResponseException(code, text)
        if code == _GO_AHEAD:
            _check_silence(smtp)
            async with asyncio.timeout(self._settings.timeout * _DATA_TIMEOUTS):
                code, text = await _transmit(smtp, letter.octets)
            if not is_success(code) and not is_refusal(code):
                raise SMTPResponseException(code, text)
        if is_success(code):
            return None
        await self._forget_envelope()
        return one_line(code, text)

    async def _command(self, smtp: SMTP, *words: bytes) -> tuple[int, str]:
        """Code and text of a reply that makes sense, on a connection that goes on."""
        code, text = await _asked(smtp, *words)
        if code == _LEAVES or (not is_success(code) and not is_refusal(code)):
            raise SMTPResponseException(code, text)
        return code, one_line(code, text)

    async def _forget_envelope(self) -> None:
        """Have the relay begin anew; the connection goes when it will not."""
        if self._smtp is None or not self._smtp.is_connected:
            return
        try:
            code, _ = await self._command(self._smtp, b"RSET")
        except (SMTPException, OSError, TimeoutError):
            code = _LEAVES
        if not is_success(code):  # the next message would be told that one is under way
            await self.close()


async def _asked(smtp: SMTP, *words: bytes) -> tuple[int, str]:
    _check_silence(smtp)
    return await smtp.execute_command(*words)


def _check_silence(smtp: SMTP) -> None:
    """Leave a relay that answered more than it was asked: the library would take that for the next answer."""
    if getattr(smtp.protocol, "_buffer", b""):
        raise SMTPResponseException(-1, "more than it was asked")


async def _transmit(smtp: SMTP, octets: bytes) -> tuple[int, str]:
    """Write a message and its end, as fast as the relay reads it; the reply."""
    protocol, transport = smtp.protocol, cast("asyncio.WriteTransport | None", smtp.transport)
    if protocol is None or transport is None:
        raise SMTPServerDisconnected("the connection was lost")
    stuffed = octets.replace(b"\r\n.", b"\r\n..")  # RFC 5321 §4.5.2
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    end = b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n"
    for start in range(0, len(stuffed), _PIECE):
        protocol.write(stuffed[start : start + _PIECE])
        while transport.get_write_buffer_size() > _PIECE:
            await asyncio.sleep(_PAUSE)
            if not protocol.is_connected:
                raise SMTPServerDisconnected("the connection was lost")
    protocol.write(end)
    return await protocol.read_response()


def _check_size(smtp: SMTP, size: int) -> None:
    limit = smtp.esmtp_extensions.get("size", "").strip()
    if limit.isascii() and limit.isdigit() and 0 < int(limit[:20]) < size:
        raise _Refused(f"552 5.3.4 the message has {size} octets; the relay takes {limit[:20]}")


def _needs_utf8(letter: Letter) -> bool:
    addresses = (letter.sender.email, *(known.email for known in letter.recipients))
    return not all(map(str.isascii, addresses)) or not letter.octets.partition(b"\r\n\r\n")[0].isascii()


def _written(smtp: SMTP, email: str) -> bytes | None:
    """An address as this relay takes it; None when it cannot. A domain has a form in ASCII (RFC 5890 §2.3.2.1)."""
    if email.isascii() or smtp.supports_extension("smtputf8"):
        return email.encode()
    local, _, domain = email.rpartition("@")
    try:
        return f"{local}@".encode("ascii") + domain.encode("idna")
    except UnicodeError:
        return None


def _options(smtp: SMTP, address: Address, names: Sequence[str]) -> list[str]:
    """The DSN parameters of an address, if the relay knows them (RFC 3461 §4)."""
    if not smtp.supports_extension("dsn"):
        return []
    shown = PASSED_ON | {"ENVID"}
    return [
        f"{name}={_xtext(value) if name in ('ENVID', 'ORCPT') else value}"
        for name in names
        if name in shown and (value := address.parameters.get(name)) and value.isascii()
    ]


def _xtext(value: str) -> str:
    """RFC 3461 §4; the semicolon after the type of an address stands for itself."""
    return "".join(letter if letter in _XTEXT else f"+{ord(letter):02X}" for letter in value)


def _encoded(options: Sequence[str]) -> list[bytes]:
    return [option.encode("ascii") for option in options]


def _trouble(error: BaseException) -> str:
    """A temporary reply for what went wrong with the connection."""
    if isinstance(error, SMTPResponseException):
        if is_refusal(error.code):  # the relay greets, or lets us in, with a refusal: that is about us, not the message
            return one_line(451, f"4.3.2 the relay does not serve us: {error.code} {error.message}")
        return one_line(451, f"{_NO_SENSE[4:]}: {error.message}")
    text = str(error) or ("no answer in time" if isinstance(error, TimeoutError) else type(error).__name__)
    return one_line(451, f"4.4.1 the relay cannot be reached: {text}")
