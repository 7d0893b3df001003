"""Every reply of the dialogue: code, enhanced status (RFC 3463, RFC 5248) and a text that tells a person what to do."""

from typing import Final, NamedTuple

_LONGEST: Final = 510
"""Octets of a reply (RFC 5321 §4.5.3.1.5), less its CR LF."""


class Reply(NamedTuple):
    """One reply; `status` is '' where RFC 2034 §4 wants none."""

    code: int
    status: str
    text: str

    def encoded(self) -> bytes:
        """The line as it is sent; a text that is too long is cut."""
        line = " ".join(filter(None, (str(self.code), self.status, self.text))).encode("utf-8", "replace")
        if len(line) > _LONGEST:
            line = line[:_LONGEST].decode("utf-8", "ignore").encode()
        return line + b"\r\n"

    @property
    def is_error(self) -> bool:
        """Whether it tells of a mistake of the client, which may make only so many."""
        return self.code in _MISTAKES


_MISTAKES: Final = frozenset({500, 501, 503, 555})

RESET: Final = Reply(250, "2.0.0", "OK")
NOTHING: Final = Reply(250, "2.0.0", "OK")
SENDER: Final = Reply(250, "2.1.0", "OK")
RECIPIENT: Final = Reply(250, "2.1.5", "OK")
VERIFY: Final = Reply(252, "2.5.0", "Send mail and it will be seen whether it can be delivered")
HELP: Final = Reply(214, "2.0.0", "Commands: LHLO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT (RFC 2033)")
BYE: Final = Reply(221, "2.0.0", "Bye")
SEND: Final = Reply(354, "", "End with a line that holds a dot alone")

TIMEOUT: Final = Reply(421, "4.4.2", "Nothing was heard for too long")
ENDING: Final = Reply(421, "4.3.2", "The server is shutting down, try again soon")
CROWDED: Final = Reply(421, "4.3.2", "Too many connections, try again soon")
MISTAKEN: Final = Reply(421, "4.7.0", "Too many mistakes")

UNKNOWN_COMMAND: Final = Reply(500, "5.5.1", "This command is not known here; HELP lists those that are")
LINE_TOO_LONG: Final = Reply(500, "5.5.2", "A command line has at most 4096 octets")
NOT_TEXT: Final = Reply(501, "5.5.2", "A command is UTF-8 without control characters, and ends in CR LF")
SYNTAX: Final = Reply(501, "5.5.4", "Syntax: {}")
UNKNOWN_PARAMETER: Final = Reply(555, "5.5.4", "The parameter {} is not known here")
BAD_PARAMETER: Final = Reply(501, "5.5.4", "The parameter {} cannot stand like that")
NO_GREETING: Final = Reply(503, "5.5.1", "Say LHLO first")
NESTED: Final = Reply(503, "5.5.1", "A transaction is open; RSET ends it")
NO_SENDER: Final = Reply(503, "5.5.1", "Send MAIL first")
NO_RECIPIENT: Final = Reply(503, "5.5.1", "There is no valid recipient")
NOT_ASCII: Final = Reply(553, "5.6.7", "An address beyond ASCII needs the parameter SMTPUTF8 of MAIL")
NOBODY: Final = Reply(550, "5.1.1", "<{}> is no address of a user here")
TOO_MANY: Final = Reply(452, "4.5.3", "Too many recipients; send the others in another transaction")
STRANGER: Final = Reply(554, "5.7.1", "Your address is not one that may deliver here")

TAKEN: Final = Reply(250, "2.0.0", "<{}> delivered as {}")
TAKEN_BEFORE: Final = Reply(250, "2.0.0", "<{}> was given this message before")
TOO_LARGE: Final = Reply(552, "5.3.4", "A message may have at most {} octets")
BARE_LINE_END: Final = Reply(550, "5.6.11", "The message has a CR or LF alone; lines end in CR LF")
OVER_QUOTA: Final = Reply(552, "5.2.2", "<{}> holds as much mail as it may")
LOOP: Final = Reply(554, "5.4.6", "The message was received too often: it runs in circles")
DISK_FULL: Final = Reply(452, "4.3.1", "The disk is full")
TROUBLE: Final = Reply(451, "4.3.0", "The message could not be stored, try again later")


def filled(reply: Reply, *values: object) -> Reply:
    """A reply with what its text leaves open."""
    return reply._replace(text=reply.text.format(*values))
