"""Writes messages as a Maildir++ or as one mbox file, one message in memory at a time.

Only the two layouts may live here: Maildir++ (the root is the inbox, ``.Name`` a mailbox beside it, flags in the file
name, arrival in the file's time) and mboxrd. Nothing is read back.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from bench.corpus import Message

FLAG_LETTERS = {"$draft": "D", "$flagged": "F", "$forwarded": "P", "$answered": "R", "$seen": "S"}


def write_maildir(messages: Iterable[Message], root: Path) -> int:
    """Write messages under ``root``; returns how many."""
    made: dict[str, Path] = {}
    count = 0
    for message in messages:
        folder = made.get(message.mailbox) or made.setdefault(message.mailbox, _folder(root, message.mailbox))
        path = folder / "cur" / _file_name(message)
        path.write_bytes(message.raw)
        os.utime(path, (message.received, message.received))
        count += 1
    return count


def write_mbox(messages: Iterable[Message], path: Path) -> int:
    """Write messages into one mboxrd file with LF line ends, appending; returns how many octets the file then has."""
    with path.open("ab") as out:
        for message in messages:
            arrived = time.strftime("%a %b %e %H:%M:%S %Y", time.gmtime(message.received))
            out.write(f"From bulletin@harbour.example {arrived}\n".encode())
            out.writelines(_quoted(line) for line in message.raw.replace(b"\r\n", b"\n").splitlines(keepends=True))
            out.write(b"\n")
    return path.stat().st_size


def _folder(root: Path, mailbox: str) -> Path:
    folder = root if mailbox == "Inbox" else root / f".{mailbox}"
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    if folder != root:
        (folder / "maildirfolder").touch()
    return folder


def _file_name(message: Message) -> str:
    flags = "".join(sorted(letter for keyword, letter in FLAG_LETTERS.items() if keyword in message.keywords))
    return f"{message.received}.M{message.number}.bench.example,S={len(message.raw)}:2,{flags}"


def _quoted(line: bytes) -> bytes:
    return b">" + line if line.lstrip(b">").startswith(b"From ") else line
