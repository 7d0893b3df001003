"""Postmen who hand letters over by LMTP until each is taken, to a server that is killed again and again."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.lmtp import Lmtp

_SIZES = (100, 3_000, 20_000, 200_000)
_WEIGHTS = (60, 30, 8, 2)
_PAUSE = 0.02
_GONE = (0, 421, 451)


@dataclass(slots=True)
class Letter:
    """One message; `waiting` are the recipients for whom nobody took it yet, `attempts` how often it was offered."""

    name: str
    content: bytes
    waiting: list[str]
    attempts: int = 0


class Postman(threading.Thread):
    """Delivers on one connection at a time, and makes a new one when it breaks."""

    def __init__(self, place: Path, letters: Sequence[Letter]) -> None:
        super().__init__(name="postman")
        self.failure: BaseException | None = None
        self.handed = 0
        self._place = place
        self._letters = letters

    def run(self) -> None:
        try:
            left = list(self._letters)
            while left:
                self._round(left)
                time.sleep(_PAUSE)
        except BaseException as error:
            self.failure = error

    def _round(self, left: list[Letter]) -> None:
        try:
            with Lmtp(self._place, greet=False) as client:
                client.send(b"LHLO postman.example.net\r\n")
                _expect(client, 250)
                while left:
                    _offer(client, left[0])
                    if left[0].waiting:
                        return
                    left.pop(0)
                    self.handed += 1
        except (OSError, EOFError):
            return  # the server is gone, and with it what it would have said


def _offer(client: Lmtp, letter: Letter) -> None:
    """Offer a letter for those who still wait for it, pipelined as Postfix does."""
    letter.attempts += 1
    asked = list(letter.waiting)
    recipients = "".join(f"RCPT TO:<{name}@localhost>\r\n" for name in asked)
    client.send(f"MAIL FROM:<postman@example.net>\r\n{recipients}DATA\r\n".encode())
    for expected in (250, *[250] * len(asked), 354):
        _expect(client, expected)
    client.send(letter.content + b".\r\n")
    for name in asked:
        _expect(client, 250)
        letter.waiting.remove(name)


def _expect(client: Lmtp, expected: int) -> None:
    code, text = client.reply()
    if code in _GONE:
        raise EOFError
    assert code == expected, (code, text)


@dataclass(slots=True)
class Round:
    """Letters dealt to postmen; `names` are the users that they go to."""

    names: Sequence[str]
    chance: random.Random
    letters: list[Letter] = field(default_factory=list)

    def write(self, count: int) -> None:
        """Write letters, each to one or two users."""
        for number in range(count):
            name = f"letter-{number}"
            size = self.chance.choices(_SIZES, _WEIGHTS)[0]
            filling = ("x" * 76 + "\r\n") * (size // 78)
            content = f"Subject: {name}\r\nMessage-ID: <{name}@example.net>\r\n\r\n{name}\r\n{filling}".encode()
            recipients = self.chance.sample(self.names, self.chance.choice((1, 1, 2)))
            self.letters.append(Letter(name, content, recipients))

    def deal(self, place: Path, postmen: int) -> list[Postman]:
        """Each postman with a share of the letters."""
        return [Postman(place, self.letters[at::postmen]) for at in range(postmen)]
